using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Runs;

/// <summary>How runs are worked on this machine.</summary>
public sealed class RunOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Runs";

    /// <summary>Longest time one piece of work on a run may take; null = no limit.</summary>
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>Times a run is taken up before a transient failure counts as final, 1..100.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Most frames in one export, 1..100000.</summary>
    [Range(1, 100_000)]
    public int MaxExportFrames { get; set; } = 1000;

    /// <summary>Times an export is tried before trouble that may pass (e.g. a full disk) counts as final, 1..20.</summary>
    [Range(1, 20)]
    public int MaxExportAttempts { get; set; } = 5;

    /// <summary>Days after which the file of a finished export is removed, 0..3650; 0 = it stays.</summary>
    [Range(0, 3650)]
    public int ExportDays { get; set; } = 14;
}

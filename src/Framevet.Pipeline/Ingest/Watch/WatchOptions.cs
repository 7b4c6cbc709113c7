using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Ingest.Watch;

/// <summary>A folder whose files are submitted by themselves (deployment); section <c>Watch</c>.</summary>
public sealed record WatchOptions
{
    /// <summary>Section in the configuration.</summary>
    public const string Section = "Watch";

    /// <summary>The folder; null = none. Files are moved to its folders <c>done</c> and <c>failed</c>.</summary>
    public string? Folder { get; init; }

    /// <summary>Seconds for which size and time of a file must not change before it counts as complete.</summary>
    [Range(1, 3600)]
    public int StableSeconds { get; init; } = 10;

    /// <summary>Seconds between two looks.</summary>
    [Range(1, 3600)]
    public int EverySeconds { get; init; } = 5;

    /// <summary>Name of the recipe; null = the default one.</summary>
    public string? Recipe { get; init; }
}

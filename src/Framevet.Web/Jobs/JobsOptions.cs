using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Jobs;

/// <summary>How much work runs at the same time on this server.</summary>
public sealed record JobsOptions
{
    /// <summary>Runs vetted at the same time, each with an ffmpeg process of its own.</summary>
    [Range(1, 64)]
    public int CpuSlots { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Runs with models vetted at the same time on a node that takes the group gpu.</summary>
    [Range(1, 64)]
    public int GpuSlots { get; init; } = 1;

    /// <summary>Exports written at the same time.</summary>
    [Range(1, 64)]
    public int IoSlots { get; init; } = 1;

    /// <summary>Runs of one user in hand at the same time, over all nodes; null = as many as there are slots.</summary>
    [Range(1, 10_000)]
    public int? RunsPerUser { get; init; }

    /// <summary>Minutes without a turn after which the runs of a user count as of one priority higher; 0 = never, so that low priorities may wait for ever.</summary>
    [Range(0, 100_000)]
    public int AgeMinutes { get; init; } = 30;

    /// <summary>Whether runs with models wait for a node of the group gpu while there is none that works; false = the processors of the group cpu take them then.</summary>
    public bool WaitForGpu { get; init; }

    /// <summary>Seconds between two sweeps that set lost triggers again.</summary>
    [Range(1, 3600)]
    public int SweepSeconds { get; init; } = 30;

    /// <summary>Minutes between two rounds of removing what the rules of retention remove; 0 = never by itself.</summary>
    [Range(0, 10_080)]
    public int RetentionMinutes { get; init; } = 60;

    /// <summary>Seconds before the first retry of a transient failure; each further one waits twice as long.</summary>
    [Range(1, 3600)]
    public int RetrySeconds { get; init; } = 5;

    /// <summary>Whose turn it is, as these options say.</summary>
    internal TurnRules Turns => new(RunsPerUser, AgeMinutes == 0 ? null : TimeSpan.FromMinutes(AgeMinutes), TimeSpan.FromSeconds(RetrySeconds));
}

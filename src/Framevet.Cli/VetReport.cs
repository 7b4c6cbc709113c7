using System.Collections.Immutable;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;

namespace Framevet.Cli;

/// <summary>What <c>framevet vet --json</c> prints for one file. Names are an API; new ones may be added.</summary>
internal sealed record VetReport
{
    /// <summary>The path as it was found.</summary>
    public required string File { get; init; }

    /// <summary>How this file ended.</summary>
    public required ExitCode Result { get; init; }

    /// <summary>Why nothing came of it; null when it was vetted.</summary>
    public VetError? Error { get; init; }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What the file is; null when that could not be found out.</summary>
    public MediaFacts? Media { get; init; }

    /// <summary>Counts per stage.</summary>
    public Funnel? Funnel { get; init; }

    /// <summary>Frames that no machine may clear, by time.</summary>
    public ImmutableArray<FlaggedFrame> Flagged { get; init; } = [];

    /// <summary>The best frames, best first.</summary>
    public ImmutableArray<PickedFrame> Picks { get; init; } = [];

    /// <summary>Scenes by number; empty when the recipe finds no cuts.</summary>
    public ImmutableArray<FoundScene> Scenes { get; init; } = [];

    /// <summary>What --out wrote first; null without it, or when there was nothing to write.</summary>
    public string? Output { get; init; }

    /// <summary>Everything that --out wrote, one entry per exporter.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>What --dry-run says would be written, one entry per exporter; empty without it.</summary>
    public ImmutableArray<Pipeline.Export.ExportPlan> Plans { get; init; } = [];
}

/// <summary>Trouble with its stable code.</summary>
internal sealed record VetError(FailureCode Code, string Message, string? Detail);

/// <summary>A frame in doubt or blocked. <paramref name="Pts"/> in <paramref name="TimeBase"/> units, e.g. <c>1/15360</c>, is its identity.</summary>
internal sealed record FlaggedFrame(long Pts, string TimeBase, double Seconds, int Index, Pipeline.Moderation.Decision Decision, string? Label, double? Confidence, string Reason);

/// <summary>A scene from its first to its last frame; PTS in the time base of the frames.</summary>
internal sealed record FoundScene(int Number, long FirstPts, long LastPts, double FirstSeconds, double LastSeconds, int Frames);

/// <summary>A picked frame with all its scores.</summary>
internal sealed record PickedFrame(int Rank, long Pts, string TimeBase, double Seconds, int Index, ImmutableSortedDictionary<string, float> Scores, string Reason);

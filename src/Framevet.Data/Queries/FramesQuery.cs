using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Queries;

/// <summary>Frames of a run: Gallery, Frame page, curve, live catch-up, API.</summary>
public sealed class FramesQuery
{
    /// <summary>One page of frames and the number of all that match.</summary>
    public Task<Page<FrameRow>> PageAsync(FramesFilter filter, int skip, int take, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>PTS of all frames that match, in order, for "select all filtered"; at most <paramref name="limit"/>.</summary>
    public Task<ImmutableArray<long>> PtsAsync(FramesFilter filter, int limit, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>One frame with findings, losses and neighbours; null when there is none.</summary>
    public Task<FrameDetails?> GetAsync(RunId run, long pts, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Frames written or changed after revision <paramref name="after"/>, by rising revision: catch-up for live clients.</summary>
    public Task<ImmutableArray<FrameRow>> ChangedAsync(RunId run, long after, int take, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>One score over time, for the curve. Thinned evenly (keeping the minimum and maximum of each bucket) to at most <paramref name="maxPoints"/>.</summary>
    public Task<ImmutableArray<CurvePoint>> CurveAsync(RunId run, string score, int maxPoints, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>For each score of the run: count, minimum, maximum and a histogram of <paramref name="bins"/> bins between them.</summary>
    public Task<ImmutableArray<ScoreRange>> RangesAsync(RunId run, int bins, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Frames by state.</summary>
    public Task<ImmutableSortedDictionary<FrameState, int>> CountsAsync(RunId run, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>Which frames of which run. Ranges by score id, both ends inclusive, null = open. Sort: <c>pts</c>, <c>rank</c> or a score id; frames without the score last; ties by PTS.</summary>
public sealed record FramesFilter(RunId Run, ImmutableArray<FrameState>? States = null, ImmutableSortedDictionary<string, ScoreBounds>? Scores = null,
    string Sort = "pts", bool Descending = false);

/// <summary>Bounds on one score.</summary>
public sealed record ScoreBounds(double? Min, double? Max);

/// <summary>Where a frame stands, derived from gates, verdict and selection. Names are an API.</summary>
public enum FrameState
{
    /// <summary>A gate said no.</summary>
    Lost,
    /// <summary>A person must look (or no verdict yet).</summary>
    Pending,
    /// <summary>Must not be shown.</summary>
    Blocked,
    /// <summary>Allowed, not picked (yet).</summary>
    Allowed,
    /// <summary>Picked.</summary>
    Selected,
}

/// <summary>A frame in a list. <paramref name="IsAllowed"/>: a verdict allows it to be seen (a frame lost at a gate may be allowed too).</summary>
public sealed record FrameRow(RunId Run, long Pts, double Seconds, int Index, FrameState State, bool IsAllowed, string? LossReason, int? Rank, double? Quality,
    ImmutableSortedDictionary<string, float> Scores, string? ThumbKey, long Revision);

/// <summary>A frame with everything known about it.</summary>
public sealed record FrameDetails(FrameRow Row, string SourceName, Candidate Candidate, ImmutableArray<Finding> Findings, Verdict? Verdict, ImmutableArray<Loss> Losses, long? PreviousPts, long? NextPts,
    ImmutableSortedDictionary<string, double> Percentiles);

/// <summary>A point of a score curve.</summary>
public readonly record struct CurvePoint(long Pts, double Seconds, float Value, FrameState State);

/// <summary>What a score looks like over a run.</summary>
public sealed record ScoreRange(string Score, int Count, double Min, double Max, ImmutableArray<int> Histogram);

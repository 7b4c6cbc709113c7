using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;

namespace Framevet.Web.Live;

/// <summary>
/// What the hub tells its clients; the names are the names of the messages. Messages may be lost: each carries the run's revision, and
/// <c>Subscribe</c> with the last one seen gives what is missing.
/// </summary>
public interface IRunClient
{
    /// <summary>A run moved to another state.</summary>
    Task State(RunStateChanged news);

    /// <summary>A run's stage moved on, at most four times a second.</summary>
    Task Progress(RunProgressed news);

    /// <summary>New frames were scored.</summary>
    Task Frames(ScoredFrames news);

    /// <summary>Verdicts changed: ask for the frames again.</summary>
    Task Verdicts(ChangedVerdicts news);

    /// <summary>The best frames were picked.</summary>
    Task Selection(SelectionChanged news);

    /// <summary>A line for the run's log.</summary>
    Task Log(RunLogged news);

    /// <summary>An export moved on.</summary>
    Task Export(ExportChanged news);

    /// <summary>A review item of a run was added, claimed, released or decided.</summary>
    Task Review(ReviewChanged news);
}

/// <summary>New frames of a run, without what only moderators may know.</summary>
public sealed record ScoredFrames(RunId RunId, long Revision, DateTimeOffset At, ImmutableArray<ScoredFrame> Frames);

/// <summary>One new frame. <paramref name="Pts"/> in the media's time base; <paramref name="LossReason"/> null while it is in.</summary>
public sealed record ScoredFrame(long Pts, double Seconds, int Index, bool IsAllowed, string? LossReason, ImmutableSortedDictionary<string, float> Scores);

/// <summary>Frames whose verdict changed.</summary>
public sealed record ChangedVerdicts(RunId RunId, long Revision, DateTimeOffset At, ImmutableArray<long> Frames);

/// <summary>Where a run stands, and the frames changed since a revision. <paramref name="HasMore"/>: ask again with the last frame's revision.</summary>
public sealed record RunSnapshot(RunBody Run, long Revision, ImmutableArray<FrameItem> Frames, bool HasMore);

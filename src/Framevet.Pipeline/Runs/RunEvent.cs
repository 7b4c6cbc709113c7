using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// News about a run, published after storing; may be lost. <paramref name="Revision"/> is the run's revision in the store when it was
/// published: whoever sees a gap, or comes back, reads what is newer from the store.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunStateChanged), "state")]
[JsonDerivedType(typeof(RunProgressed), "progress")]
[JsonDerivedType(typeof(FramesScored), "frames")]
[JsonDerivedType(typeof(VerdictsChanged), "verdicts")]
[JsonDerivedType(typeof(SelectionChanged), "selection")]
[JsonDerivedType(typeof(GatingChanged), "gating")]
[JsonDerivedType(typeof(ScenesChanged), "scenes")]
[JsonDerivedType(typeof(PeopleChanged), "people")]
[JsonDerivedType(typeof(MarksChanged), "marks")]
[JsonDerivedType(typeof(RunLogged), "log")]
[JsonDerivedType(typeof(ExportChanged), "export")]
[JsonDerivedType(typeof(ReviewChanged), "review")]
[JsonDerivedType(typeof(ShareChanged), "share")]
public abstract record RunEvent(RunId RunId, long Revision, DateTimeOffset At);

/// <summary>The run moved to another state.</summary>
public sealed record RunStateChanged(RunId RunId, long Revision, DateTimeOffset At, RunState State, string Reason) : RunEvent(RunId, Revision, At);

/// <summary>
/// Progress of the current stage, at most four a second. <paramref name="Fraction"/> 0..1 of media time, null when the duration is unknown;
/// <paramref name="FramesPerSecond"/> decoded frames per wall second; <paramref name="Remaining"/> estimate, null when unknown.
/// </summary>
public sealed record RunProgressed(RunId RunId, long Revision, DateTimeOffset At, RunStage Stage, double? Fraction, double? FramesPerSecond, TimeSpan? Remaining, Funnel Funnel) : RunEvent(RunId, Revision, At);

/// <summary>New frames were scored and stored.</summary>
public sealed record FramesScored(RunId RunId, long Revision, DateTimeOffset At, ImmutableArray<Candidate> Frames) : RunEvent(RunId, Revision, At);

/// <summary>Verdicts of stored frames changed, e.g. after a person decided.</summary>
public sealed record VerdictsChanged(RunId RunId, long Revision, DateTimeOffset At, ImmutableArray<Pts> Frames) : RunEvent(RunId, Revision, At);

/// <summary>The best frames were picked.</summary>
public sealed record SelectionChanged(RunId RunId, long Revision, DateTimeOffset At, int Selected) : RunEvent(RunId, Revision, At);

/// <summary>Gates that need all frames have answered; losses of stored frames changed.</summary>
public sealed record GatingChanged(RunId RunId, long Revision, DateTimeOffset At, ImmutableArray<Pts> Frames) : RunEvent(RunId, Revision, At);

/// <summary>The scene list was stored.</summary>
public sealed record ScenesChanged(RunId RunId, long Revision, DateTimeOffset At, int Scenes) : RunEvent(RunId, Revision, At);

/// <summary>The people of the run were stored.</summary>
public sealed record PeopleChanged(RunId RunId, long Revision, DateTimeOffset At, int People) : RunEvent(RunId, Revision, At);

/// <summary>
/// Somebody marked <paramref name="Changed"/> frames; <paramref name="Frames"/> are their PTS, empty when they are too many to name: then all may have changed.
/// </summary>
public sealed record MarksChanged(RunId RunId, long Revision, DateTimeOffset At, int Changed, ImmutableArray<long> Frames, string By) : RunEvent(RunId, Revision, At);

/// <summary>A line for the run's log.</summary>
public sealed record RunLogged(RunId RunId, long Revision, DateTimeOffset At, RunLogLevel Level, string Text) : RunEvent(RunId, Revision, At);

/// <summary>An export of the run changed state or moved on; <paramref name="Fraction"/> 0..1.</summary>
public sealed record ExportChanged(RunId RunId, long Revision, DateTimeOffset At, Guid ExportId, string State, double? Fraction) : RunEvent(RunId, Revision, At);

/// <summary>A review item of the run was added, claimed, released or decided.</summary>
public sealed record ReviewChanged(RunId RunId, long Revision, DateTimeOffset At, Guid ItemId, Review.ReviewState State, string? By) : RunEvent(RunId, Revision, At);

/// <summary>A link for guests was made or revoked, or guests picked something.</summary>
public sealed record ShareChanged(RunId RunId, long Revision, DateTimeOffset At, Guid ShareId) : RunEvent(RunId, Revision, At);

/// <summary>Stages as the stage bar shows them.</summary>
public enum RunStage
{
    /// <summary>Reading the facts of the file.</summary>
    Probe,
    /// <summary>Decode, sample, score, gate and screen: one pass.</summary>
    Score,
    /// <summary>People look.</summary>
    Review,
    /// <summary>Picking the best.</summary>
    Select,
    /// <summary>Writing full-resolution files.</summary>
    Export,
}

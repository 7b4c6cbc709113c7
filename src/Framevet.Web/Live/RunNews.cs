using System.Collections.Immutable;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;

namespace Framevet.Web.Live;

/// <summary>A run moved to another state.</summary>
public sealed record StateNews(RunId RunId, long Revision, DateTimeOffset At, RunState State, string Reason);

/// <summary>Progress of a stage; <paramref name="Fraction"/> 0..1 of media time and <paramref name="Remaining"/> are null when unknown.</summary>
public sealed record ProgressNews(RunId RunId, long Revision, DateTimeOffset At, RunStage Stage, double? Fraction, double? FramesPerSecond, TimeSpan? Remaining, Funnel Funnel);

/// <summary>New frames of a run, without what only moderators may know.</summary>
public sealed record FramesNews(RunId RunId, long Revision, DateTimeOffset At, ImmutableArray<ScoredFrame> Frames);

/// <summary>One new frame. <paramref name="Pts"/> in the media's time base; <paramref name="LossReason"/> null while it is in.</summary>
public sealed record ScoredFrame(long Pts, double Seconds, int Index, bool IsAllowed, string? LossReason, ImmutableSortedDictionary<string, float> Scores);

/// <summary>Frames whose verdict changed, by PTS.</summary>
public sealed record VerdictsNews(RunId RunId, long Revision, DateTimeOffset At, ImmutableArray<long> Frames);

/// <summary>The best frames were picked.</summary>
public sealed record SelectionNews(RunId RunId, long Revision, DateTimeOffset At, int Selected);

/// <summary>Frames whose gate losses changed, by PTS.</summary>
public sealed record GatingNews(RunId RunId, long Revision, DateTimeOffset At, ImmutableArray<long> Frames);

/// <summary>The scene list was stored and now has so many scenes.</summary>
public sealed record ScenesNews(RunId RunId, long Revision, DateTimeOffset At, int Scenes);

/// <summary>The people of the run were stored; so many were found.</summary>
public sealed record PeopleNews(RunId RunId, long Revision, DateTimeOffset At, int People);

/// <summary>So many frames were marked, by PTS; <paramref name="Frames"/> is empty when they are too many to name.</summary>
public sealed record MarksNews(RunId RunId, long Revision, DateTimeOffset At, int Changed, ImmutableArray<long> Frames, string By);

/// <summary>A line of the run's log.</summary>
public sealed record LogNews(RunId RunId, long Revision, DateTimeOffset At, RunLogLevel Level, string Text);

/// <summary>An export moved on; <paramref name="Fraction"/> 0..1.</summary>
public sealed record ExportNews(RunId RunId, long Revision, DateTimeOffset At, Guid ExportId, string State, double? Fraction);

/// <summary>A review item was added, claimed, released or decided.</summary>
public sealed record ReviewNews(RunId RunId, long Revision, DateTimeOffset At, Guid ItemId, ReviewState State, string? By);

/// <summary>Where a run stands, and the frames changed since a revision. <paramref name="HasMore"/>: ask again with the last frame's revision.</summary>
public sealed record RunSnapshot(RunBody Run, long Revision, ImmutableArray<FrameItem> Frames, bool HasMore);

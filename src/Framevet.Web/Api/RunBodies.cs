using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Api;

/// <summary>One page of a list and the number of all rows that match.</summary>
public sealed record PageBody<T>(ImmutableArray<T> Items, int Total, int Skip, int Take);

/// <summary>A run in a list.</summary>
public sealed record RunItem(RunId Id, string SourceName, string OwnerId, string OwnerName, string Recipe, RunState State, string Reason, FailureCode? Failure,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, double? DurationSeconds, Funnel Funnel)
{
    internal static RunItem From(RunRow row) => new(row.Id, row.SourceName, row.OwnerId, row.OwnerName, row.RecipeName, row.State, row.Reason, row.Failure,
        row.CreatedAt, row.StartedAt, row.EndedAt, row.DurationSeconds, row.Funnel);
}

/// <summary>A run with everything that is not a frame. <paramref name="Revision"/> rises with every change; <c>frames?after=</c> takes it.</summary>
public sealed record RunBody(RunId Id, string OwnerId, string SourceName, string Sha256, long Bytes, Recipe Recipe, int Priority, RunState State, string Reason,
    FailureCode? Failure, int Attempt, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, long Revision, Funnel Funnel, MediaFacts? Media, RunUpkeep Upkeep)
{
    internal static RunBody From(Run run) => new(run.Id, run.OwnerId, run.SourceName, run.MediaSha256, run.MediaBytes, run.Recipe, run.Priority, run.State,
        run.Reason, run.Failure, run.Attempt, run.CreatedAt, run.StartedAt, run.EndedAt, run.Revision, run.Funnel, run.Media, run.Upkeep);
}

/// <summary>Answer to an upload: what became a run, and what did not and why.</summary>
public sealed record SubmitBody(ImmutableArray<SubmittedRun> Runs, ImmutableArray<RefusedFile> Refused);

/// <summary>A file that became a run.</summary>
public sealed record SubmittedRun(RunId Id, string SourceName, RunState State);

/// <summary>A file that did not. <paramref name="Type"/> as in problem details.</summary>
public sealed record RefusedFile(string SourceName, string Type, string Detail);

/// <summary>
/// The outcome of a run in a word: <c>pending</c> (not finished), <c>clean</c> (nothing blocked), <c>flagged</c> (some frames blocked),
/// <c>failed</c> or <c>cancelled</c>, with the number of frames by state. <paramref name="Clip"/>: moderation's word on the file as a whole; null before its first act has ended.
/// </summary>
public sealed record VerdictBody(RunId Id, string Verdict, RunState State, string Reason, ImmutableSortedDictionary<FrameState, int> Frames, ClipBody? Clip = null);

/// <summary>
/// Moderation's word on a file. <paramref name="Stage"/>: who said it; <paramref name="Rule"/>: how the frames of a clip make up <paramref name="Confidence"/> (0..1);
/// <paramref name="Band"/>: where that lies, with its bounds; <paramref name="Labels"/>: every label that was found, with its confidence by its rule. Label, confidence, rule, band and
/// labels only for people who may review: null for others, and where no label tipped it.
/// </summary>
public sealed record ClipBody(Decision Decision, string Reason, ClipStage Stage, string? By, string? Label, double? Confidence, VerdictRule? Rule, ClipBand? Band, ClipVersions Versions,
    ImmutableArray<ClipLabel>? Labels)
{
    internal static ClipBody From(ClipWord word, Actor actor) => actor.Has(Rights.Review)
        ? new(word.Decision, word.Reason, word.Stage, word.By, word.Label, Finite(word.Confidence), word.Rule, word.Band, word.Versions, [.. word.Labels.Where(l => double.IsFinite(l.Confidence))])
        : new(word.Decision, word.Reason, word.Stage, word.By, null, null, null, null, word.Versions, null);

    // JSON knows no NaN.
    private static double? Finite(double? confidence) => confidence is { } known && double.IsFinite(known) ? known : null;
}

/// <summary>
/// A scene. <paramref name="EndSeconds"/> is where the next one begins, for the last scene the time of its last frame. <paramref name="Frames"/> of the
/// file and <paramref name="Scored"/> of the run lie in it; <paramref name="CoverPts"/> is its first scored frame, null when there is none.
/// </summary>
public sealed record SceneBody(int Number, long FirstPts, long LastPts, double StartSeconds, double EndSeconds, int Frames, int Scored, long? CoverPts)
{
    internal static SceneBody From(SceneRow row) => new(row.Number, row.FirstPts, row.LastPts, row.StartSeconds, row.EndSeconds, row.Frames, row.Scored, row.CoverPts);
}

/// <summary>A line of a run's log.</summary>
public sealed record LogBody(long Id, DateTimeOffset At, RunLogLevel Level, string Text);

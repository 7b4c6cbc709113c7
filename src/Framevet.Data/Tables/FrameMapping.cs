using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Data.Tables;

/// <summary>From frame rows to the records of pipeline and pages, and the rule for the state column.</summary>
internal static class FrameMapping
{
    /// <summary>The state that follows from everything known.</summary>
    public static FrameState StateOf(bool passedGates, Decision? decision, int? rank) => (passedGates, decision) switch
    {
        (false, _) => FrameState.Lost,
        (_, null or Decision.Escalate) => FrameState.Pending,
        (_, Decision.Block) => FrameState.Blocked,
        _ => rank is null ? FrameState.Allowed : FrameState.Selected,
    };

    /// <summary>A score as its shortest decimal that gives the same float: what JSON shows and what people type as a bound.</summary>
    public static double Decimal(float score) => double.Parse(score.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static Pts Stamp(this FrameTable frame) => new(frame.Pts, new TimeBase(frame.TimeBaseNum, frame.TimeBaseDen));

    public static ImmutableSortedDictionary<string, float> ScoreMap(this FrameTable frame) =>
        RowJson.Read<Dictionary<string, float>>(frame.Scores).ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static ImmutableArray<Loss> LossList(string json) => json == "[]" ? [] : RowJson.Read<ImmutableArray<Loss>>(json);

    public static FrameRow ToRow(this FrameTable frame) => new(
        frame.RunId, frame.Pts, frame.Seconds, frame.Index, frame.State, frame.IsAllowed,
        LossList(frame.Losses) is [var first, ..] ? first.Reason : null,
        frame.Rank, frame.Quality, frame.ScoreMap(), frame.ThumbKey, frame.Revision);

    public static Candidate ToCandidate(this FrameTable frame, ImmutableArray<Finding> findings) => new(
        frame.Stamp(), frame.Index, frame.ScoreMap(), unchecked((ulong)frame.Fingerprint), frame.ThumbKey, LossList(frame.Losses),
        frame.Verdict is null ? null : new Judgement(RowJson.Read<Verdict>(frame.Verdict), findings), frame.Rank)
    {
        PickReason = frame.PickReason,
        Detections = frame.Detections is null ? null : RowJson.Read<FrameDetections>(frame.Detections),
    };

    public static Finding ToFinding(this FindingTable finding) => new(finding.Label, finding.Confidence, finding.Backend, finding.ModelVersion);
}

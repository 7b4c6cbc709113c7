using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// A sampled frame as plain data: everything after Gating works on these. <paramref name="Scores"/> by metric id, absent or NaN = not
/// measured. <paramref name="Losses"/>: every reason why it is out, in stage order; empty while it is still in.
/// </summary>
public sealed record Candidate(
    Pts Pts,
    int Index,
    ImmutableSortedDictionary<string, float> Scores,
    ulong Fingerprint,
    string? ThumbKey,
    ImmutableArray<Loss> Losses,
    Judgement? Judgement = null,
    int? Rank = null)
{
    /// <summary>Number of its scene from 1; null when the run has no scene list. Not stored with the frame: the scene list is.</summary>
    public int? Scene { get; init; }

    /// <summary>What models found in it: faces, things, people; null when nobody looked.</summary>
    public FrameDetections? Detections { get; init; }

    /// <summary>Why the selector picked it; null when it did not.</summary>
    public string? PickReason { get; init; }

    /// <summary>Whether every gate let it pass.</summary>
    public bool PassedGates => !Losses.Any(l => l.Stage == LossStage.Gating);

    /// <summary>Whether a verdict allows it to be shown and exported.</summary>
    public bool IsAllowed => Judgement?.Verdict.Decision == Decision.Allow;

    /// <summary>Score by id, or null when it was not measured.</summary>
    public float? Score(string id) => Scores.TryGetValue(id, out var value) && float.IsFinite(value) ? value : null;
}

/// <summary>Why a frame is out, in words for users. <paramref name="Part"/> is the id of the part that said so.</summary>
public sealed record Loss(LossStage Stage, string Part, string Reason);

/// <summary>Where in the funnel a frame was lost.</summary>
public enum LossStage
{
    /// <summary>A gate said no.</summary>
    Gating,
    /// <summary>A verdict did not allow it.</summary>
    Moderation,
    /// <summary>Allowed, but not among the best.</summary>
    Selection,
}

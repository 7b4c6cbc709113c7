using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Leaves the better one of frames that look the same: from the best down, a frame stays when none that stayed is within the distance. So no two that stay look the same, and
/// each that goes looks like a better one that stays. Equal scores go to the earlier frame; the order of the input does not matter.
/// </summary>
internal static class BestOfLooks
{
    /// <summary>One answer per frame, in their order; the reason names the nearest frame that stays.</summary>
    public static ImmutableArray<GateResult> Judge(ImmutableArray<Candidate> frames, Relevance relevance, int maxDistance, CancellationToken ct)
    {
        var answers = new GateResult[frames.Length];
        var looks = new FingerprintSet();
        var kept = new List<Candidate>();
        foreach (var i in Enumerable.Range(0, frames.Length).OrderByDescending(i => relevance.Of(frames[i])).ThenBy(i => frames[i].Pts))
        {
            ct.ThrowIfCancellationRequested();
            if (looks.Nearest(frames[i].Fingerprint, maxDistance) is var (position, distance))
            {
                answers[i] = GateResult.Failed(Repetition.Of(kept[position].Index, kept[position].Pts, distance));
                continue;
            }

            answers[i] = GateResult.Passed;
            looks.Add(frames[i].Fingerprint);
            kept.Add(frames[i]);
        }

        return [.. answers];
    }
}

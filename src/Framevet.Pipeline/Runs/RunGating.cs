using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Framevet.Pipeline.Gating;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// Gates over all frames of a run at once, from stored numbers alone: what a run needs when a gate has to know every frame, and what changes when gates are changed later.
/// </summary>
internal static class RunGating
{
    /// <summary>
    /// The frames (by rising PTS) with their gating losses taken anew; losses of other stages stay. Filters first, each for every frame, so that every failing reason is kept; then the filters
    /// that need the whole run, over what is left; then the gates that drop repetitions. <paramref name="gates"/> must be fresh.
    /// </summary>
    public static async Task<ImmutableArray<Candidate>> JudgeAsync(ImmutableArray<Candidate> frames, ImmutableArray<NamedGate> gates, ILooks looks, CancellationToken ct)
    {
        var judged = frames.Select(f => f.PassedGates ? f : f with { Losses = f.Losses.RemoveAll(l => l.Stage == LossStage.Gating) }).ToArray();
        var others = judged.Select(f => f.Losses).ToArray();
        foreach (var gate in gates.OrderBy(g => (g.Gate.Remembers, g.Gate is IRunGate) switch { (false, false) => 0, (false, true) => 1, _ => 2 }))
        {
            var asked = Asked(judged, everyFrame: gate.Gate is not IRunGate && !gate.Gate.Remembers);
            var answers = gate.Gate is IRunGate all
                ? await all.CheckAllAsync([.. asked.Select(i => judged[i])], looks, ct).ConfigureAwait(false)
                : Answers(gate.Gate, judged, asked, ct);
            for (var n = 0; n < asked.Length; n++)
            {
                if (!answers[n].Pass)
                {
                    ref var frame = ref judged[asked[n]];
                    frame = frame with { Losses = frame.Losses.Add(new Loss(LossStage.Gating, gate.Id, answers[n].Reason ?? "The gate gave no reason.")) };
                }
            }
        }

        // Losses stand in stage order.
        return [.. judged.Select((f, i) => others[i].IsEmpty || f.Losses == others[i] ? f : f with { Losses = [.. f.Losses.Where(l => l.Stage == LossStage.Gating), .. others[i]] })];
    }

    private static int[] Asked(Candidate[] frames, bool everyFrame)
    {
        var asked = new List<int>(frames.Length);
        for (var i = 0; i < frames.Length; i++)
        {
            if (everyFrame || frames[i].PassedGates)
            {
                asked.Add(i);
            }
        }

        return [.. asked];
    }

    // A gate that remembers nothing answers for each frame alone, so on all processors.
    private static ImmutableArray<GateResult> Answers(IGate gate, Candidate[] frames, int[] asked, CancellationToken ct)
    {
        var answers = new GateResult[asked.Length];
        if (gate.Remembers)
        {
            for (var n = 0; n < asked.Length; n++)
            {
                answers[n] = gate.Check(frames[asked[n]]);
            }
        }
        else
        {
            Parallel.For(0, asked.Length, new ParallelOptions { CancellationToken = ct }, n => answers[n] = gate.Check(frames[asked[n]]));
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(answers);
    }
}

using System.Collections.Immutable;
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
            var asked = Enumerable.Range(0, judged.Length).Where(i => gate.Gate is not IRunGate && !gate.Gate.Remembers || judged[i].PassedGates).ToArray();
            var answers = gate.Gate is IRunGate all
                ? await all.CheckAllAsync([.. asked.Select(i => judged[i])], looks, ct).ConfigureAwait(false)
                : [.. asked.Select(i => gate.Gate.Check(judged[i]))];
            foreach (var (i, answer) in asked.Zip(answers).Where(a => !a.Second.Pass))
            {
                judged[i] = judged[i] with { Losses = judged[i].Losses.Add(new Loss(LossStage.Gating, gate.Id, answer.Reason ?? "The gate gave no reason.")) };
            }
        }

        // Losses stand in stage order.
        return [.. judged.Select((f, i) => others[i].IsEmpty || f.Losses == others[i] ? f : f with { Losses = [.. f.Losses.Where(l => l.Stage == LossStage.Gating), .. others[i]] })];
    }
}

using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Gating;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Selection;

public sealed class MmrSelectorSpecs
{
    private const ulong Street = 0;
    private const ulong Beach = 0xFFFF_FFFF;

    [Fact]
    public void The_reason_states_relevance_and_novelty()
    {
        // A hundred seconds apart, time adds nothing to the similarity: 0.7 * look.
        var picks = Pick(Spec(2), Frame(0, 100, Street), Frame(100, 60, Beach), Frame(200, 90, Street));

        picks.Select(p => (p.Candidate.Index, p.Reason)).ShouldBe([(0, "best quality 100.0"), (100, "relevance 0.60 (quality 60.0) and novelty 1.00")]);
    }

    [Fact]
    public void One_end_of_the_weight_looks_at_the_score_only_and_the_other_at_novelty_only()
    {
        Candidate[] frames = [Frame(0, 90, Street), Frame(10, 89, Street), Frame(200, 1, Beach)];

        Pick(Spec(2).With("lambda", 1.0), frames).Select(p => p.Candidate.Index).ShouldBe([0, 10]);
        Pick(Spec(2).With("lambda", 0.0), frames).Select(p => p.Candidate.Index).ShouldBe([0, 200]);
    }

    [Fact]
    public void With_time_alone_picks_spread_over_the_clip()
    {
        var frames = Enumerable.Range(0, 61).Select(i => Frame(i, 50, Street)).ToArray();

        Pick(Spec(3).With("lookWeight", 0.0), frames).Select(p => p.Candidate.Index).ShouldBe([0, 60, 30]);
    }

    [Fact]
    public void Each_pick_is_the_best_by_the_formula_given_those_before()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var frames = Made.Clip(seed, 40);
            var picks = Pick(Spec(8), [.. frames]);
            var top = frames.Max(f => f.Score("quality") ?? 0);
            for (var rank = 1; rank < picks.Length; rank++)
            {
                var before = picks.Take(rank).Select(p => p.Candidate).ToList();
                double Value(Candidate f) => (0.6 * (f.Score("quality") ?? 0) / top) + (0.4 * before.Min(b => 1 - Similarity(f, b)));

                Value(picks[rank].Candidate).ShouldBe(frames.Except(before).Max(Value), 1e-9, $"seed {seed}, rank {rank + 1}");
            }
        }
    }

    private static double Similarity(Candidate a, Candidate b) =>
        (0.7 * Math.Max(0, 1 - (System.Numerics.BitOperations.PopCount(a.Fingerprint ^ b.Fingerprint) / 32.0))) + (0.3 * Math.Exp(-Math.Abs(a.Pts.Seconds - b.Pts.Seconds) / 10));

    private static PartSpec Spec(int count) => new PartSpec("mmr").With("count", count);

    private static Candidate Frame(int second, double quality, ulong look) => Made.Frame(second, second, look, ("quality", quality));

    private static ImmutableArray<Pick> Pick(PartSpec spec, params Candidate[] frames) => NoServices.Catalog.Build<ISelector>(spec).Pick([.. frames]);
}

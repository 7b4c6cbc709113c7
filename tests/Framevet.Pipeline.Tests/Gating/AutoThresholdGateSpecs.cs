using System.Collections.Immutable;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class AutoThresholdGateSpecs
{
    [Fact]
    public async Task By_default_the_worst_quarter_goes() =>
        (await PassedAsync(new PartSpec("auto-threshold"), [.. Enumerable.Range(0, 101).Select(i => Frame(i, i))])).ShouldBe(Enumerable.Range(25, 76));

    [Fact]
    public async Task Deviations_drop_only_what_lies_far_below_the_mean()
    {
        // Mean 90.1, population deviation about 8.95.
        var clip = Enumerable.Range(0, 99).Select(i => Frame(i, 91)).Append(Frame(99, 1)).ToImmutableArray();

        (await PassedAsync(Spec("deviations", ("quality", 3)), clip)).ShouldBe(Enumerable.Range(0, 99));
        (await PassedAsync(Spec("deviations", ("quality", 20)), clip)).Count.ShouldBe(100);
    }

    [Fact]
    public async Task Otsu_parts_two_heaps_between_them()
    {
        var random = new Random(3);
        var clip = Enumerable.Range(0, 200).Select(i => Frame(i, i % 4 == 0 ? 20 + random.Next(10) : 70 + random.Next(20))).ToImmutableArray();

        (await PassedAsync(Spec("otsu", ("quality", 0)), clip)).ShouldBe(Enumerable.Range(0, 200).Where(i => i % 4 != 0));
    }

    [Fact]
    public async Task Otsu_finds_the_cut_with_the_greatest_variance_between_the_classes()
    {
        var random = new Random(11);
        for (var run = 0; run < 100; run++)
        {
            var values = Enumerable.Range(0, random.Next(2, 30)).Select(_ => (double)random.Next(12)).ToArray();

            var kept = (await PassedAsync(Spec("otsu", ("quality", 0)), [.. values.Select((v, i) => Frame(i, v))])).Select(i => values[i]).ToArray();

            var best = values.Distinct().Max(cut => Between([.. values.Where(v => v < cut)], [.. values.Where(v => v >= cut)]));
            Between([.. values.Where(v => v < kept.Min())], kept).ShouldBe(best, 1e-9, $"run {run}");
            kept.Length.ShouldBe(values.Count(v => v >= kept.Min()), $"run {run}");
        }
    }

    [Fact]
    public async Task A_run_of_equal_frames_loses_none_whatever_the_method()
    {
        foreach (var method in new[] { "percentile", "deviations", "otsu" })
        {
            (await PassedAsync(Spec(method, ("quality", 1)), [.. Enumerable.Range(0, 50).Select(i => Frame(i, 0.1))])).Count.ShouldBe(50, method);
        }
    }

    [Fact]
    public async Task Every_limit_that_is_missed_is_named_each_in_its_direction()
    {
        ImmutableArray<Candidate> clip =
        [
            .. Enumerable.Range(0, 10).Select(i => Made.Frame(i, i, 0, ("quality", 50 + i), ("motion", i))),
            Made.Frame(10, 10, 0, ("quality", 1), ("motion", 90)),
        ];

        var answers = await AskAsync(Spec("percentile", ("quality", 10), ("motion", 10)), clip);

        answers[10].Reason.ShouldBe("motion 90 is above 9, where the worst 10 % of the run end; quality 1 is below 50, where the worst 10 % of the run end");
        answers.Take(10).ShouldAllBe(a => a.Pass);
    }

    private static double Between(double[] lower, double[] upper) =>
        lower.Length == 0 || upper.Length == 0 ? 0 : lower.Length * (double)upper.Length * Math.Pow(lower.Average() - upper.Average(), 2);

    private static Candidate Frame(int index, double quality) => Made.Frame(index, index, 0, ("quality", quality));

    private static PartSpec Spec(string method, params (string Score, double Number)[] scores) =>
        new PartSpec("auto-threshold").With("method", method).With("scores", scores.ToDictionary(s => s.Score, s => s.Number));

    private static async Task<List<int>> PassedAsync(PartSpec spec, ImmutableArray<Candidate> clip) =>
        [.. clip.Zip(await AskAsync(spec, clip)).Where(p => p.Second.Pass).Select(p => p.First.Index)];

    private static Task<ImmutableArray<GateResult>> AskAsync(PartSpec spec, ImmutableArray<Candidate> clip) =>
        ((IRunGate)NoServices.Catalog.Build<IGate>(spec)).CheckAllAsync(clip, new MadeLooks(), TestContext.Current.CancellationToken);
}

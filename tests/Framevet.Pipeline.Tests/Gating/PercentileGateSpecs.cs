using System.Collections.Immutable;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class PercentileGateSpecs
{
    [Theory]
    [InlineData(100, 10)]
    [InlineData(250, 25)]
    [InlineData(1, 1)]
    public async Task Trap_22_Percentile_90_keeps_the_best_tenth_and_not_the_best_nine_tenths(int frames, int kept)
    {
        var clip = Clip(frames);

        var passed = await PassedAsync(new PartSpec("percentile"), clip);

        passed.ShouldBe(clip.OrderByDescending(f => f.Score("quality")).Take(kept).Select(f => f.Index), ignoreOrder: true);
        var part = NoServices.Catalog.Parts.Single(p => p is { Kind: PartKind.Gate, Id: "percentile" });
        part.Summary.ShouldContain("90 keeps the best 10 %");
        part.Options.Single(o => o.Name == "percentile").Description.ShouldContain("90 keeps the best 10 %");
    }

    [Fact]
    public async Task Trap_21_The_percentile_is_of_the_whole_run_and_no_order_or_batch_changes_it()
    {
        var clip = Clip(250);

        var whole = await PassedAsync(new PartSpec("percentile"), clip);
        var perBatch = new List<int>();
        foreach (var batch in clip.Chunk(100))
        {
            perBatch.AddRange(await PassedAsync(new PartSpec("percentile"), [.. batch]));
        }

        perBatch.Count.ShouldBe(whole.Count, "10 + 10 + 5 and 25 are the same number");
        perBatch.ShouldNotBe(whole, "but not the same frames");
        for (var seed = 0; seed < 10; seed++)
        {
            (await PassedAsync(new PartSpec("percentile"), clip.Shuffled(seed))).ShouldBe(whole, ignoreOrder: true);
        }
    }

    [Fact]
    public async Task Where_less_is_better_the_lowest_tenth_stays()
    {
        var clip = Enumerable.Range(0, 100).Select(i => Made.Frame(i, i, 0, ("motion", 99 - i))).ToImmutableArray();

        (await PassedAsync(new PartSpec("percentile").With("score", "motion"), clip)).ShouldBe(Enumerable.Range(90, 10));
    }

    [Fact]
    public async Task Reasons_say_what_was_missed_in_the_direction_of_the_score()
    {
        (await ReasonsAsync("quality", 10, 20, 30)).ShouldBe(["quality 10 is below 20, where the best 50 % of the run begin", null, null]);
        (await ReasonsAsync("motion", 10, 20, 30)).ShouldBe([null, null, "motion 30 is above 20, where the best 50 % of the run begin"]);
        (await ReasonsAsync("quality", 19.96, 20, 30))[0].ShouldBe("quality 19.96 is below 20, where the best 50 % of the run begin");
    }

    [Fact]
    public async Task What_was_not_measured_fails_and_does_not_shift_the_percentile()
    {
        ImmutableArray<Candidate> clip = [Made.Frame(0, 0), Made.Frame(1, 1, 0, ("quality", 5)), Made.Frame(2, 2, 0, ("quality", 9))];

        var answers = await AskAsync(new PartSpec("percentile").With("percentile", 0), clip);

        answers.Select(a => a.Reason).ShouldBe(["quality was not measured", null, null]);
    }

    [Fact]
    public async Task It_agrees_with_the_definition_on_many_runs()
    {
        var random = new Random(5);
        for (var run = 0; run < 200; run++)
        {
            var values = Enumerable.Range(0, random.Next(1, 40)).Select(_ => (double)random.Next(10)).ToArray();
            var percent = random.Next(0, 101);
            var rising = values.Order().ToArray();
            var position = (rising.Length - 1) * percent / 100.0;
            var cut = rising[(int)position] + ((rising[(int)Math.Ceiling(position)] - rising[(int)position]) * (position - (int)position));

            var answers = await AskAsync(new PartSpec("percentile").With("percentile", percent), [.. values.Select((v, i) => Made.Frame(i, i, 0, ("quality", v)))]);

            answers.Select(a => a.Pass).ShouldBe(values.Select(v => v >= cut - 1e-12), $"run {run}");
        }
    }

    // Every quality once, scattered over the clip, and rising a little so that batches differ.
    private static ImmutableArray<Candidate> Clip(int frames) =>
        [.. Enumerable.Range(0, frames).Select(i => Made.Frame(i, i, 0, ("quality", ((i * 37) % frames) + (i / 1000.0))))];

    private static async Task<string?[]> ReasonsAsync(string score, params double[] values) =>
        [.. (await AskAsync(new PartSpec("percentile").With("score", score).With("percentile", 50), [.. values.Select((v, i) => Made.Frame(i, i, 0, (score, v)))])).Select(a => a.Reason)];

    private static async Task<List<int>> PassedAsync(PartSpec spec, ImmutableArray<Candidate> clip) =>
        [.. clip.Zip(await AskAsync(spec, clip)).Where(p => p.Second.Pass).Select(p => p.First.Index)];

    private static Task<ImmutableArray<GateResult>> AskAsync(PartSpec spec, ImmutableArray<Candidate> clip) =>
        ((IRunGate)NoServices.Catalog.Build<IGate>(spec)).CheckAllAsync(clip, new MadeLooks(), TestContext.Current.CancellationToken);
}

using System.Collections.Immutable;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class LocalBlurGateSpecs
{
    [Fact]
    public async Task A_blurred_moment_between_sharp_ones_is_dropped_and_the_reason_names_both()
    {
        ImmutableArray<Candidate> clip = [.. Enumerable.Range(0, 7).Select(i => Frame(i, i == 3 ? 20 : 100))];

        var answers = await AskAsync(clip);

        answers.Select((a, i) => (a.Pass, i)).Where(a => !a.Pass).ShouldHaveSingleItem().i.ShouldBe(3);
        answers[3].Reason.ShouldBe("blurred: sharpness 20 is below 25 % of the 100 that its scene reaches within 3 s");
    }

    [Fact]
    public async Task What_another_scene_reaches_does_not_count()
    {
        // A street, then the sky.
        ImmutableArray<Candidate> clip = [.. Enumerable.Range(0, 6).Select(i => Frame(i, 800) with { Scene = 1 }), .. Enumerable.Range(6, 6).Select(i => Frame(i, 40) with { Scene = 2 })];

        (await AskAsync(clip)).ShouldAllBe(a => a.Pass);
        (await AskAsync([.. clip.Select(f => f with { Scene = null })])).Count(a => !a.Pass).ShouldBeGreaterThan(0, "without scenes the sky stands beside the street");
    }

    [Fact]
    public async Task What_lies_farther_away_than_the_neighbourhood_does_not_count()
    {
        ImmutableArray<Candidate> clip = [.. Enumerable.Range(0, 10).Select(i => Frame(i, 800)), .. Enumerable.Range(20, 10).Select(i => Frame(i, 40))];

        (await AskAsync(clip)).ShouldAllBe(a => a.Pass);
    }

    [Fact]
    public async Task A_scene_that_is_blurred_throughout_is_left_to_a_fixed_floor() =>
        (await AskAsync([.. Enumerable.Range(0, 20).Select(i => Frame(i, 2 + (i % 3)))])).ShouldAllBe(a => a.Pass);

    [Fact]
    public async Task A_frame_whose_sharpness_nobody_measured_fails() =>
        (await AskAsync([Frame(0, 50), Made.Frame(1, 1, 0, ("quality", 50))])).Select(a => a.Pass).ShouldBe([true, false]);

    [Fact]
    public async Task The_window_that_slides_gives_what_each_neighbourhood_alone_gives()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var at = 0.0;
            ImmutableArray<Candidate> clip = [.. Enumerable.Range(0, 120).Select(i => Made.Frame(i, at += random.NextDouble(), 0, ("sharpness", random.Next(1, 60))) with { Scene = (i / 30) + 1 })];

            var answers = await AskAsync(clip);

            for (var i = 0; i < clip.Length; i++)
            {
                var near = clip.Where(f => f.Scene == clip[i].Scene && Math.Abs(f.Pts.Seconds - clip[i].Pts.Seconds) <= 3).Select(f => (double)f.Score("sharpness")!).Order().ToArray();
                var place = (near.Length - 1) * 0.75;
                var level = near[(int)place] + ((near[Math.Min(near.Length - 1, (int)place + 1)] - near[(int)place]) * (place - (int)place));
                answers[i].Pass.ShouldBe(clip[i].Score("sharpness") >= level / 4, $"seed {seed}, frame {i}");
            }
        }
    }

    private static Candidate Frame(int second, double sharpness) => Made.Frame(second, second, 0, ("sharpness", sharpness));

    private static Task<ImmutableArray<GateResult>> AskAsync(ImmutableArray<Candidate> clip) =>
        ((IRunGate)NoServices.Catalog.Build<IGate>(new PartSpec("local-blur"))).CheckAllAsync(clip, new MadeLooks(), TestContext.Current.CancellationToken);
}

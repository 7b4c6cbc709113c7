using System.Collections.Immutable;
using System.Numerics;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class DuplicateGlobalGateSpecs
{
    [Fact]
    public async Task The_better_one_stays_however_far_apart_they_are()
    {
        ImmutableArray<Candidate> clip = [Frame(0, 10, 0), .. Enumerable.Range(1, 500).Select(i => Frame(i, 50, Noise(i))), Frame(600, 90, 0b111)];

        var answers = await AskAsync(new PartSpec("duplicate-global"), clip);

        answers[0].Reason.ShouldBe("duplicate of frame #600 at 10:00.0 (distance 3)");
        answers.Skip(1).ShouldAllBe(a => a.Pass);
    }

    [Fact]
    public async Task Of_equally_good_ones_the_earlier_stays_in_any_order()
    {
        var clip = Enumerable.Range(0, 50).Select(i => Frame(i, 40, 0xF0F0)).ToImmutableArray();

        foreach (var seed in Enumerable.Range(0, 5))
        {
            (await KeptAsync(new PartSpec("duplicate-global"), clip.Shuffled(seed))).ShouldBe([0]);
        }
    }

    [Fact]
    public async Task Where_less_is_better_the_least_stays()
    {
        ImmutableArray<Candidate> clip = [Made.Frame(0, 0, 1, ("motion", 9)), Made.Frame(1, 1, 1, ("motion", 2)), Made.Frame(2, 2, 1)];

        (await KeptAsync(new PartSpec("duplicate-global").With("score", "motion"), clip)).ShouldBe([1]);
    }

    [Fact]
    public async Task What_stays_is_all_different_and_what_goes_looks_like_something_better_that_stays()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var clip = Made.Clip(seed, 300);
            var answers = await AskAsync(new PartSpec("duplicate-global"), clip);
            var kept = clip.Zip(answers).Where(p => p.Second.Pass).Select(p => p.First).ToList();

            foreach (var (frame, answer) in clip.Zip(answers))
            {
                var near = kept.Where(k => k.Index != frame.Index && BitOperations.PopCount(k.Fingerprint ^ frame.Fingerprint) <= 5).ToList();
                if (answer.Pass)
                {
                    near.ShouldBeEmpty($"seed {seed}, frame {frame.Index}");
                }
                else
                {
                    // The nearest of those that are better; a worse one that stays may be nearer still.
                    near.Where(k => Quality(k) > Quality(frame) || (Quality(k) == Quality(frame) && k.Pts < frame.Pts))
                        .Select(k => $"duplicate of frame #{k.Index} at {k.Pts.Clock()} (distance {BitOperations.PopCount(k.Fingerprint ^ frame.Fingerprint)})")
                        .ShouldContain(answer.Reason!, $"seed {seed}, frame {frame.Index}");
                }
            }
        }
    }

    [Fact]
    public async Task A_hundred_thousand_frames_are_compared_exactly()
    {
        // Every tenth frame is a better copy of the one before, with two bits changed.
        var random = new Random(8);
        var looks = new ulong[100_000];
        for (var i = 0; i < looks.Length; i++)
        {
            looks[i] = i % 10 == 9 ? looks[i - 1] ^ 0x8000_0000_0001 : (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        }

        var answers = await AskAsync(new PartSpec("duplicate-global").With("maxDistance", 2), [.. looks.Select((l, i) => Frame(i, i % 10, l))]);

        answers.Select((a, i) => (a.Pass, i)).Where(a => !a.Pass).Select(a => a.i).ShouldBe(Enumerable.Range(0, 10_000).Select(i => (i * 10) + 8));
        answers[8].Reason.ShouldBe("duplicate of frame #9 at 0:09.0 (distance 2)");
    }

    [Fact]
    public async Task Within_scenes_a_look_may_come_again_in_another_scene()
    {
        ImmutableArray<Candidate> clip = [Frame(0, 1, 5) with { Scene = 1 }, Frame(1, 9, 5) with { Scene = 1 }, Frame(2, 3, 5) with { Scene = 2 }, Frame(3, 2, 5) with { Scene = 2 }];

        (await KeptAsync(new PartSpec("duplicate-scene"), clip)).ShouldBe([1, 2]);
        (await KeptAsync(new PartSpec("duplicate-global"), clip)).ShouldBe([1]);
    }

    [Fact]
    public async Task Without_a_scene_list_the_run_counts_as_one_scene_and_the_summary_says_so()
    {
        foreach (var seed in Enumerable.Range(0, 5))
        {
            var clip = Made.Clip(seed, 200);

            (await AskAsync(new PartSpec("duplicate-scene"), clip)).ShouldBe(await AskAsync(new PartSpec("duplicate-global"), clip));
        }

        NoServices.Catalog.Parts.Single(p => p.Id == "duplicate-scene").Summary.ShouldContain("without a scene list the whole run counts as one scene");
    }

    private static float Quality(Candidate frame) => frame.Score("quality") ?? -1;

    private static ulong Noise(int seed) => (ulong)new Random(seed).NextInt64() | 0xFFFF_0000_0000_0000;

    private static Candidate Frame(int index, double quality, ulong look) => Made.Frame(index, index, look, ("quality", quality));

    private static async Task<List<int>> KeptAsync(PartSpec spec, ImmutableArray<Candidate> clip) =>
        [.. clip.Zip(await AskAsync(spec, clip)).Where(p => p.Second.Pass).Select(p => p.First.Index)];

    private static Task<ImmutableArray<GateResult>> AskAsync(PartSpec spec, ImmutableArray<Candidate> clip) =>
        ((IRunGate)NoServices.Catalog.Build<IGate>(spec)).CheckAllAsync(clip, new MadeLooks(), TestContext.Current.CancellationToken);
}

using System.Collections.Immutable;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

/// <summary>Both gates that compare pictures.</summary>
public sealed class SsimGateSpecs
{
    private static readonly float[] Street = MadeLooks.Noise(1);
    private static readonly float[] Beach = MadeLooks.Noise(2);

    public static TheoryData<string> Both => ["ssim", "phash-ssim"];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Of_similar_neighbours_the_first_stays_and_is_named_with_the_similarity(string id)
    {
        var answers = await AskAsync(new PartSpec(id), 3, i => i == 2 ? Beach : MadeLooks.Mixed(Street, Beach, 0.05f * i));

        answers.Select(a => a.Pass).ShouldBe([true, false, true]);
        answers[1].Reason!.ShouldStartWith("looks like frame #0 at 0:00.0 (similarity 0.99");
    }

    [Fact]
    public async Task The_best_can_stay_instead_and_the_others_name_it()
    {
        ImmutableArray<Candidate> clip = [Frame(0, 10), Frame(1, 30), Frame(2, 20)];

        var answers = await AskAsync(new PartSpec("ssim").With("keep", "best"), clip, _ => Street);

        answers.Select(a => a.Reason).ShouldBe(
        [
            "looks like frame #1 at 0:01.0 (similarity 1.00), which is better",
            null,
            "looks like frame #0 at 0:00.0 (similarity 1.00); of these, frame #1 at 0:01.0 is the best",
        ]);
    }

    [Fact]
    public async Task A_look_that_comes_back_is_kept_by_the_one_gate_and_dropped_by_the_other()
    {
        (await AskAsync(new PartSpec("ssim"), 3, i => i == 1 ? Beach : Street)).ShouldAllBe(a => a.Pass);
        (await AskAsync(new PartSpec("phash-ssim"), 3, i => i == 1 ? Beach : Street)).Select(a => a.Pass).ShouldBe([true, true, false]);
        (await AskAsync(new PartSpec("phash-ssim").With("window", 1), 3, i => i == 1 ? Beach : Street)).ShouldAllBe(a => a.Pass);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_slow_change_keeps_a_frame_whenever_it_has_moved_on_far_enough(string id)
    {
        var answers = await AskAsync(new PartSpec(id), 41, i => MadeLooks.Mixed(Street, Beach, i / 40f));

        answers.Count(a => a.Pass).ShouldBeInRange(3, 20);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_frame_whose_picture_is_gone_stays_and_removes_nothing(string id) =>
        (await AskAsync(new PartSpec(id), 3, i => i == 1 ? null : Street)).Select(a => a.Pass).ShouldBe([true, true, false]);

    [Fact]
    public async Task Fingerprints_propose_so_unlike_ones_are_never_looked_at()
    {
        var looks = new MadeLooks(_ => Street);
        ImmutableArray<Candidate> clip = [Made.Frame(0, 0, 0), Made.Frame(1, 1, 0b111_1111_1111)];

        (await AskAsync(new PartSpec("phash-ssim"), clip, looks)).ShouldAllBe(a => a.Pass);

        looks.Asked.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Trap_25_Similarity_is_not_distance_and_raising_its_limit_never_drops_more(string id)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            // Pairs of every degree of likeness, each judged alone; then a run of three looks with two shades each.
            for (var share = 0f; share <= 1; share += 0.1f)
            {
                float[][] pair = [MadeLooks.Noise(seed), MadeLooks.Mixed(MadeLooks.Noise(seed), MadeLooks.Noise(seed + 100), share)];
                await FallsAsync(id, 2, i => pair[i], 0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1);
            }

            var shades = Enumerable.Range(0, 6).Select(k => MadeLooks.Mixed(MadeLooks.Noise(k / 2), MadeLooks.Noise(50 + k), 0.35f)).ToArray();
            await FallsAsync(id, 24, i => MadeLooks.Mixed(shades[i / 4], MadeLooks.Noise(i + (100 * seed)), 0.02f), 0.1, 0.3, 0.95, 1);
        }

        var option = NoServices.Catalog.Parts.Single(p => p.Id == id).Options.Single(o => o.Name == "minSimilarity");
        option.Title.ShouldBe("Similarity");
        option.Description.ShouldContain("a higher value drops less");
    }

    [Theory]
    [InlineData("phash-ssim")]
    [InlineData("duplicate-global")]
    [InlineData("duplicate-scene")]
    public async Task Trap_25_Raising_the_limit_of_a_distance_never_drops_fewer(string id)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            foreach (var bits in Enumerable.Range(0, 65))
            {
                var other = Enumerable.Range(0, 64).Order(Comparer<int>.Create((a, b) => (a * 7919 % 64).CompareTo(b * 7919 % 64))).Take(bits).Aggregate(0UL, (x, bit) => x ^ (1UL << bit));
                await RisesAsync(id, [Made.Frame(0, 0, 0, ("quality", 1)), Made.Frame(1, 1, other, ("quality", 1))], 0, 1, 2, 5, 11, 12, 20, 32, 63, 64);
            }

            // A run of looks 24 bits apart with shades 8 bits apart.
            ImmutableArray<Candidate> run = [.. Enumerable.Range(0, 60).Select(i => Made.Frame(i, i, Shade(random.Next(2), random.Next(3)), ("quality", random.Next(5))))];
            await RisesAsync(id, run, 0, 7, 8, 23, 64);
        }
    }

    // Two looks 24 or more bits apart, each with three shades 8 bits apart.
    private static ulong Shade(int look, int shade) => (look == 0 ? 0 : 0xFFFF_FFFF_FF00_0000UL) ^ (shade switch { 0 => 0UL, 1 => 0xFFUL, _ => 0xF0F0UL });

    private static async Task FallsAsync(string id, int frames, Func<int, float[]?> picture, params double[] limits)
    {
        var dropped = new List<int>();
        foreach (var limit in limits)
        {
            dropped.Add((await AskAsync(new PartSpec(id).With("minSimilarity", limit), frames, picture)).Count(a => !a.Pass));
        }

        dropped.ShouldBe(dropped.OrderDescending());
    }

    private static async Task RisesAsync(string id, ImmutableArray<Candidate> clip, params int[] limits)
    {
        var dropped = new List<int>();
        foreach (var limit in limits)
        {
            dropped.Add((await AskAsync(new PartSpec(id).With("maxDistance", limit), clip, _ => Street)).Count(a => !a.Pass));
        }

        dropped.ShouldBe(dropped.Order());
        dropped[^1].ShouldBe(clip.Length - 1);
    }

    private static Candidate Frame(int index, double quality) => Made.Frame(index, index, 0, ("quality", quality));

    private static Task<ImmutableArray<GateResult>> AskAsync(PartSpec spec, int frames, Func<int, float[]?> picture) =>
        AskAsync(spec, [.. Enumerable.Range(0, frames).Select(i => Frame(i, 50))], picture);

    private static Task<ImmutableArray<GateResult>> AskAsync(PartSpec spec, ImmutableArray<Candidate> clip, Func<int, float[]?> picture) =>
        AskAsync(spec, clip, new MadeLooks(c => picture(c.Index)));

    private static Task<ImmutableArray<GateResult>> AskAsync(PartSpec spec, ImmutableArray<Candidate> clip, MadeLooks looks) =>
        ((IRunGate)NoServices.Catalog.Build<IGate>(spec)).CheckAllAsync(clip, looks, TestContext.Current.CancellationToken);
}

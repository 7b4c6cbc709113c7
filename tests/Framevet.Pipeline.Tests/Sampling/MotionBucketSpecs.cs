using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Sampling;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Sampling;

public sealed class MotionBucketSpecs
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void With_a_known_count_each_bucket_gives_its_first_frame_of_most_motion(int seed)
    {
        var random = new Random(seed);
        var (n, budget) = (random.Next(1, 200), random.Next(1, 24));
        var frames = Film(random, n);

        Sampled.By(Sampler(budget), frames, n).ShouldBe(Expected(frames, budget), $"{n} frames, {budget} wanted");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void With_an_unknown_count_there_are_as_many_picks_as_wanted_spread_over_the_film(int seed)
    {
        var random = new Random(seed);
        var (n, budget) = (random.Next(1, 400), random.Next(1, 24));
        var frames = Film(random, n);

        var picks = Sampled.By(Sampler(budget), frames);

        picks.Count.ShouldBe(Math.Min(n, budget));
        picks.ShouldBeInOrder();
        picks.Distinct().Count().ShouldBe(picks.Count);

        // Two neighbouring picks lie at most in the far ends of two neighbouring buckets, each at most twice as long as the mean, or one more bin.
        picks.Zip(picks.Skip(1)).ShouldAllBe(p => p.Second - p.First <= 2 * ((2.0 * n / budget) + 2));
        if (n <= 2 * budget)
        {
            picks.ShouldBe(Expected(frames, budget));
        }
    }

    [Theory]
    [InlineData(100, 60)]
    [InlineData(100, 230)]
    [InlineData(5, 300)]
    public void A_wrong_count_never_gives_more_than_wanted_and_still_sees_the_end(int claimed, int real)
    {
        var picks = Sampled.By(Sampler(10, withLast: true), Film(new Random(1), real), claimed);

        picks.Count.ShouldBeInRange(6, 10);
        picks.ShouldBeInOrder();
        picks[^1].ShouldBe(real - 1);
    }

    [Fact]
    public void Nine_hundred_frames_are_never_held_in_more_than_budget_plus_two_copies()
    {
        var sampler = new MotionBucketSampler(new MotionBucketSamplerOptions());
        Sampled.By(sampler, Film(new Random(3), 900), 900).Count.ShouldBe(10);
        sampler.Shelf.Made.ShouldBeLessThanOrEqualTo(12);

        var uncounted = new MotionBucketSampler(new MotionBucketSamplerOptions());
        Sampled.By(uncounted, Film(new Random(3), 900)).Count.ShouldBe(10);
        uncounted.Shelf.Made.ShouldBeLessThanOrEqualTo(20);
    }

    [Fact]
    public async Task A_gif_of_150_frames_gives_exactly_ten()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        var gif = await clips.MakeAsync("moving.gif", "testsrc2=s=160x96:r=10:d=15", [], ct);

        var frames = await Sampled.ReadAsync(gif, 512, ct);

        frames.Count.ShouldBe(150);
        Sampled.By(Sampler(10), frames).Count.ShouldBe(10);
    }

    [Fact]
    public void Trap_18_a_floor_finds_what_stands_still_between_moving_frames()
    {
        // Two seconds stand still in 16 s of noise, across the border of two buckets: each has moving frames as well.
        var frames = Enumerable.Range(0, 400)
            .Select(i => Sampled.Frame(i, i is >= 243 and < 297 ? Pictures.Flat(64, 36, 90) : Pictures.Noise(64, 36, i))).ToList();
        bool IsStill(int frame) => frame is > 243 and < 297;

        Sampled.By(Sampler(10), frames, 400).Count(IsStill).ShouldBe(0);
        var withFloor = Sampled.By(Sampler(10, floor: 0.5), frames, 400);

        withFloor.Count(IsStill).ShouldBe(1);
        withFloor.Count.ShouldBe(10);
        Enumerable.Range(0, 8).ShouldAllBe(s => withFloor.Contains(50 * s));
    }

    [Fact]
    public void A_floor_larger_than_the_budget_is_cut_into_buckets()
    {
        var frames = Film(new Random(5), 500);

        var picks = Sampled.By(Sampler(10, floor: 5), frames);

        picks.Count.ShouldBe(10);
        picks.ShouldAllBe(p => p % 5 == 0);
    }

    private static MotionBucketSampler Sampler(int budget, double floor = 0, bool withLast = false) =>
        (MotionBucketSampler)Sampled.Build(new PartSpec("motion-buckets").With("budget", budget).With("floorFps", floor).With("withLast", withLast));

    private static List<Frame> Film(Random random, int frames) =>
        [.. Enumerable.Range(0, frames).Select(i => Sampled.Frame(i, Pictures.Flat(64, 64, (byte)(random.Next(8) * 30))))];

    /// <summary>PyFrame's rule in plain form; the frames are 64x64 and flat.</summary>
    private static List<int> Expected(List<Frame> frames, int budget)
    {
        var motion = frames.Select((f, i) => i == 0 ? 0 : Math.Abs(f.Luma[0] - frames[i - 1].Luma[0])).ToList();
        if (frames.Count <= budget)
        {
            return [.. Enumerable.Range(0, frames.Count)];
        }

        var chunk = frames.Count / (double)budget;
        return [.. Enumerable.Range(0, budget).Select(i =>
        {
            var (start, end) = ((int)(i * chunk), i == budget - 1 ? frames.Count : (int)((i + 1) * chunk));
            return Enumerable.Range(start, end - start).MaxBy(f => motion[f]);
        })];
    }
}

using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Sampling;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Sampling;

public sealed class BufferSpecs
{
    private const string HashPass = "video-sampler/SmolCat.mp4_hash_4_pass.gif";
    private const string ClipPass = "video-sampler/SmolCat.mp4_hash_4_clip.gif";
    private const string GridPass = "video-sampler/SmolCat.mp4_grid_4_pass.gif";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 30)];

    [Theory]
    [InlineData(HashPass, 61)]
    [InlineData(ClipPass, 31)]
    [InlineData(GridPass, 24)]
    public async Task What_the_published_hash_buffer_gave_passes_again(string gif, int count)
    {
        var frames = await Sampled.ReadAsync(gif, 256, TestContext.Current.CancellationToken);

        frames.Count.ShouldBe(count);
        Sampled.By(Hash(8), frames).Count.ShouldBe(count);
        Sampled.By(Hash(4), frames).Count.ShouldBeGreaterThanOrEqualTo((int)Math.Ceiling(0.95 * count));
    }

    [Theory]
    [InlineData(1, 22)]
    [InlineData(2, 30)]
    public async Task The_grid_buffer_keeps_as_many_as_the_published_one(int maxHits, int expected)
    {
        var frames = await Sampled.ReadAsync(HashPass, 256, TestContext.Current.CancellationToken);

        var kept = Sampled.By(Sampled.Build(new PartSpec("grid-buffer").With("compatible", true).With("size", 30).With("hashSize", 4).With("maxHits", maxHits)), frames);

        kept.Count.ShouldBeInRange(expected - 1, expected + 1);
    }

    [Fact]
    public void Trap_13_no_hidden_gate_judges_blur()
    {
        var blurred = Enumerable.Range(0, 20).Select(i => Sampled.Frame(i, Pictures.Scene(96, 54, i).Blurred(5))).ToList();

        Sampled.By(Sampled.Build(new PartSpec("hash-buffer")), blurred).Count.ShouldBe(20);
        Sampled.By(Hash(8), blurred).Count.ShouldBe(20);
    }

    [Fact]
    public void Trap_17_near_duplicates_do_not_leak()
    {
        // One scene with a little noise over and over: never the same hash.
        var frames = Enumerable.Range(0, 60).Select(i => Sampled.Frame(i, Noisy(Pictures.Scene(96, 54, i / 20), i))).ToList();

        Sampled.By(Hash(8), frames).Count.ShouldBeGreaterThan(3);
        Sampled.By(Sampled.Build(new PartSpec("hash-buffer")), frames).ShouldBe([0, 20, 40]);
    }

    [Fact]
    public void A_look_is_forgotten_when_it_was_not_seen_for_as_many_looks_as_the_buffer_holds()
    {
        int[] looks = [0, 1, 0, 2, 0, 1, 3, 0];
        var frames = looks.Select((look, i) => Sampled.Frame(i, Pictures.Scene(96, 54, look))).ToList();

        // Held: 0 1 | 1 0 | 0 2 (1 forgotten) | 2 0 | 0 1 (2 forgotten) | 1 3 (0 forgotten) | 3 0.
        Sampled.By(Sampled.Build(new PartSpec("hash-buffer").With("size", 2)), frames).ShouldBe([0, 1, 3, 5, 6, 7]);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Trap_14_every_chosen_frame_is_the_best_of_its_window_and_none_is_lost_at_the_end(int seed)
    {
        var random = new Random(seed);
        var (size, n) = (random.Next(2, 8), random.Next(1, 60));
        var expiry = size + random.Next(1, 9);
        var scores = Enumerable.Range(0, n).Select(_ => (double)random.Next(20)).ToList();

        // Plain form: a frame goes when it is the best of the open ones while these are as many as the size, or after the expiry without having been it.
        var (open, expected) = (new List<int>(), new List<int>());
        for (var i = 0; i < n; i++)
        {
            open.Add(i);
            if (open.Count >= size)
            {
                expected.Add(open.MaxBy(f => (scores[f], -f)));
                open.Remove(expected[^1]);
            }

            open.RemoveAll(f => i + 1 - f >= expiry);
        }

        expected.AddRange(open);
        expected.Sort();
        Sliding(new SlidingBest(size, expiry, 0), scores).ShouldBe(expected, $"seed {seed}");

        if (n < size)
        {
            Sliding(new SlidingBest(size, expiry, 0), scores).Count.ShouldBe(n);
            Sliding(new PublishedSlidingTop(size, expiry), scores).Count.ShouldBe(1);
        }
    }

    [Fact]
    public void The_published_sliding_buffer_gives_one_frame_at_the_end_and_rises()
    {
        var scores = Enumerable.Range(0, 100).Select(i => (double)(i * 37 % 101)).ToList();

        var published = Sliding(new PublishedSlidingTop(10, 15), scores);

        published.ShouldBeInOrder();
        published.Count.ShouldBeLessThan(Sliding(new SlidingBest(10, 15, 0), scores).Count);
        Sliding(new PublishedSlidingTop(10, 15), [5, 9, 7]).ShouldBe([1]);
    }

    [Theory]
    [InlineData("entropy-buffer")]
    [InlineData("gzip-buffer")]
    public void Trap_15_the_defaults_fit_each_other_and_a_bad_pair_is_refused(string id)
    {
        NoServicesFaults(new PartSpec(id)).ShouldBeEmpty();
        NoServicesFaults(new PartSpec(id).With("size", 10).With("expiry", 4)).ShouldHaveSingleItem().ShouldContain("expiry is 4");
        Sampled.By(Sampled.Build(new PartSpec(id)), [Sampled.Frame(0, Pictures.Scene(96, 54, 1))]).ShouldBe([0]);
    }

    [Theory]
    [InlineData("entropy-buffer")]
    [InlineData("gzip-buffer")]
    public void The_frame_with_more_detail_is_chosen(string id)
    {
        var frames = Enumerable.Range(0, 8).Select(i => Sampled.Frame(i, i == 5 ? Pictures.Noise(96, 54, 1) : Pictures.Scene(96, 54, i).Blurred(3))).ToList();

        Sampled.By(Sampled.Build(new PartSpec(id).With("compatible", true)), frames).ShouldBe([5]);
    }

    [Fact]
    public void Entropy_is_that_of_all_levels_of_the_three_colours_together()
    {
        using var sampler = new EntropyBufferSampler(new EntropyBufferSamplerOptions());
        var flat = Sampled.Frame(0, Pictures.Flat(64, 36, 128));
        var halves = Sampled.Frame(0, Pictures.Checker(64, 36));

        // One level in each of three blocks of counts: log2 3; two levels: one bit more.
        sampler.Entropy(in flat).ShouldBe(Math.Log2(3), 1e-9);
        sampler.Entropy(in halves).ShouldBe(1 + Math.Log2(3), 1e-9);
    }

    private static ISampler Hash(int side) => Sampled.Build(new PartSpec("hash-buffer").With("compatible", true).With("size", 30).With("hashSize", side));

    private static IEnumerable<string> NoServicesFaults(PartSpec spec) => Recipes.NoServices.Catalog.Find(PartKind.Sampler, spec.Id)!.Faults(spec);

    private static Picture Noisy(Picture picture, int seed)
    {
        var random = new Random(seed);
        return picture with { Pixels = [.. picture.Pixels.Select(p => (byte)Math.Clamp(p + random.Next(-6, 7), 0, 255))] };
    }

    private static List<int> Sliding(IFrameWindow window, List<double> scores)
    {
        var given = new List<int>();
        for (var i = 0; i < scores.Count; i++)
        {
            var frame = Sampled.Frame(i, Pictures.Flat(2, 2, 0));
            window.Offer(in frame, scores[i], (ulong)i, (in Frame f) => given.Add(f.Index));
        }

        window.Complete((in Frame f) => given.Add(f.Index));
        given.ShouldBeInOrder();
        return given;
    }
}

using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.Pipeline.Tests.Sampling;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scenes;

public sealed class DetectorSpecs
{
    public static TheoryData<string> Detectors => [.. NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.SceneDetector).Select(p => p.Id)];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(17, 9)]
    [InlineData(97, 55)]
    [InlineData(512, 288)]
    [InlineData(1300, 40)]
    public void The_fast_score_equals_the_plain_one(int width, int height)
    {
        var (fast, plain) = (new ContentScore(), new ContentScore { IsPlain = true });
        for (var i = 0; i < 4; i++)
        {
            var frame = Colourful(i, width, height);
            var (a, b) = (fast.Next(in frame), plain.Next(in frame));

            // Sums are added in another order.
            (double.IsNaN(a), double.IsNaN(b)).ShouldBe((i == 0, i == 0));
            if (i > 0)
            {
                a.ShouldBe(b, 1e-4 * (1 + b));
            }
        }
    }

    [Fact]
    public void The_score_of_plain_colours_is_the_mean_difference_of_hue_saturation_and_value()
    {
        // Two flat colours far from the limits: computed by hand from their RGB values.
        var (first, second) = (Sampled.Frame(0, Pictures.Flat(64, 64, 100), 118, 148), Sampled.Frame(1, Pictures.Flat(64, 64, 140), 148, 118));
        var (h1, s1, v1) = Hsv(100, 118, 148);
        var (h2, s2, v2) = Hsv(140, 148, 118);
        var score = new ContentScore();

        score.Next(in first).ShouldBe(double.NaN);
        score.Next(in second).ShouldBe((Math.Abs(h1 - h2) + Math.Abs(s1 - s2) + Math.Abs(v1 - v2)) / 3, 1e-3);
        score.Next(in second).ShouldBe(0);
    }

    [Fact]
    public void Without_any_colour_the_light_alone_decides()
    {
        var (first, second) = (Sampled.Frame(0, Pictures.Flat(64, 64, 100)), Sampled.Frame(1, Pictures.Flat(64, 64, 140)));
        var score = new ContentScore();

        score.Next(in first);
        score.Next(in second).ShouldBe(40, 1e-3);
    }

    [Fact]
    public void Scoring_allocates_nothing_in_the_steady_state()
    {
        var frames = Enumerable.Range(0, 4).Select(i => Colourful(i, 512, 288)).ToArray();
        var detector = new ContentDetector(new ContentDetectorOptions { Threshold = 255 });
        var cuts = new List<FrameStamp>();
        for (var i = 0; i < 200; i++)
        {
            detector.Look(in frames[i % 4], cuts);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            detector.Look(in frames[i % 4], cuts);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void A_hard_change_is_a_cut_once_and_the_first_frame_is_none(string id) =>
        Cuts(id, 60, i => i < 30 ? Colour(i, 90, 100) : Colour(i, 180, 160)).ShouldBe([30]);

    [Theory]
    [MemberData(nameof(Detectors))]
    public void A_change_sooner_than_the_shortest_scene_is_none(string id)
    {
        Cuts(id, 60, i => i < 14 ? Colour(i, 90, 100) : Colour(i, 180, 160)).ShouldBeEmpty();
        Cuts(id, 60, i => i < 15 ? Colour(i, 90, 100) : Colour(i, 180, 160)).ShouldBe([15]);
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Cuts_near_the_end_are_found(string id) => Cuts(id, 31, i => i < 30 ? Colour(i, 90, 100) : Colour(i, 180, 160)).ShouldBe([30]);

    [Theory]
    [MemberData(nameof(Detectors))]
    public void A_photographers_flash_is_no_cut_but_a_cut_behind_one_is(string id)
    {
        foreach (var length in (int[])[1, 2, 3])
        {
            Cuts(id, 90, i => i >= 30 && i < 30 + length ? Colour(i, 250, 128) : Colour(i, 90, 100)).ShouldBeEmpty($"a flash of {length} frames");
            Cuts(id, 90, i => i >= 30 && i < 30 + length ? Colour(i, 250, 128) : i < 60 ? Colour(i, 90, 100) : Colour(i, 180, 160)).ShouldBe([60], $"a cut after a flash of {length} frames");
            Cuts(id, 90, i => i >= 30 && i < 30 + length ? Colour(i, 250, 128) : i < 30 ? Colour(i, 90, 100) : Colour(i, 180, 160)).Count.ShouldBeLessThanOrEqualTo(1, "a flash on a cut");
        }

        Cuts("content", 90, i => i == 30 ? Colour(i, 250, 128) : i < 30 ? Colour(i, 90, 100) : Colour(i, 180, 160)).ShouldBe([30], "a flash on a cut is the cut");
    }

    [Fact]
    public void A_slow_fade_through_black_is_one_cut_where_the_picture_comes_back()
    {
        Cuts("adaptive", 120, i => Colour(i, Light(i), 128)).ShouldHaveSingleItem().ShouldBeInRange(59, 64);
        Cuts("adaptive", 100, i => Colour(i, (byte)Math.Min(120, 2 * i), 128)).ShouldBeEmpty("a film that begins in the dark has no scene before");
        static byte Light(int i) => (byte)Math.Min(160, Math.Abs(i - 60) * 4);
    }

    [Fact]
    public void Changes_without_calm_between_are_one_cut_at_most()
    {
        // Calm, then every frame differs, then calm again.
        Cuts("content", 120, i => i is >= 40 and < 80 ? Colour(i, (byte)(i % 2 * 180), 120) : Colour(i, 90, 90)).ShouldBe([40]);
        Cuts("adaptive", 120, i => i is >= 40 and < 80 ? Colour(i, (byte)(i % 2 * 180), 120) : Colour(i, 90, 90)).Count.ShouldBeLessThanOrEqualTo(1);
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void A_still_film_has_no_cuts(string id) => Cuts(id, 100, i => Colour(i, 90, 100)).ShouldBeEmpty();

    private static List<int> Cuts(string id, int frames, Func<int, Frame> film)
    {
        var detector = NoServices.Catalog.Build<ISceneDetector>(new PartSpec(id));
        var cuts = new List<FrameStamp>();
        for (var i = 0; i < frames; i++)
        {
            var frame = film(i);
            detector.Look(in frame, cuts);
        }

        detector.Complete(cuts);
        return [.. cuts.Select(c => c.Index)];
    }

    private static Frame Colour(int index, byte light, byte cr) => Sampled.Frame(index, Pictures.Flat(64, 36, light), 110, cr);

    private static Frame Colourful(int seed, int width, int height)
    {
        var frame = Sampled.Frame(seed, Pictures.Noise(width, height, seed));
        var pixels = frame.Pixels.ToArray();
        new Random(seed).NextBytes(pixels.AsSpan(frame.Layout.LumaBytes));
        return frame with { Pixels = pixels };
    }

    private static (double Hue, double Saturation, double Value) Hsv(double y, double cb, double cr)
    {
        var (r, g, b) = (y + (1.402 * (cr - 128)), y - (0.344136 * (cb - 128)) - (0.714136 * (cr - 128)), y + (1.772 * (cb - 128)));
        var max = Math.Max(r, Math.Max(g, b));
        var range = max - Math.Min(r, Math.Min(g, b));
        var hue = max == r ? 30 * (g - b) / range : max == g ? 60 + (30 * (b - r) / range) : 120 + (30 * (r - g) / range);
        return (hue < 0 ? hue + 180 : hue, 255 * range / max, max);
    }
}

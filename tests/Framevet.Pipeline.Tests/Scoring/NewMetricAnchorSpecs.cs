using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Metrics;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>Scores that follow from the formulas, and what must rise or fall.</summary>
public sealed class NewMetricAnchorSpecs
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 20)];

    [Fact]
    public void A_ramp_of_one_level_per_pixel_has_a_tenengrad_of_sixty_four_and_no_noise()
    {
        var scores = Scored.Of(Pictures.Gradient(256, 20))[0];

        scores["tenengrad"].ShouldBe(64);
        scores["noise"].ShouldBe(0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(12)]
    public void The_noise_of_a_flat_picture_is_the_deviation_that_was_added(double sigma) =>
        Scored.Of(Noisy(Pictures.Flat(300, 200, 128), sigma, 1), "noise").ShouldBe((float)sigma, (float)(0.04 * sigma));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void More_blur_never_raises_tenengrad_or_spectral_sharpness_and_more_noise_raises_noise(int seed)
    {
        var picture = Pictures.Scene(128, 96, seed);
        var blurred = new[] { picture, picture.GaussianBlurred(1), picture.GaussianBlurred(2), picture.GaussianBlurred(4) }.Select(p => Scored.Of(p)[0]).ToList();
        var noisy = new[] { 0.0, 2, 4, 8 }.Select(sigma => Scored.Of(Noisy(picture, sigma, seed), "noise")).ToList();

        blurred.Select(s => s["tenengrad"]).ShouldBeInOrder(SortDirection.Descending, $"seed {seed}");

        // Below -30 dB only rounding to whole levels is left in the fine band.
        blurred.Select(s => Math.Max(-30, s["spectral-sharpness"])).ShouldBeInOrder(SortDirection.Descending, $"seed {seed}");
        noisy.ShouldBeInOrder(SortDirection.Ascending, $"seed {seed}");
    }

    [Fact]
    public void Clipping_counts_pixels_up_to_and_from_the_limits()
    {
        var picture = new Picture(4, 1, [5, 6, 249, 250]);

        var scores = Scored.Of(picture)[0];

        scores["clipped-dark"].ShouldBe(25);
        scores["clipped-bright"].ShouldBe(25);
    }

    [Theory]
    [InlineData(128, 128, 128)]
    [InlineData(76, 85, 255)]
    [InlineData(90, 128, 160)]
    public void Colourfulness_of_one_colour_is_three_tenths_of_its_distance_from_gray(byte y, byte cb, byte cr)
    {
        // One colour has no variance. rg and yb from the definition, with clipped RGB.
        var (r, g, b) = (Clip(y + (1.402 * (cr - 128))), Clip(y - (0.344136 * (cb - 128)) - (0.714136 * (cr - 128))), Clip(y + (1.772 * (cb - 128))));
        var expected = 0.3 * Math.Sqrt(((r - g) * (r - g)) + ((((r + g) / 2) - b) * (((r + g) / 2) - b)));
        using var batch = Coloured(57, 31, _ => (y, cb, cr));
        var scores = new float[1];

        new ColorfulnessMetric().Measure(batch, scores);

        // The root of a variance that is zero but for the rounding of sums.
        ((double)scores[0]).ShouldBe(expected, 0.02);
    }

    [Fact]
    public void The_fast_colourfulness_equals_the_plain_one()
    {
        foreach (var (width, height) in new[] { (57, 31), (64, 64), (1, 1), (33, 2), (200, 113) })
        {
            var random = new Random(width);
            using var batch = Coloured(width, height, _ => ((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));

            var (frame, stats, plain) = (batch[0], new PlaneStats(), default(OpponentSums));
            var chroma = frame.Layout.ChromaWidth;
            for (var y = 0; y < frame.Layout.ChromaHeight; y++)
            {
                var below = Math.Min((2 * y) + 1, height - 1);
                plain.AddPlain(frame.Luma.Slice(2 * y * width, width), frame.Luma.Slice(below * width, width), frame.Cb.Slice(y * chroma, chroma), frame.Cr.Slice(y * chroma, chroma), 0);
            }

            stats.Fill(in frame, PlaneGroups.Colors);

            stats.Colors.ShouldBe(plain.Colorfulness(frame.Layout.ChromaBytes), $"{width}x{height}");
        }
    }

    [Fact]
    public void Blocks_are_measured_at_native_size_only_and_raise_the_ratio()
    {
        var smooth = Pictures.Gradient(256, 64);
        var blocky = new Picture(256, 64, [.. Enumerable.Range(0, 256 * 64).Select(i => (byte)(i % 256 / 8 * 8))]);

        Blockiness(smooth, isNative: false).ShouldBe(float.NaN);
        Blockiness(Pictures.Flat(64, 64, 9), isNative: true).ShouldBe(1);
        Blockiness(smooth, isNative: true).ShouldBe(1, 0.05f);
        Blockiness(blocky, isNative: true).ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Similarity_is_one_for_the_same_picture_below_it_for_a_changed_one_and_unknown_at_first()
    {
        var scene = Pictures.Scene(160, 90, 1);
        var scores = Scored.Of(scene, scene, scene.Blurred(2), Pictures.Noise(160, 90, 2));

        scores[0]["similarity"].ShouldBe(float.NaN);
        scores[1]["similarity"].ShouldBe(1, 1e-6f);
        scores[2]["similarity"].ShouldBeInRange(0.5f, 0.99f);
        scores[3]["similarity"].ShouldBeLessThan(0.2f);
    }

    [Fact]
    public void Two_flat_pictures_differ_by_the_luminance_term_alone()
    {
        // (2ab + C1) / (a² + b² + C1); the other factor is 1 without any structure.
        var c1 = 0.01 * 255 * 0.01 * 255;

        Scored.Of(Pictures.Flat(64, 64, 100), Pictures.Flat(64, 64, 150))[1]["similarity"]
            .ShouldBe((float)(((2 * 100 * 150) + c1) / ((100 * 100) + (150 * 150) + c1)), 1e-5f);
    }

    [Fact]
    public void The_subject_has_the_scores_of_its_own_pixels()
    {
        // Left half checkerboard and masked, right half white.
        var picture = new Picture(64, 64, [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(i % 64 >= 32 || ((i % 64) + (i / 64)) % 2 == 1 ? 255 : 0))]);
        using var batch = picture.ToBatch(new FramePool());
        var mask = batch.AddMask(0);
        for (var i = 0; i < mask.Length; i++)
        {
            mask.Span[i] = (byte)(i % 64 < 32 ? 255 : 128);
        }

        var scores = new float[5];
        new SubjectMetric().Measure(batch, scores);

        scores[2].ShouldBe(50, 1e-4f);
        scores[3].ShouldBe(50, 1e-4f);
        scores[4].ShouldBe(1, 1e-5f);
        scores[0].ShouldBeInRange(900_000, 1020 * 1020);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(99)]
    public void Without_a_mask_or_with_too_small_a_subject_there_are_no_subject_scores(int marked)
    {
        using var batch = Pictures.Scene(64, 64, 1).ToBatch(new FramePool());
        if (marked >= 0)
        {
            var mask = batch.AddMask(0).Span;
            mask.Clear();
            mask[..marked].Fill(255);
        }

        var scores = new float[5];
        new SubjectMetric().Measure(batch, scores);

        scores.ShouldAllBe(s => float.IsNaN(s));
    }

    private static double Clip(double value) => Math.Clamp(value, 0, 255);

    private static float Blockiness(Picture picture, bool isNative)
    {
        using var batch = new FramePool().Rent(new FrameLayout(picture.Width, picture.Height) { IsNative = isNative }, 1);
        picture.Pixels.CopyTo(batch.Add(0, new Pts(0, new TimeBase(1, 1))));
        var scores = new float[1];
        new BlockinessMetric().Measure(batch, scores);
        return scores[0];
    }

    private static FrameBatch Coloured(int width, int height, Func<int, (byte Y, byte Cb, byte Cr)> colour)
    {
        var layout = new FrameLayout(width, height);
        var batch = new FramePool().Rent(layout, 1);
        var planes = batch.Add(0, new Pts(0, new TimeBase(1, 1))).Span;
        for (var i = 0; i < planes.Length; i++)
        {
            var (y, cb, cr) = colour(i);
            planes[i] = i < layout.LumaBytes ? y : i < layout.LumaBytes + layout.ChromaBytes ? cb : cr;
        }

        return batch;
    }

    private static Picture Noisy(Picture picture, double sigma, int seed)
    {
        var random = new Random(seed);
        return picture with
        {
            Pixels = [.. picture.Pixels.Select(p => (byte)Math.Clamp(
                Math.Round(p + (sigma * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))), 0, 255))],
        };
    }
}

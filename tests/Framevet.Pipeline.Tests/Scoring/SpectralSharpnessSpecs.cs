using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Metrics;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Scoring;

public sealed class SpectralSharpnessSpecs
{
    private static readonly string[] Clips =
    [
        "photo-family-3072x1780.jpg", "photo-leopard.jpg", "photo-surfer.jpg", "photo-tokyo-portrait.jpg", "portrait-720x1080.mp4", "street-cars-768x432.mp4",
        "person-dog-720p.mp4", "chair-original-portrait-480x720.mp4", "flower-960x540.mp4", "talking-head-1080x720-nostss.mp4", "old-film-bw-640x360.mp4", "bug-grayscale-640x360.mp4",
    ];

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void The_transform_equals_the_textbook_sum(int side)
    {
        var picture = Pictures.Noise(side, side, 3);
        var real = picture.Pixels.Select(p => (float)p).ToArray();
        var imaginary = new float[side * side];

        new SquareTransform(side).Run(real, imaginary);

        for (var u = 0; u < side; u++)
        {
            for (var v = 0; v < side; v++)
            {
                var (re, im) = (0.0, 0.0);
                for (var i = 0; i < side * side; i++)
                {
                    var angle = -2 * Math.PI * ((u * (i % side)) + (v * (i / side))) / side;
                    re += picture.Pixels[i] * Math.Cos(angle);
                    im += picture.Pixels[i] * Math.Sin(angle);
                }

                ((double)real[(u * side) + v]).ShouldBe(re, 0.02);
                ((double)imaginary[(u * side) + v]).ShouldBe(im, 0.02);
            }
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task Trap_11_Blurred_and_sharp_pictures_come_apart_in_colour_and_in_monochrome()
    {
        // Colour and monochrome share the luma plane, so one threshold serves both: no picture is rejected for having no colour.
        var (sharp, blurred) = (new List<double>(), new List<double>());
        foreach (var clip in Clips)
        {
            var picture = await Photos.GrayAsync(TestMedia.Path(clip), "scale=512:512:force_original_aspect_ratio=decrease:flags=area", TestContext.Current.CancellationToken);
            sharp.Add(SpectralSharpnessMetric.OfPlane(picture.Pixels, picture.Width, picture.Height));
            foreach (var sigma in new[] { 2.0, 3 })
            {
                var soft = picture.GaussianBlurred(sigma);
                blurred.Add(SpectralSharpnessMetric.OfPlane(soft.Pixels, soft.Width, soft.Height));
            }
        }

        var ordered = sharp.Sum(s => blurred.Sum(b => s > b ? 1 : s == b ? 0.5 : 0));

        (ordered / (sharp.Count * blurred.Count)).ShouldBeGreaterThanOrEqualTo(0.99, $"sharp {string.Join(' ', sharp.Select(s => $"{s:F1}"))}; blurred {string.Join(' ', blurred.Select(b => $"{b:F1}"))}");
    }

    [Fact]
    public void Contrast_and_brightness_do_not_matter()
    {
        var picture = Pictures.Scene(200, 150, 5);
        var faint = picture with { Pixels = [.. picture.Pixels.Select(p => (byte)(60 + (p / 2)))] };

        Score(faint).ShouldBe(Score(picture), 1.0);
    }

    [Fact]
    public void A_flat_picture_has_nothing_fine_and_a_one_pixel_checkerboard_nothing_else()
    {
        Score(Pictures.Flat(64, 64, 77)).ShouldBe(-60);
        Score(Pictures.Checker(64, 64)).ShouldBe(60);
        Score(Pictures.Checker(15, 64)).ShouldBe(double.NaN);
    }

    private static double Score(Picture picture) => SpectralSharpnessMetric.OfPlane(picture.Pixels, picture.Width, picture.Height);
}

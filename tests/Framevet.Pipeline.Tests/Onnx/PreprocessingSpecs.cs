using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Tests.Scoring;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>From pixels to the input of a model.</summary>
public sealed class PreprocessingSpecs
{
    private static readonly (int Width, int Height)[] Sizes = [(64, 36), (161, 91), (17, 33), (1, 1), (512, 288), (33, 200)];

    public static TheoryData<ModelResampler> Resamplers => [.. Enum.GetValues<ModelResampler>()];

    [Theory]
    [MemberData(nameof(Resamplers))]
    public void The_fast_form_equals_the_formula_value_by_value(ModelResampler resampler)
    {
        foreach (var (width, height) in Sizes)
        {
            foreach (var fit in Enum.GetValues<ModelFit>())
            {
                var input = new ModelInput { Width = 48, Height = 32, Fit = fit, Resampler = resampler, Scale = 1 / 255.0, Mean = [0.5, 0.4, 0.3], Std = [0.2, 0.3, 0.4], Pad = 114 };
                var loader = new PictureLoader(input, PictureFit.Of(input, width, height, 0), isRgb: false);
                var (fast, plain) = (new float[loader.Length], new float[loader.Length]);
                var frame = Noise(width, height);

                loader.Write(PixelPlanes.Of(in frame), fast);
                loader.Write(PixelPlanes.Of(in frame), plain, isPlain: true);

                // A sum in single precision may fall on the other side of one half: one level of 255.
                fast.Zip(plain).Max(p => Math.Abs(p.First - p.Second)).ShouldBeLessThan(1.01f / 255 / 0.2f, $"{width}x{height} {fit}");
                fast.Zip(plain).Count(p => Math.Abs(p.First - p.Second) > 1e-4f).ShouldBeLessThan(loader.Length / 50, $"{width}x{height} {fit}");
            }
        }
    }

    [Fact]
    public void Nearest_takes_the_pixel_under_the_centre()
    {
        // 6 pixels to 3: centres at 1, 3, 5 lie in pixels 1, 3 and 5; 5 to 2: at 1.25 and 3.75.
        ResampleAxis.Make(ModelResampler.Nearest, 6, 0, 2, 3).Starts.ShouldBe([1, 3, 5]);
        ResampleAxis.Make(ModelResampler.Nearest, 5, 0, 2.5, 2).Starts.ShouldBe([1, 3]);
    }

    [Fact]
    public void Corners_lie_on_corners()
    {
        var axis = ResampleAxis.Make(ModelResampler.BilinearCorners, 5, 0, 5 / 3.0, 3);

        axis.Starts.ShouldBe([0, 2, 3]);
        axis.Weights.ShouldBe([1, 0, 1, 0, 0, 1], 1e-6f);
    }

    [Fact]
    public void Smooth_shrinking_skips_no_pixel_and_area_is_the_mean()
    {
        var smooth = ResampleAxis.Make(ModelResampler.BilinearSmooth, 100, 0, 10, 10);
        var area = ResampleAxis.Make(ModelResampler.Area, 100, 0, 10, 10);

        smooth.Taps.ShouldBeGreaterThanOrEqualTo(20);
        foreach (var (axis, name) in new[] { (smooth, "smooth"), (area, "area") })
        {
            for (var i = 0; i < 10; i++)
            {
                axis.Weights.Skip(i * axis.Taps).Take(axis.Taps).Sum().ShouldBe(1, 1e-5f, name);
            }
        }

        area.Weights.Take(10).ShouldAllBe(w => Math.Abs(w - 0.1f) < 1e-6f);
    }

    [Theory]
    [InlineData(ModelChannels.Rgb, ModelLayout.Nchw, new float[] { 200, 100, 50 })]
    [InlineData(ModelChannels.Bgr, ModelLayout.Nchw, new float[] { 50, 100, 200 })]
    [InlineData(ModelChannels.Bgr, ModelLayout.Nhwc, new float[] { 50, 100, 200 })]
    [InlineData(ModelChannels.Gray, ModelLayout.Nhwc, new[] { 350 / 3f })]
    public void Channels_come_in_the_order_of_the_model(ModelChannels channels, ModelLayout layout, float[] expected)
    {
        var input = new ModelInput { Width = 4, Height = 2, Channels = channels, Layout = layout, Mean = [.. expected.Select(_ => 0.0)], Std = [.. expected.Select(_ => 1.0)] };
        var image = new RgbImage(8, 4, [.. Enumerable.Range(0, 32).SelectMany(_ => new byte[] { 200, 100, 50 })]);
        var loader = new PictureLoader(input, PictureFit.Of(input, 8, 4, 0), isRgb: true);
        var numbers = new float[loader.Length];

        loader.Write(PixelPlanes.Of(image, new byte[96]), numbers);

        for (var c = 0; c < expected.Length; c++)
        {
            for (var i = 0; i < 8; i++)
            {
                numbers[layout == ModelLayout.Nchw ? (c * 8) + i : (i * expected.Length) + c].ShouldBe(expected[c], 1e-3f);
            }
        }
    }

    [Fact]
    public void Padding_surrounds_the_picture_and_boxes_find_their_way_back()
    {
        var input = new ModelInput { Width = 64, Height = 64, Fit = ModelFit.Letterbox, Pad = 7 };
        var fit = PictureFit.Of(input, 128, 64, 0);
        var loader = new PictureLoader(input, fit, isRgb: true);
        var numbers = new float[loader.Length];

        loader.Write(PixelPlanes.Of(new RgbImage(128, 64, [.. Enumerable.Repeat((byte)99, 128 * 64 * 3)]), new byte[128 * 64 * 3]), numbers);

        Enumerable.Range(0, 64).Select(y => numbers[(y * 64) + 5]).ShouldBe([.. Enumerable.Repeat(7f, 16), .. Enumerable.Repeat(99f, 32), .. Enumerable.Repeat(7f, 16)]);
        fit.ToPicture(0.0, 16, 32, 48).ShouldBe(new MarkBox(0, 0, 0.5f, 1));
    }

    [Fact]
    public void A_model_of_any_size_gets_the_smallest_fitting_multiple()
    {
        var input = new ModelInput { Multiple = 32, Fit = ModelFit.TopLeft };

        var fit = PictureFit.Of(input, 512, 288, 320);

        (fit.Width, fit.Height, fit.InnerWidth, fit.InnerHeight).ShouldBe((320, 192, 320, 180));
    }

    [Fact]
    public void The_middle_is_cut_out_of_the_scaled_picture()
    {
        var input = new ModelInput { Width = 224, Height = 224, Fit = ModelFit.CentreCrop, ShortEdge = 256 };

        var fit = PictureFit.Of(input, 1920, 1080, 0);

        // 256/1080 of 1920 = 455 pixels, of which 116 go on the left.
        fit.StepX.ShouldBe(1920.0 / 455, 1e-9);
        fit.FromX.ShouldBe(116 * 1920.0 / 455, 1e-6);
        fit.FromY.ShouldBe(16 * 1080.0 / 256, 1e-6);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("astronaut.png", "astronaut_224.png", 224, 224, ModelFit.Stretch)]
    [InlineData("coffee.png", "coffee_352.png", 352, 352, ModelFit.Stretch)]
    [InlineData("coffee.png", "coffee_320x240.png", 320, 240, ModelFit.Stretch)]
    [InlineData("astronaut.png", "astronaut_256x144.png", 256, 144, ModelFit.Stretch)]
    [InlineData("astronaut.png", "astronaut_letterbox640.png", 640, 640, ModelFit.TopLeft)]
    [InlineData("chelsea.png", "chelsea_letterbox320.png", 320, 320, ModelFit.TopLeft)]
    public async Task Smooth_bilinear_gives_the_reference_inputs_from_the_photos(string photo, string input, int width, int height, ModelFit fit)
    {
        var picture = await ReferenceCases.PictureAsync($"photos/{photo}");
        var reference = await ReferenceCases.PictureAsync($"inputs/{input}");
        var spec = new ModelInput { Width = width, Height = height, Fit = fit, Resampler = ModelResampler.BilinearSmooth, Layout = ModelLayout.Nhwc };
        var loader = new PictureLoader(spec, PictureFit.Of(spec, picture.Width, picture.Height, 0), isRgb: true);
        var made = new float[loader.Length];

        loader.Write(PixelPlanes.Of(picture, new byte[picture.Pixels.Length]), made);

        // The reference rounds to whole levels between both directions, too.
        made.Zip(reference.Pixels).Max(p => Math.Abs(p.First - p.Second)).ShouldBeLessThanOrEqualTo(1);
        made.Zip(reference.Pixels).Average(p => Math.Abs(p.First - p.Second)).ShouldBeLessThan(0.25f);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("nima_mobilenet_aesthetic.onnx", "mean")]
    [InlineData("nima_mobilenet_technical.onnx", "mean")]
    [InlineData("nsfwjs_mobilenet_v2.onnx", "probabilities")]
    public async Task Photos_with_the_stated_resampler_give_the_reference_scores(string file, string known)
    {
        using var stack = ModelStack.With(file);
        var model = stack.Runtime.Get(stack.Entry(file).Id);
        var head = Pipeline.Scoring.Onnx.Heads.HeadScores.For(model.Entry).ShouldNotBeNull();
        foreach (var one in ReferenceCases.Of(file))
        {
            // JPEGs are decoded otherwise there: single pixels differ by 3 levels.
            var photo = Path.Combine("reference/photos", Path.GetFileName(one.Input()).Replace("_224.png", "", StringComparison.Ordinal));
            var isJpeg = !File.Exists(Path.Combine(stack.Folder, photo + ".png"));
            var picture = await Photos.RgbAsync(TestModels.Path(photo + (isJpeg ? ".jpg" : ".png")), TestContext.Current.CancellationToken);
            var input = model.Entry.Input! with { Resampler = ModelResampler.BilinearSmooth };
            var loader = new PictureLoader(input, PictureFit.Of(input, picture.Width, picture.Height, 0), isRgb: true);
            var numbers = new float[loader.Length];
            loader.Write(PixelPlanes.Of(picture, new byte[picture.Pixels.Length]), numbers);
            var scores = new float[head.Outputs.Length];
            model.Run(numbers, 1, loader.Shape, (run, _, _) => head.Read(model, run, 1, scores));

            var tolerance = (known == "mean" ? 0.02f : 0.002f) * (isJpeg ? 2 : 1);
            float[] expected = known == "mean" ? [one.GetProperty("mean").GetSingle()] : one.Numbers(known);
            scores.Take(expected.Length).ShouldBe(expected, tolerance, one.Input());
        }
    }

    private static Frame Noise(int width, int height)
    {
        var layout = new FrameLayout(width, height);
        var pixels = new byte[layout.FrameBytes];
        new Random(width + height).NextBytes(pixels);
        return new Frame(0, new Pts(0, new TimeBase(1, 1)), layout, pixels);
    }
}

using System.Globalization;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx;

namespace Framevet.Pipeline.Tests.Onnx;

public sealed class ExploreSpecs
{
    [Fact]
    public async Task Explore()
    {
        var lines = new List<string>();
        foreach (var (photo, input, w, h, fit) in new[] { ("astronaut.png", "astronaut_224.png", 224, 224, ModelFit.Stretch), ("obama.jpg", "obama_224.png", 224, 224, ModelFit.Stretch), ("biden.jpg", "biden_256x144.png", 256, 144, ModelFit.Stretch), ("coffee.png", "coffee_352.png", 352, 352, ModelFit.Stretch), ("coffee.png", "coffee_320x240.png", 320, 240, ModelFit.Stretch), ("obama.jpg", "obama_letterbox320.png", 320, 320, ModelFit.TopLeft), ("astronaut.png", "astronaut_letterbox640.png", 640, 640, ModelFit.TopLeft), ("coffee.png", "coffee_256x256.png", 256, 256, ModelFit.Stretch) })
        {
            var source = await ReferenceCases.PictureAsync("photos/" + photo);
            var target = await ReferenceCases.PictureAsync("inputs/" + input);
            foreach (var kind in Enum.GetValues<ModelResampler>())
            {
                var spec = new ModelInput { Width = w, Height = h, Fit = fit, Resampler = kind, Layout = ModelLayout.Nhwc };
                var loader = new PictureLoader(spec, PictureFit.Of(spec, source.Width, source.Height, 0), true);
                var made = new float[loader.Length];
                loader.Write(PixelPlanes.Of(source, new byte[source.Width * source.Height * 3]), made);
                var diffs = made.Select((m, i) => Math.Abs(m - target.Pixels[i])).ToList();
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{input} {target.Width}x{target.Height} {kind} mean {diffs.Average():0.000} max {diffs.Max()} share>1 {diffs.Count(d => d > 1) / (double)diffs.Count:0.0000}"));
            }
        }

        await File.WriteAllLinesAsync("/tmp/explore.txt", lines, TestContext.Current.CancellationToken);
    }
}

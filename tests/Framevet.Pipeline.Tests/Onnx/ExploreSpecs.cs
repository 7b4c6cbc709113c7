using System.Globalization;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Scoring.Onnx.Heads;
using Framevet.Pipeline.Tests.Scoring;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Onnx;

public sealed class ExploreSpecs
{
    [Fact]
    public async Task Explore()
    {
        var ct = TestContext.Current.CancellationToken;
        var lines = new List<string>();
        using var stack = ModelStack.With("nsfwjs_mobilenet_v2.onnx");
        foreach (var clip in new[] { "flower-960x540.mp4", "old-film-bw-640x360.mp4", "bbb-480p-30s.mp4", "person-dog-720p.mp4" })
        {
            foreach (var side in new[] { 512, 0 })
            {
                foreach (var kind in new[] { ModelResampler.Nearest, ModelResampler.Bilinear, ModelResampler.BilinearCorners, ModelResampler.BilinearSmooth, ModelResampler.Area, ModelResampler.Bicubic })
                {
                    var values = await Over(stack, "nsfwjs-mobilenet", kind, clip, side, (model, run, n, list) => { var v = run.Values(0); for (var i = 0; i < n; i++) { list.Add(v[(5 * i) + 1] + v[(5 * i) + 3]); } });
                    lines.Add(string.Create(CultureInfo.InvariantCulture, $"{clip} {side} {kind} max {values.Max():0.00} mean {values.Average():0.00}"));
                }
            }
        }

        foreach (var photo in new[] { "astronaut.png", "coffee.png", "chelsea.png", "obama.jpg", "biden.jpg" })
        {
            var path = TestModels.Path("reference/photos/" + photo);
            foreach (var id in new[] { "nima-aesthetic", "nima-technical" })
            {
                var text = "";
                foreach (var (kind, side) in new[] { (ModelResampler.Nearest, 0), (ModelResampler.Nearest, 512), (ModelResampler.Nearest, 1024), (ModelResampler.BilinearSmooth, 0), (ModelResampler.BilinearSmooth, 512) })
                {
                    var values = await Over(stack, id, kind, path, side, (model, run, n, list) => { var s = new float[2]; HeadScores.For(model.Entry)!.Read(model, run, 1, s); list.Add(s[0]); });
                    text += string.Create(CultureInfo.InvariantCulture, $" {kind}@{side}={values[0]:0.000}");
                }

                var picture = await Photos.RgbAsync(path, ct);
                foreach (var kind in new[] { ModelResampler.Nearest, ModelResampler.BilinearSmooth })
                {
                    var model = stack.Runtime.Get(id);
                    var input = model.Entry.Input! with { Resampler = kind };
                    var loader = new PictureLoader(input, PictureFit.Of(input, picture.Width, picture.Height, 0), isRgb: true);
                    var numbers = new float[loader.Length];
                    loader.Write(PixelPlanes.Of(picture, new byte[picture.Pixels.Length]), numbers);
                    var s = new float[2];
                    model.Run(numbers, 1, loader.Shape, (run, _, _) => HeadScores.For(model.Entry)!.Read(model, run, 1, s));
                    text += string.Create(CultureInfo.InvariantCulture, $" RGB{kind}={s[0]:0.000}");
                }

                lines.Add($"{photo} {id}{text}");
            }
        }

        foreach (var (clip, side) in new[] { ("people-room.gif", 512), ("portrait-720x1080.mp4", 512), ("photo-family-3072x1780.jpg", 512), ("photo-family-3072x1780.jpg", 1024), ("street-cars-768x432.mp4", 512), ("photo-tokyo-portrait.jpg", 512) })
        {
            foreach (var (id, min) in new[] { ("fastestdet", 0.3), ("yunet", 0.4) })
            {
                var model = stack.Runtime.Get(id);
                await Batches(clip, side, batch => BoxSearch.Run(model, batch, side, min, (f, boxes, fit) =>
                    lines.Add(string.Create(CultureInfo.InvariantCulture, $"{clip} {side} {id} {f}: {string.Join(' ', boxes.Select(b => $"{((BoxesHead)model.Entry.Head!).Labels[b.Label]}:{b.Score.ToString("0.00", CultureInfo.InvariantCulture)}"))}"))));
            }
        }

        await File.WriteAllLinesAsync("/tmp/explore.txt", lines, ct);
    }

    private static async Task<List<float>> Over(ModelStack stack, string id, ModelResampler kind, string clip, int side, Action<LoadedModel, Pipeline.Tools.OnnxRun, int, List<float>> read)
    {
        var model = stack.Runtime.Get(id);
        var list = new List<float>();
        await Batches(clip, side, batch =>
        {
            var tensor = PictureTensor.Of(batch, model.Entry.Input! with { Resampler = kind }, 0);
            model.Run(tensor.Slice(0, batch.Count), batch.Count, tensor.Shape, (run, _, n) => read(model, run, n, list));
        });
        return list;
    }

    private static async Task Batches(string clip, int side, Action<FrameBatch> each)
    {
        using var media = new MediaStack();
        var info = await media.ProbeAsync(Path.IsPathRooted(clip) ? clip : TestMedia.Path(clip), TestContext.Current.CancellationToken);
        await foreach (var batch in media.Source.ReadAsync(new DecodeRequest(info, new DecodePlan.Interval(TimeSpan.FromSeconds(1)), side), new Progress<DecodeProgress>(), TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                each(batch);
            }
        }
    }
}

using System.Text.Json;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Tests.Scoring;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>The numbers that other software computed with the real models, and the pictures that it computed them of.</summary>
internal static class ReferenceCases
{
    private const string File = "reference/expected.json";

    /// <summary>The cases of one model file; skips the running test without them.</summary>
    public static List<JsonElement> Of(string model)
    {
        using var json = JsonDocument.Parse(System.IO.File.ReadAllText(TestModels.Path(File)));
        return [.. json.RootElement.GetProperty("models").GetProperty(model).GetProperty("cases").EnumerateArray().Select(c => c.Clone())];
    }

    /// <summary>Something else that is known of a model file.</summary>
    public static JsonElement Fact(string model, string name)
    {
        using var json = JsonDocument.Parse(System.IO.File.ReadAllText(TestModels.Path(File)));
        return json.RootElement.GetProperty("models").GetProperty(model).GetProperty(name).Clone();
    }

    public static float[] Numbers(this JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(n => n.GetSingle())];

    public static string Input(this JsonElement json) => json.GetProperty("input").GetString()!;

    /// <summary>A picture of the reference set.</summary>
    public static Task<RgbImage> PictureAsync(string name) => Photos.RgbAsync(TestModels.Path($"reference/{name}"), TestContext.Current.CancellationToken);

    /// <summary>Runs a model on one picture as the product would; <paramref name="read"/> sees the outputs and where the picture lies in the input.</summary>
    public static void Run(LoadedModel model, RgbImage picture, Action<OnnxRun, PictureFit> read, int freeSide = 320)
    {
        var input = model.Entry.Input!;
        var loader = new PictureLoader(input, PictureFit.Of(input, picture.Width, picture.Height, freeSide), isRgb: true);
        var numbers = new float[loader.Length];
        loader.Write(PixelPlanes.Of(picture, new byte[picture.Width * picture.Height * 3]), numbers);
        model.Run(numbers, 1, loader.Shape, (run, _, _) => read(run, loader.Fit));
    }

    /// <summary>The entry of a model file.</summary>
    public static ModelEntry Entry(this ModelStack stack, string file) => stack.Catalog.Entries.Single(e => e.Main.Name == file);
}

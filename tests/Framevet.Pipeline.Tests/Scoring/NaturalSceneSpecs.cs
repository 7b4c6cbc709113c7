using System.Text.Json;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Metrics;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Scoring;

public sealed class NaturalSceneSpecs
{
    public static TheoryData<string> Names => ["astronaut.png", "coffee.png", "chelsea.png", "obama.jpg", "biden.jpg"];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Names))]
    public async Task The_first_eighteen_brisque_features_are_near_the_reference(string name)
    {
        var picture = await Photos.GrayAsync(TestModels.Path($"reference/photos/{name}"), "null", TestContext.Current.CancellationToken);
        var features = new double[BrisqueModel.Features];

        BrisqueMetric.Describe(picture.Pixels, picture.Width, picture.Height, features).ShouldBeTrue();

        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(TestModels.Path("reference/expected.json"), TestContext.Current.CancellationToken));
        var reference = expected.RootElement.GetProperty("models").GetProperty("brisque_svr.onnx").GetProperty("cases").EnumerateArray()
            .Single(c => c.GetProperty("input").GetString()!.EndsWith(name, StringComparison.Ordinal)).GetProperty("features").EnumerateArray().Select(f => f.GetDouble()).ToList();

        // The reference is a port that differs in several choices, most in its second scale: see BrisqueReferenceSpecs.
        for (var i = 0; i < NaturalScene.PerScale; i++)
        {
            features[i].ShouldBe(reference[i], i == 0 ? 0.03 : 0.012, $"feature {i}: {string.Join(' ', features.Zip(reference, (f, r) => $"{f:F4}/{r:F4}"))}");
        }
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Names))]
    public async Task Niqe_of_a_photo_is_near_the_reference_and_rises_with_blur(string name)
    {
        var model = NiqeModel.Read(TestModels.With(NiqeModel.File));
        var picture = await Photos.GrayAsync(TestModels.Path($"reference/photos/{name}"), "null", TestContext.Current.CancellationToken);
        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(TestModels.Path("reference/expected.json"), TestContext.Current.CancellationToken));
        var reference = expected.RootElement.GetProperty("classic").GetProperty("niqe").GetProperty(name);

        var sharp = NiqeMetric.Score(model, picture.Pixels, picture.Width, picture.Height);
        var blurred = NiqeMetric.Score(model, picture.GaussianBlurred(2).Pixels, picture.Width, picture.Height);

        // JPEG decoders differ in how they spread chroma, which changes the luma of their RGB.
        sharp.ShouldBe(reference.GetProperty("orig").GetDouble(), name.EndsWith(".png", StringComparison.Ordinal) ? 0.1 : 0.3);
        blurred.ShouldBe(reference.GetProperty("blur2").GetDouble(), 1.5);
        blurred.ShouldBeGreaterThan(sharp + 2);
    }
}

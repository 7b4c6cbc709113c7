using System.Text.Json;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Metrics;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>
/// That the features are the published ones, and why the reference numbers of the models folder differ from them: they come from a port that halves the picture without
/// antialiasing, among other choices. The regression was trained with the published features, as its ranges tell.
/// </summary>
public sealed class BrisqueReferenceSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => ["astronaut.png", "coffee.png", "chelsea.png"];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Names))]
    public async Task Our_features_are_those_of_the_published_definition(string name)
    {
        var picture = await Photos.GrayAsync(TestModels.Path($"reference/photos/{name}"), "null", Ct);

        Ours(picture).Zip(NaiveBrisque.Published.Describe(Plane(picture))).ShouldAllBe(p => Math.Abs(p.First - p.Second) < 1e-6);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Names))]
    public async Task The_reference_is_the_port_which_halves_without_antialiasing(string name)
    {
        var (features, score) = Reference(name);
        var plane = await UnroundedAsync(name);
        var picture = await Photos.GrayAsync(TestModels.Path($"reference/photos/{name}"), "null", Ct);
        var model = BrisqueModel.Read(TestModels.With(BrisqueModel.File));

        var ported = NaiveBrisque.Ported.Describe(plane);
        var antialiased = (NaiveBrisque.Ported with { Antialiased = true }).Describe(plane);

        // The whole of it: with the port's choices its numbers come out.
        ported.Zip(features).ShouldAllBe(p => Math.Abs(p.First - p.Second) < 0.001);
        model.Score(ported).ShouldBe(score, 0.2);

        // Nothing but the halving makes the difference of some points: the other choices together weigh less.
        var halving = Math.Abs(model.Score(antialiased) - score);
        var rest = Math.Abs(model.Score(Ours(picture)) - model.Score(antialiased));
        halving.ShouldBeGreaterThan(rest, $"{name}: halving {halving:F2}, the rest {rest:F2}");
    }

    [Fact]
    public void The_regression_was_trained_with_the_published_table_of_shapes()
    {
        var model = BrisqueModel.Read(TestModels.With(BrisqueModel.File));

        // The least shapes that were met in training lie on the table's steps of 0.001, where a search for roots would not stop.
        foreach (var shape in Enumerable.Range(0, BrisqueModel.Features).Where(i => i % NaturalScene.PerScale > 1 && i % NaturalScene.PerScale % 4 == 2))
        {
            (model.Minimum[shape] * 1000).ShouldBe(Math.Round(model.Minimum[shape] * 1000), 0.001, $"feature {shape}");
        }
    }

    private static double[] Ours(Picture picture)
    {
        var features = new double[BrisqueModel.Features];
        BrisqueMetric.Describe(picture.Pixels, picture.Width, picture.Height, features).ShouldBeTrue();
        return features;
    }

    private static double[,] Plane(Picture picture)
    {
        var plane = new double[picture.Height, picture.Width];
        for (var i = 0; i < picture.Pixels.Length; i++)
        {
            plane[i / picture.Width, i % picture.Width] = picture.Pixels[i];
        }

        return plane;
    }

    // The port weighs colours as BT.709 does and does not round.
    private static async Task<double[,]> UnroundedAsync(string name)
    {
        var path = TestModels.Path($"reference/photos/{name}");
        var size = (await ReferenceTools.FfprobeAsync(["-show_entries", "stream=width,height", "-of", "csv=p=0", path], Ct)).Trim().Split(',').Select(int.Parse).ToArray();
        var rgb = await ReferenceTools.FfmpegAsync(["-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], Ct);
        var plane = new double[size[1], size[0]];
        for (var i = 0; i < size[0] * size[1]; i++)
        {
            plane[i / size[0], i % size[0]] = (0.2125 * rgb[3 * i]) + (0.7154 * rgb[(3 * i) + 1]) + (0.0721 * rgb[(3 * i) + 2]);
        }

        return plane;
    }

    private static (double[] Features, double Score) Reference(string name)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(TestModels.Path("reference/expected.json")));
        var one = expected.RootElement.GetProperty("models").GetProperty(BrisqueModel.File).GetProperty("cases").EnumerateArray()
            .Single(c => c.GetProperty("input").GetString()!.EndsWith(name, StringComparison.Ordinal));
        return ([.. one.GetProperty("features").EnumerateArray().Select(f => f.GetDouble())], one.GetProperty("score").GetDouble());
    }
}

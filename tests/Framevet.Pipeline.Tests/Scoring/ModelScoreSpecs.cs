using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Metrics;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>Metrics with parameter files, opinion scores and the quality formula with NIQE.</summary>
public sealed class ModelScoreSpecs
{
    private static readonly Dictionary<string, float> Scores = new()
    {
        ["sharpness"] = 500, ["edge-strength"] = 25, ["contrast"] = 40, ["brightness"] = 60, ["entropy"] = 6, ["niqe"] = 4,
    };

    [Theory]
    [InlineData("niqe", NiqeModel.File)]
    [InlineData("brisque", BrisqueModel.File)]
    public void A_run_with_a_missing_parameter_file_names_it(string metric, string file)
    {
        var recipe = BuiltInRecipes.BestFrames with { Metrics = [new PartSpec(metric)], Gates = [] };

        var trouble = Should.Throw<VettingException>(() => RunParts.From(recipe, NoServices.Catalog, TimeProvider.System));

        trouble.Code.ShouldBe(FailureCode.ModelMissing);
        trouble.Message.ShouldContain(file);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{ "mu": [1, 2], "cov": [] }""")]
    public void A_file_with_other_content_is_a_mismatch(string content)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "params"));
        File.WriteAllText(Path.Combine(folder.Path, NiqeModel.File), content);
        var metric = new NiqeMetric(Options.Create(new ModelsOptions { Folder = folder.Path }));

        Should.Throw<VettingException>(metric.ReadModel).Code.ShouldBe(FailureCode.ModelMismatch);
    }

    [Fact]
    public void The_regression_sums_weighted_kernels_of_scaled_features()
    {
        ImmutableArray<double> zeros = [.. Enumerable.Repeat(0.0, 36)];
        var model = new BrisqueModel
        {
            Gamma = 0.5, Rho = -10, Minimum = zeros, Scale = [.. zeros.Select(_ => 1.0)],
            SupportVectors = [.. zeros, 1, .. zeros.Skip(1)], Coefficients = [3, 4],
        };

        // Features of 1 scale to 0: the first vector is met exactly, the second is one away.
        model.Score([.. zeros.Select(_ => 1.0)]).ShouldBe(3 + (4 * Math.Exp(-0.5)) + 10, 1e-12);
    }

    [Fact]
    public void Niqe_is_the_distance_of_the_means_by_the_mean_covariance()
    {
        // Identity covariance, patches without spread but in the first feature: (1 + s²) / 2 there, 1/2 elsewhere.
        var model = new NiqeModel { Mu = [.. Enumerable.Repeat(0.0, 36)], Cov = [.. Enumerable.Range(0, 36).Select(i => Enumerable.Range(0, 36).Select(j => i == j ? 1.0 : 0).ToImmutableArray())] };
        var patches = new double[2 * 36];
        (patches[0], patches[36]) = (2, 4);
        (patches[1], patches[37]) = (1, 1);

        model.Distance(patches).ShouldBe(Math.Sqrt((9 / 1.5) + (1 / 0.5)), 1e-9);
        model.Distance(patches.AsSpan(0, 36)).ShouldBe(double.NaN);
    }

    [Fact]
    public void The_formula_with_niqe_has_the_published_weights() =>
        Quality(Scores).ShouldBe((25 * 0.2f) + (15 * 0.25f) + (15 * 0.4f) + (10 * 0.6f) + (15 * 0.75f) + (20 * 0.6f), 1e-4f);

    [Theory]
    [InlineData(2, 4)]
    [InlineData(6, 9.5)]
    public void Trap_23_A_lower_niqe_never_lowers_quality_and_ten_and_more_are_worth_nothing(float better, float worse)
    {
        var niqe = NoServices.Catalog.Metrics.Single(m => m.Id == "niqe");

        niqe.HigherIsBetter.ShouldBeFalse();
        NoServices.Catalog.Metrics.Single(m => m.Id == "brisque").HigherIsBetter.ShouldBeFalse();
        Quality(With("niqe", better)).ShouldBeGreaterThan(Quality(With("niqe", worse)));
        Quality(With("niqe", 10)).ShouldBe(Quality(With("niqe", 25)));
    }

    [Fact]
    public void Trap_24_Weights_are_divided_by_the_sum_of_those_measured()
    {
        var all = new QualityNiqeMetricOptions().Weights;
        var doubled = all.ToImmutableSortedDictionary(w => w.Key, w => 2 * w.Value);
        var withoutNiqe = Scores.Where(s => s.Key != "niqe").ToDictionary();

        Quality(Scores, doubled).ShouldBe(Quality(Scores), 1e-4f);
        Quality(withoutNiqe).ShouldBe(Quality(Scores, all.SetItem("niqe", 0)), 1e-4f);
        Quality(Scores, all.SetItem("sharpness", 100)).ShouldNotBe(Quality(Scores));
    }

    [Theory]
    [InlineData(0, -1)]
    [InlineData(255, 1)]
    [InlineData(51, -0.6)]
    public void Trap_19_Pixels_become_minus_one_to_one(byte pixel, double input) => ((double)OpinionScore.Input(pixel)).ShouldBe(input, 1e-6);

    [Fact]
    public void Trap_20_The_mean_is_on_the_scale_of_the_marks_and_the_spread_is_kept()
    {
        var score = OpinionScore.Of([0.1f, 0.05f, 0.05f, 0.1f, 0.2f, 0.15f, 0.1f, 0.1f, 0.1f, 0.05f]);

        score.Mean.ShouldBe(5.55, 1e-6);
        score.Deviation.ShouldBe(Math.Sqrt(37.15 - (5.55 * 5.55)), 1e-5);
        OpinionScore.Of([0, 0, 0, 0, 0, 0, 0, 0, 0, 2]).ShouldBe(new OpinionScore(10, 0));
        OpinionScore.Of(new float[10]).Mean.ShouldBe(double.NaN);
        Should.Throw<ArgumentException>(() => OpinionScore.Of(new float[9]));
    }

    private static Dictionary<string, float> With(string score, float value) => new(Scores) { [score] = value };

    private static float Quality(Dictionary<string, float> scores, ImmutableSortedDictionary<string, double>? weights = null)
    {
        var result = new float[1];
        new QualityNiqeMetric(weights is null ? new QualityNiqeMetricOptions() : new QualityNiqeMetricOptions { Weights = weights }).Derive(scores, result);
        return result[0];
    }
}

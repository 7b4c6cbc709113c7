using System.Collections.Immutable;
using Framevet.Pipeline.Scoring.Metrics;

namespace Framevet.Pipeline.Tests.Scoring;

public sealed class QualityMetricSpecs
{
    private static readonly Dictionary<string, float> Scores = new()
    {
        ["sharpness"] = 500, ["edge-strength"] = 25, ["contrast"] = 40, ["brightness"] = 60, ["entropy"] = 6,
    };

    [Fact]
    public void The_default_weights_give_the_published_formula() =>
        Quality(new(), Scores).ShouldBe((30 * 0.5f) + (20 * 0.25f) + (20 * 0.4f) + (10 * 0.6f) + (20 * 0.75f), 1e-4f);

    [Fact]
    public void Only_the_ratio_of_the_weights_matters() =>
        Quality(Weights(("sharpness", 3), ("entropy", 1)), Scores).ShouldBe(Quality(Weights(("sharpness", 0.3), ("entropy", 0.1)), Scores), 1e-4f);

    [Fact]
    public void Everything_at_its_reference_is_one_hundred_and_more_does_not_help()
    {
        var best = new Dictionary<string, float> { ["sharpness"] = 5000, ["edge-strength"] = 800, ["contrast"] = 100, ["brightness"] = 100, ["entropy"] = 8 };

        Quality(new(), best).ShouldBe(100, 1e-4f);
    }

    [Fact]
    public void What_was_not_measured_drops_out_of_the_sum_and_does_not_count_as_zero()
    {
        var some = new Dictionary<string, float> { ["brightness"] = 60, ["sharpness"] = float.NaN };

        Quality(new(), some).ShouldBe(60, 1e-4f);
    }

    [Fact]
    public void Nothing_measured_gives_no_value() => Quality(new(), []).ShouldBe(float.NaN);

    [Fact]
    public void A_weight_of_zero_leaves_a_score_out()
    {
        var metric = new QualityMetric(Weights(("sharpness", 1), ("brightness", 0)));

        metric.Inputs.ShouldBe(["sharpness"]);
    }

    private static QualityMetricOptions Weights(params (string Score, double Weight)[] weights) =>
        new() { Weights = weights.ToImmutableSortedDictionary(w => w.Score, w => w.Weight) };

    private static float Quality(QualityMetricOptions options, Dictionary<string, float> scores)
    {
        var result = new float[1];
        new QualityMetric(options).Derive(scores, result);
        return result[0];
    }
}

using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>Mean of the Y plane over 255 in percent: 0 black, 100 white.</summary>
[Part("brightness", "Brightness", "How bright the picture is on average.")]
public sealed class BrightnessMetric() : PlaneMetric(PlaneGroups.Levels, new MetricSpec(
    "brightness", "Brightness", 0, 100, HigherIsBetter: true, "%", "mean(Y) / 255 * 100"))
{
    internal override void Score(PlaneStats stats, Span<float> scores) => scores[0] = (float)Of(stats.Sums);

    internal static double Of(PlaneSums sums) => sums.Mean / 255 * 100;
}

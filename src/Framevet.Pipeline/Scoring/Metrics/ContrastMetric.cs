using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Standard deviation of the Y plane relative to its mean, clipped at 2 and halved, in percent: 0 flat, 50 a black and white checkerboard,
/// 100 a few bright spots on black. A black picture has no contrast (0).
/// </summary>
[Part("contrast", "Contrast", "How far bright and dark lie apart, relative to the mean brightness.")]
public sealed class ContrastMetric() : PlaneMetric(PlaneGroups.Levels, new MetricSpec(
    "contrast", "Contrast", 0, 100, HigherIsBetter: true, "%", "min(std(Y) / mean(Y), 2) / 2 * 100; coefficient of variation, also called RMS contrast over mean (E. Peli, J. Opt. Soc. Am. A 7, 1990)"))
{
    internal override void Score(PlaneStats stats, Span<float> scores) => scores[0] = (float)Of(stats.Sums);

    internal static double Of(PlaneSums sums) => sums.Sum == 0 && sums.Count > 0 ? 0 : Math.Min(Math.Sqrt(sums.Variance) / sums.Mean, 2) / 2 * 100;
}

using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Mean squared length of the 3x3 Sobel gradient over the inner pixels: 0 flat, thousands in focus. Strong edges count more than in edge
/// strength. No threshold is applied, as in later use of the measure. Depends on the size of the analysis view; pictures below 3x3 have none.
/// </summary>
[Part("tenengrad", "Tenengrad", "How well the picture is focused (mean squared Sobel gradient).")]
public sealed class TenengradMetric() : PlaneMetric(PlaneGroups.Windows, new MetricSpec(
    "tenengrad", "Tenengrad", 0, EdgeStrengthMetric.MaxGradient * EdgeStrengthMetric.MaxGradient, HigherIsBetter: true, "",
    "mean(Sx² + Sy²), J. M. Tenenbaum, 1970; E. Krotkov, Int. J. Computer Vision 1, 1987, without its threshold; inner pixels only"))
{
    internal override void Score(PlaneStats stats, Span<float> scores) =>
        scores[0] = stats.InnerPixels == 0 ? float.NaN : (float)((double)stats.Windows.SobelSquares / stats.InnerPixels);
}

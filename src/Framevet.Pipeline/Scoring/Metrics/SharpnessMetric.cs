using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Variance of the Laplacian with four neighbours over the inner pixels: 0 flat or a perfect ramp, some tens blurred, hundreds and more
/// sharp. It grows with noise and with the size of the analysis view, so compare values of one size only. Pictures below 3x3 have none.
/// </summary>
[Part("sharpness", "Sharpness", "How much fine detail the picture has (variance of the Laplacian).")]
public sealed class SharpnessMetric() : PlaneMetric(PlaneGroups.Windows, new MetricSpec(
    "sharpness", "Sharpness", 0, MaxLaplacian * MaxLaplacian, HigherIsBetter: true, "", "var(4c - l - r - u - d), J. L. Pech-Pacheco et al., ICPR 2000, section 3 (LAPV); inner pixels only"))
{
    // |4c - (l + r + u + d)| at its most, and its square the most the variance can be.
    internal const double MaxLaplacian = 4 * 255;

    internal override void Score(PlaneStats stats, Span<float> scores) =>
        scores[0] = stats.InnerPixels == 0 ? float.NaN : (float)stats.Windows.LaplacianVariance(stats.InnerPixels);
}

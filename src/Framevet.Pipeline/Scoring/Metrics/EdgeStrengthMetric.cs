using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Mean length of the 3x3 Sobel gradient over the inner pixels: 0 flat, some tens for ordinary pictures. Unlike sharpness it also answers
/// to broad edges and less to noise. Pictures below 3x3 have none.
/// </summary>
[Part("edge-strength", "Edge strength", "How strong the edges are on average (Sobel gradient).")]
public sealed class EdgeStrengthMetric() : PlaneMetric(PlaneGroups.Windows, new MetricSpec(
    "edge-strength", "Edge strength", 0, MaxGradient, HigherIsBetter: true, "", "mean sqrt(Sx² + Sy²), 3x3 operator of I. Sobel and G. Feldman, 1968; inner pixels only"))
{
    // The longest gradient a 3x3 window of 0 and 255 has is (4, 2) * 255.
    internal const double MaxGradient = 2 * 2.2360679774997896964 * 255;

    internal override void Score(PlaneStats stats, Span<float> scores) =>
        scores[0] = stats.InnerPixels == 0 ? float.NaN : (float)(stats.Windows.SobelLengths / stats.InnerPixels);
}

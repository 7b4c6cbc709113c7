using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Colourfulness: 0 gray, 15 slightly, 33 moderately, 59 quite, 82 highly and 109 extremely colourful, by the paper's poll. Computed on RGB at
/// the resolution of the chroma planes: luma averaged over the 2x2 pixels that share a chroma sample, values clipped to 0..255.
/// </summary>
[Part("colorfulness", "Colourfulness", "How colourful the picture is, as people see it.")]
public sealed class ColorfulnessMetric() : PlaneMetric(PlaneGroups.Colors, new MetricSpec(
    "colorfulness", "Colourfulness", 0, Most, HigherIsBetter: true, "", "sqrt(var rg + var yb) + 0.3 sqrt(mean² rg + mean² yb); rg = R - G, yb = (R + G)/2 - B; D. Hasler and S. Süsstrunk, SPIE 5007, 2003, eq. 14"))
{
    // |rg|, |yb| <= 255 and mean² + variance <= 255² each: sqrt(2) * 255 * sqrt(1 + 0.3²).
    private const double Most = 376.6;

    /// <inheritdoc/>
    internal override void Score(PlaneStats stats, Span<float> scores) => scores[0] = (float)stats.Colors;
}

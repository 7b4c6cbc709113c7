using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Standard deviation of the noise in gray levels, estimated from a mask that answers neither to levels nor to ramps: 0 clean, 2 visible,
/// 10 and more bad. Fine texture counts as noise, and scaling down removes noise: best on the native picture. Pictures below 3x3 have none.
/// </summary>
[Part("noise", "Noise", "How strong the noise is, in gray levels.")]
public sealed class NoiseMetric() : PlaneMetric(PlaneGroups.Windows, new MetricSpec(
    "noise", "Noise", 0, MaxNoise, HigherIsBetter: false, "levels", "sqrt(pi/2) / 6 * mean |Y * (1 -2 1; -2 4 -2; 1 -2 1)|, J. Immerkær, Computer Vision and Image Understanding 64, 1996"))
{
    // The mask gives 8 * 255 at most in either direction; sqrt(pi/2) / 6 = 0.2089.
    private const double MaxNoise = 8 * 255 * 0.209;

    private static readonly double Factor = Math.Sqrt(Math.PI / 2) / 6;

    internal override void Score(PlaneStats stats, Span<float> scores) =>
        scores[0] = stats.InnerPixels == 0 ? float.NaN : (float)(Factor * stats.Windows.Noise / stats.InnerPixels);
}

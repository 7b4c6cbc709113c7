using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>Mean of the Y plane over 255 in percent: 0 black, 100 white.</summary>
[Part("brightness", "Brightness", "How bright the picture is on average.")]
public sealed class BrightnessMetric() : PlaneMetric(new MetricSpec(
    "brightness", "Brightness", 0, 100, HigherIsBetter: true, "%", "mean(Y) / 255 * 100"))
{
    internal override double OfPlane(ReadOnlySpan<byte> luma, int width, int height) => PlaneSums.Of(luma).Mean / 255 * 100;

    internal override double OfPlaneScalar(ReadOnlySpan<byte> luma, int width, int height) => PlaneSums.OfScalar(luma).Mean / 255 * 100;
}

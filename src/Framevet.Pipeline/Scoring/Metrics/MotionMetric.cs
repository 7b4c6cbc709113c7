using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Mean absolute difference to the sampled frame before, both averaged down to 64x64 gray: 0 nothing changed, 255 black to white. It depends on
/// the sampling: frames further apart differ more. The first frame has none. Less is better: what stands still is seldom smeared.
/// </summary>
[Part("motion", "Motion", "How much changed since the sampled frame before.")]
public sealed class MotionMetric : IStreamMetric
{
    private const int Side = PlaneTiles.Side;

    private float[] _current = new float[Side * Side];
    private float[]? _before;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("motion", "Motion", 0, 255, HigherIsBetter: false, "", "mean |g - g'| of 64x64 area-averaged Y planes of neighbouring samples")];

    /// <inheritdoc/>
    public PlaneGroups Groups => PlaneGroups.Tiles;

    /// <inheritdoc/>
    public bool ReadsPixels => false;

    /// <inheritdoc/>
    public void Measure(in Frame frame, Span<float> scores)
    {
        AreaScaler.Scale(frame.Luma, frame.Layout.Width, frame.Layout.Height, _current, Side, Side);
        Compare(scores);
    }

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, int i, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        frames.Stats(i, PlaneGroups.Tiles).Tiles.CopyTo(_current);
        Compare(scores);
    }

    private void Compare(Span<float> scores)
    {
        scores[0] = _before is null ? float.NaN : MeanDifference(_current, _before);
        (_before, _current) = (_current, _before ?? new float[Side * Side]);
    }

    private static float MeanDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += Math.Abs(a[i] - b[i]);
        }

        return (float)(sum / a.Length);
    }
}

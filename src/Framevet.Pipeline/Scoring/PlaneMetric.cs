using System.Collections.Immutable;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scoring;

/// <summary>A single score that is a pure function of the Y plane. Measures each frame of a batch on its own.</summary>
public abstract class PlaneMetric(MetricSpec output) : IFrameMetric
{
    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } = [output];

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i];
            scores[i] = (float)OfPlane(frame.Luma, frame.Layout.Width, frame.Layout.Height);
        }
    }

    /// <summary>The score of one plane, row-major without padding; NaN when it is too small to have one.</summary>
    internal abstract double OfPlane(ReadOnlySpan<byte> luma, int width, int height);

    /// <summary>The same as the formula says, pixel by pixel: what the vectorised form is tested against.</summary>
    internal abstract double OfPlaneScalar(ReadOnlySpan<byte> luma, int width, int height);
}

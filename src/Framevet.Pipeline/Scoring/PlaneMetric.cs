using System.Collections.Immutable;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scoring;

/// <summary>Scores that follow from the shared sums of the Y plane. Measures each frame of a batch on its own.</summary>
public abstract class PlaneMetric(PlaneGroups groups, params ImmutableArray<MetricSpec> outputs) : IFrameMetric
{
    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } = outputs;

    /// <inheritdoc/>
    public PlaneGroups Groups { get; } = groups;

    /// <inheritdoc/>
    public bool ReadsPixels => false;

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        for (var i = 0; i < frames.Count; i++)
        {
            Score(frames.Stats(i, Groups), scores.Slice(i * Outputs.Length, Outputs.Length));
        }
    }

    /// <summary>Writes one value per output; NaN where the plane is too small to have one.</summary>
    internal abstract void Score(PlaneStats stats, Span<float> scores);
}

using System.Collections.Immutable;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scoring;

/// <summary>A part that gives numbers for frames.</summary>
public interface IMetric
{
    /// <summary>The scores this part gives, in the order they are written.</summary>
    ImmutableArray<MetricSpec> Outputs { get; }
}

/// <summary>Scores that depend on one frame alone. Stateless and thread-safe: batches are measured by several parts at once.</summary>
public interface IFrameMetric : IMetric
{
    /// <summary>The shared sums of the Y plane that are read; those of all metrics of a run are filled together.</summary>
    PlaneGroups Groups => PlaneGroups.None;

    /// <summary>Whether it reads anything of a batch besides these sums.</summary>
    bool ReadsPixels => true;

    /// <summary>Whether it reads what other metrics of the run note in the batch (<see cref="FrameBatch.Found"/>, masks): then it is measured after them.</summary>
    bool ReadsFindings => false;

    /// <summary>Scores that other metrics of the recipe must give, because this one reads what they find.</summary>
    ImmutableArray<string> Needs => [];

    /// <summary>Writes scores [frame x output], row-major; NaN = not applicable.</summary>
    void Measure(FrameBatch frames, Span<float> scores);
}

/// <summary>Scores that also depend on the frame before. One instance per run, fed every sampled frame in order, never in parallel.</summary>
public interface IStreamMetric : IMetric
{
    /// <summary>The shared sums of the Y plane that are read from a batch.</summary>
    PlaneGroups Groups => PlaneGroups.None;

    /// <summary>Whether it reads anything of a batch besides these sums.</summary>
    bool ReadsPixels => true;

    /// <summary>Writes one value per output; NaN for the first frame where there is nothing to compare with.</summary>
    void Measure(in Frame frame, Span<float> scores);

    /// <summary>The same for frame <paramref name="i"/> of a batch, whose shared sums may be at hand.</summary>
    void Measure(FrameBatch frames, int i, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var frame = frames[i];
        Measure(in frame, scores);
    }
}

/// <summary>Scores computed from other scores. Pure; runs after all measuring metrics, and again when weights change.</summary>
public interface IDerivedMetric : IMetric
{
    /// <summary>Ids of the scores that are read.</summary>
    ImmutableArray<string> Inputs { get; }

    /// <summary>Writes one value per output; a missing input counts as not measured, not as 0.</summary>
    void Derive(IReadOnlyDictionary<string, float> scores, Span<float> derived);
}

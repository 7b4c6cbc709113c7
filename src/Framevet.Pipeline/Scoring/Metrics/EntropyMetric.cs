using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>Shannon entropy of the 256-bin histogram of the Y plane in bits: 0 one single gray level, 8 all levels equally often.</summary>
[Part("entropy", "Entropy", "How much information the gray levels carry.")]
public sealed class EntropyMetric() : PlaneMetric(PlaneGroups.Levels, new MetricSpec(
    "entropy", "Entropy", 0, 8, HigherIsBetter: true, "bit", "-sum p log2 p over the histogram of Y (C. E. Shannon, 1948)"))
{
    internal override void Score(PlaneStats stats, Span<float> scores) => scores[0] = (float)Histogram.Bits(stats.Counts);
}

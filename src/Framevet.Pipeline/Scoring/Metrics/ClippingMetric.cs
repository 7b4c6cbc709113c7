using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>Share of pixels without detail because they are too dark or too bright, in percent: 0 none, 100 all of them.</summary>
[Part("clipping", "Exposure clipping", "How much of the picture is crushed to black or blown out to white.")]
public sealed class ClippingMetric(ClippingMetricOptions options) : PlaneMetric(
    PlaneGroups.Levels,
    new MetricSpec("clipped-dark", "Clipped dark", 0, 100, HigherIsBetter: false, "%", "pixels with Y <= dark limit / pixels * 100"),
    new MetricSpec("clipped-bright", "Clipped bright", 0, 100, HigherIsBetter: false, "%", "pixels with Y >= bright limit / pixels * 100"))
{
    internal override void Score(PlaneStats stats, Span<float> scores)
    {
        var scale = 100f / stats.Sums.Count;
        scores[0] = scale * Histogram.Between(stats.Counts, 0, options.Dark);
        scores[1] = scale * Histogram.Between(stats.Counts, options.Bright, Histogram.Levels - 1);
    }
}

/// <summary>Options of <see cref="ClippingMetric"/>.</summary>
public sealed record ClippingMetricOptions
{
    /// <summary>Highest level that counts as dark.</summary>
    [Display(Name = "Dark limit", Description = "Gray levels up to this one count as crushed.")]
    [Range(0, 127)]
    public int Dark { get; init; } = 5;

    /// <summary>Lowest level that counts as bright.</summary>
    [Display(Name = "Bright limit", Description = "Gray levels from this one on count as blown out.")]
    [Range(128, 255)]
    public int Bright { get; init; } = 250;
}

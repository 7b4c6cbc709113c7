using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Mean difference of neighbours across the borders of the 8x8 coding grid over that inside the cells, both directions together: about 1
/// no blocks to be seen, 1.5 visible, above 2 bad. The grid is only known in an unscaled, unturned picture: other views have no value
/// (analysis size 0 gives one), and neither has a picture without any border. Flat pictures have no blocks (1).
/// </summary>
[Part("blockiness", "Blockiness", "How far compression blocks stand out; measured at the size of the source only.")]
public sealed class BlockinessMetric : IFrameMetric
{
    // What is added to both means: differences far below one gray level are not seen and must not make the ratio large.
    private const double Invisible = 0.25;

    private const double MaxRatio = (255 + Invisible) / Invisible;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("blockiness", "Blockiness", 0, MaxRatio, HigherIsBetter: false, "", "(mean |dY| on 8x8 borders + 1/4) / (mean |dY| inside + 1/4); after Z. Wang, A. C. Bovik and B. L. Evans, ICIP 2000, and Z. Wang et al., ICIP 2002")];

    /// <inheritdoc/>
    public PlaneGroups Groups => PlaneGroups.Grid;

    /// <inheritdoc/>
    public bool ReadsPixels => false;

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        for (var i = 0; i < frames.Count; i++)
        {
            scores[i] = frames.Layout.IsNative ? (float)Ratio(frames.Stats(i, Groups).Grid) : float.NaN;
        }
    }

    internal static double Ratio(GridSums sums) => sums.BorderPairs == 0 || sums.InsidePairs == 0
        ? double.NaN
        : (((double)sums.Border / sums.BorderPairs) + Invisible) / (((double)sums.Inside / sums.InsidePairs) + Invisible);
}

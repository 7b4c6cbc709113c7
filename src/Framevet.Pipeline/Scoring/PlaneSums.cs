namespace Framevet.Pipeline.Scoring;

/// <summary>Exact sums over the pixels of a plane: of the values and of their squares.</summary>
internal readonly record struct PlaneSums(long Sum, long SumOfSquares, int Count)
{
    /// <summary>Mean 0..255; NaN for an empty plane.</summary>
    public double Mean => Count == 0 ? double.NaN : (double)Sum / Count;

    /// <summary>Population variance; NaN for an empty plane.</summary>
    public double Variance => Count == 0 ? double.NaN : Math.Max(0, ((double)SumOfSquares / Count) - (Mean * Mean));
}

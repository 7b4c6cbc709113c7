using System.Collections.Immutable;

namespace Framevet.Data.Queries;

/// <summary>Sums over scores. Pure.</summary>
internal static class Curves
{
    /// <summary>At most <paramref name="maxPoints"/> of the points: of each of maxPoints / 2 buckets of equal size the lowest and the highest, in time order.</summary>
    public static ImmutableArray<CurvePoint> Thin(List<CurvePoint> points, int maxPoints)
    {
        if (points.Count <= maxPoints)
        {
            return [.. points];
        }

        var buckets = maxPoints / 2;
        var kept = ImmutableArray.CreateBuilder<CurvePoint>(buckets * 2);
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            var (from, to) = ((int)((long)points.Count * bucket / buckets), (int)((long)points.Count * (bucket + 1) / buckets));
            var (low, high) = (from, from);
            for (var i = from + 1; i < to; i++)
            {
                low = points[i].Value < points[low].Value ? i : low;
                high = points[i].Value > points[high].Value ? i : high;
            }

            kept.Add(points[Math.Min(low, high)]);
            if (low != high)
            {
                kept.Add(points[Math.Max(low, high)]);
            }
        }

        return kept.ToImmutable();
    }

    /// <summary>Count, ends and histogram; each bin is closed below and open above, the last one closed. When all values are equal they lie in the first bin.</summary>
    public static ScoreRange Range(string score, List<double> values, int bins)
    {
        var (min, max) = (values.Min(), values.Max());
        var histogram = new int[bins];
        foreach (var value in values)
        {
            histogram[max > min ? Math.Min(bins - 1, (int)((value - min) / (max - min) * bins)) : 0]++;
        }

        return new ScoreRange(score, values.Count, min, max, [.. histogram]);
    }

    /// <summary>Share of the values below <paramref name="value"/> in percent, 0..100.</summary>
    public static double Percentile(List<double> values, double value)
    {
        var below = 0;
        foreach (var other in values)
        {
            below += other < value ? 1 : 0;
        }

        return 100.0 * below / values.Count;
    }
}

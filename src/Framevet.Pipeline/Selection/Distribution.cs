namespace Framevet.Pipeline.Selection;

/// <summary>Numbers about the values of a whole run. All take values in rising order, at least one.</summary>
public static class Distribution
{
    /// <summary>The value at <paramref name="percent"/> 0..100 of the way through, interpolated linearly between neighbours: position (n - 1) p / 100 from 0.</summary>
    public static double Percentile(ReadOnlySpan<double> rising, double percent)
    {
        var position = (rising.Length - 1) * percent / 100;
        var below = (int)Math.Floor(position);
        return below + 1 >= rising.Length ? rising[^1] : rising[below] + ((rising[below + 1] - rising[below]) * (position - below));
    }

    /// <summary>Mean minus <paramref name="factor"/> standard deviations (of the population).</summary>
    public static double BelowMean(ReadOnlySpan<double> rising, double factor)
    {
        var mean = Sum(rising) / rising.Length;
        double squares = 0;
        foreach (var value in rising)
        {
            squares += (value - mean) * (value - mean);
        }

        return mean - (factor * Math.Sqrt(squares / rising.Length));
    }

    /// <summary>
    /// Smallest value of the upper class when two classes are told apart best: the cut with the greatest variance between the classes
    /// (N. Otsu, IEEE Trans. SMC 9(1), 1979), tried at every step between the values themselves instead of on a histogram. The smallest value when all are equal.
    /// </summary>
    public static double Otsu(ReadOnlySpan<double> rising)
    {
        var total = Sum(rising);
        double sum = 0;
        var (cut, best) = (rising[0], 0.0);
        for (var lower = 1; lower < rising.Length; lower++)
        {
            sum += rising[lower - 1];
            if (rising[lower] == rising[lower - 1])
            {
                continue;
            }

            var upper = rising.Length - lower;
            var apart = (sum / lower) - ((total - sum) / upper);
            var between = (double)lower * upper * apart * apart;
            if (between > best)
            {
                (cut, best) = (rising[lower], between);
            }
        }

        return cut;
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }
}

namespace Framevet.Pipeline.Review;

/// <summary>
/// Where a rate probably lies, given how often something happened: the score interval of Wilson (1927), 95 %. Unlike rate ± error it stays
/// within 0..1 and says something sensible for no or few events. <paramref name="Rate"/>, <paramref name="Low"/> and <paramref name="High"/> 0..1.
/// </summary>
public sealed record WilsonInterval(int Events, int Trials, double Rate, double Low, double High)
{
    private const double Z = 1.959963984540054;

    /// <summary>The interval, or null without any trial: nothing is known then.</summary>
    public static WilsonInterval? Of(int events, int trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, events);
        if (trials == 0)
        {
            return null;
        }

        var (n, rate) = ((double)trials, events / (double)trials);
        var scale = 1 + (Z * Z / n);
        var middle = (rate + (Z * Z / (2 * n))) / scale;
        var half = Z / scale * Math.Sqrt((rate * (1 - rate) / n) + (Z * Z / (4 * n * n)));

        // At 0 and at n the bound is exactly 0 or 1; rounding must not say otherwise.
        return new WilsonInterval(events, trials, rate, events == 0 ? 0 : middle - half, events == trials ? 1 : middle + half);
    }
}

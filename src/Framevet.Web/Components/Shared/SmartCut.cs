using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Selection;

namespace Framevet.Web.Components.Shared;

/// <summary>How a limit is found from the run's own values.</summary>
public enum SmartCut
{
    /// <summary>The best tenth stays.</summary>
    BestTenth,
    /// <summary>The best quarter stays.</summary>
    BestQuarter,
    /// <summary>The better of two classes stays (Otsu).</summary>
    Auto,
}

/// <summary>Limits from values. Pure.</summary>
public static class SmartCuts
{
    /// <summary>The bounds that keep the wished share of <paramref name="rising"/> values, on the good side; null when nothing was measured.</summary>
    public static ScoreBounds? Bounds(ImmutableArray<double> rising, SmartCut cut, bool higherIsBetter)
    {
        if (rising.IsEmpty)
        {
            return null;
        }

        // Otsu gives the smallest value of the upper class; for the lower class the limit is the value before it.
        var otsu = Distribution.Otsu(rising.AsSpan());
        var limit = (cut, higherIsBetter) switch
        {
            (SmartCut.BestTenth, true) => Distribution.Percentile(rising.AsSpan(), 90),
            (SmartCut.BestTenth, false) => Distribution.Percentile(rising.AsSpan(), 10),
            (SmartCut.BestQuarter, true) => Distribution.Percentile(rising.AsSpan(), 75),
            (SmartCut.BestQuarter, false) => Distribution.Percentile(rising.AsSpan(), 25),
            (_, true) => otsu,
            _ => rising.LastOrDefault(v => v < otsu, rising[^1]),
        };
        return higherIsBetter ? new ScoreBounds(Math.Floor(limit * 1e6) / 1e6, null) : new ScoreBounds(null, Math.Ceiling(limit * 1e6) / 1e6);
    }
}

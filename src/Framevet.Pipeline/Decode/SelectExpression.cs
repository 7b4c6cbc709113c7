using System.Globalization;
using System.Numerics;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode;

/// <summary>Expressions for ffmpeg's select filter. Commas are escaped by the quotes that <see cref="Filter"/> puts around.</summary>
internal static class SelectExpression
{
    /// <summary>The filter with the expression.</summary>
    public static string Filter(string expression) => $"select='{expression}'";

    /// <summary>
    /// The expression for a plan, or null when every frame is wanted. A frame is kept when its stamp rises above that of the frame kept before
    /// and its grid cell does too: on rising stamps the same as "cell differs from that of the frame before", and backward stamps cannot
    /// bring a cell twice. Frames without a stamp never compare as greater.
    /// </summary>
    /// <param name="plan">What is wanted.</param>
    /// <param name="timeBase">Unit of the stamps.</param>
    /// <param name="origin">Start of the grid; null = the first stamp that the filter sees.</param>
    /// <param name="from">Keep nothing before this stamp; null = no bound.</param>
    public static string? For(DecodePlan plan, TimeBase timeBase, long? origin, long? from)
    {
        var step = plan switch { DecodePlan.Interval i => i.Step, DecodePlan.Keyframes k => k.MinGap, _ => null };
        var onlyKeys = plan is DecodePlan.Keyframes;
        if (step is null && !onlyKeys && from is null)
        {
            return null;
        }

        var first = from is { } bound ? $"gte(pts,{Text(bound)})" : "not(isnan(pts))";
        var later = step is { Ticks: > 0 } gap
            ? $"gt(pts,prev_selected_pts)*gt({Cell("pts", gap, timeBase, origin)},{Cell("prev_selected_pts", gap, timeBase, origin)})"
            : "gt(pts,prev_selected_pts)";
        var keep = $"if(isnan(prev_selected_pts),{first},{later})";
        return onlyKeys ? $"key*{keep}" : keep;
    }

    /// <summary>
    /// Exactly these stamps, each once. A search tree and not a sum of comparisons: ffmpeg's parser gives up at 101 terms in a row, and a tree
    /// also costs only log n per frame.
    /// </summary>
    /// <param name="sorted">Rising, without doubles, not empty.</param>
    public static string Among(ReadOnlySpan<long> sorted) => $"if(isnan(prev_selected_pts),1,gt(pts,prev_selected_pts))*{AnyOf(sorted)}";

    private static string AnyOf(ReadOnlySpan<long> sorted)
    {
        if (sorted.Length == 1)
        {
            return $"eq(pts,{Text(sorted[0])})";
        }

        var middle = sorted.Length / 2;
        return $"if(lt(pts,{Text(sorted[middle])}),{AnyOf(sorted[..middle])},{AnyOf(sorted[middle..])})";
    }

    /// <summary>floor((value - origin) * timeBase / step), with the fraction reduced so that doubles hold it exactly.</summary>
    private static string Cell(string value, TimeSpan step, TimeBase timeBase, long? origin)
    {
        var top = (BigInteger)timeBase.Num * TimeSpan.TicksPerSecond;
        var bottom = (BigInteger)timeBase.Den * step.Ticks;
        var common = BigInteger.GreatestCommonDivisor(top, bottom);
        return $"floor(({value}-{(origin is { } o ? $"({Text(o)})" : "start_pts")})*{Text(top / common)}/{Text(bottom / common)})";
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Numerics;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode;

/// <summary>Expressions for ffmpeg's select filter. Commas are escaped by the quotes that <see cref="Filter"/> puts around.</summary>
internal static class SelectExpression
{
    // Variables of the expression, kept from frame to frame; all begin at 0.
    private const string Reached = "0";
    private const string Highest = "1";
    private const string HasSeen = "2";
    private const string Now = "3";
    private const string HasOffset = "4";
    private const string Offset = "5";

    /// <summary>The filter with the expression.</summary>
    public static string Filter(string expression) => $"select='{expression}'";

    /// <summary>
    /// The expression for one leg, or null when every frame is wanted. Only frames whose stamp rises above all before are looked at: frames
    /// without a stamp, and backward ones, could not be told apart later. Behind <see cref="Leg.End"/> frames pass, so that the trim filter sees where to stop.
    /// </summary>
    public static string? For(Leg leg, TimeBase timeBase)
    {
        if (leg.Plan is DecodePlan.EveryFrame && leg.Stretches.IsEmpty)
        {
            return null;
        }

        var kept = Kept(leg, timeBase);
        kept = leg.Stretches.IsEmpty ? kept : $"({kept})*{Within(leg.Stretches.AsSpan())}";
        kept = leg.Resume is { } resume ? $"{kept}+eq(pts,{Text(resume)})" : kept;
        kept = leg.End is { } end ? $"{kept}+gte(pts,{Text(end)})" : kept;
        return $"if(isnan(pts)+ld({HasSeen})*lte(pts,ld({Highest})),0,0*st({Highest},pts)+0*st({HasSeen},1)+{kept})";
    }

    /// <summary>
    /// Exactly these stamps, each once. A search tree and not a sum of comparisons: ffmpeg's parser gives up at 101 terms in a row, and a tree
    /// also costs only log n per frame.
    /// </summary>
    /// <param name="sorted">Rising, without doubles, not empty.</param>
    public static string Among(ReadOnlySpan<long> sorted) => $"if(isnan(prev_selected_pts),1,gt(pts,prev_selected_pts))*{AnyOf(sorted)}";

    private static string Kept(Leg leg, TimeBase timeBase)
    {
        if (PlanFilter.GridAt(leg.Plan, leg.Stretches.IsEmpty ? null : leg.Stretches[0]) is (var step, var before))
        {
            var isNew = NewCell(leg, timeBase, step, before);
            return leg.Plan is DecodePlan.Keyframes ? $"if(key,{isNew},0)" : isNew;
        }

        return leg.Plan switch
        {
            DecodePlan.Keyframes => "key",
            DecodePlan.Nth n => $"{Counted(leg)}{(n.AndKeyframes ? "gt(" : "")}not(mod(n+ld({Offset}),{Text(n.N)})){(n.AndKeyframes ? "+key,0)" : "")}",
            _ => "1",
        };
    }

    /// <summary>1 for the first frame of a cell. Cells count from 1, so that the first frame of the file opens one.</summary>
    private static string NewCell(Leg leg, TimeBase timeBase, TimeSpan step, long? before)
    {
        // What lies before a seeking leg is not seen.
        var reached = leg is { IsSeeking: true, Origin: { } origin } && before is { } stamp
            ? $"max(ld({Reached}),{PlanFilter.Cell(stamp, origin, timeBase, step) + 1})"
            : $"ld({Reached})";
        return $"(0*st({Now},1+{Cell("pts", step, timeBase, leg.Origin)})+gt(ld({Now}),{reached})+0*st({Reached},max(ld({Now}),ld({Reached}))))";
    }

    /// <summary>At the anchor the numbers of this process are set to those of a full decode.</summary>
    private static string Counted(Leg leg) => leg.Anchor is { } anchor
        ? $"0*if(not(ld({HasOffset}))*gte(pts,{Text(anchor.Pts.Value)}),st({HasOffset},1)+st({Offset},{Text(anchor.Index)}-n),0)+"
        : "";

    private static string Within(ReadOnlySpan<Stretch> stretches)
    {
        if (stretches.Length == 1)
        {
            return $"gte(pts,{Text(stretches[0].From)})" + (stretches[0].To is { } to ? $"*lt(pts,{Text(to)})" : "");
        }

        var middle = stretches.Length / 2;
        return $"if(lt(pts,{Text(stretches[middle].From)}),{Within(stretches[..middle])},{Within(stretches[middle..])})";
    }

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

using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// What a plan keeps of a reading that delivers every frame, because another part looks at the frames between. Keeps what the decoder would have delivered for the plan,
/// but for <see cref="DecodePlan.WithLast"/>, which nobody knows before the end. One per reading. <paramref name="origin"/>: the first stamp of the file; null = that of the
/// first frame asked about. <paramref name="bounds"/>: the plan's stretches in this file, with what lies before them; null = every frame lies within.
/// </summary>
internal sealed class PlanFilter(DecodePlan plan, Pts? origin, PlanBounds? bounds = null)
{
    private Pts? _origin = bounds?.First ?? origin;
    private Int128? _cell;
    private int _stretch;

    /// <summary>Asked once per frame in order.</summary>
    public bool Keep(in Frame frame)
    {
        _origin ??= frame.Pts;
        var isInside = IsInside(frame.Pts);
        return plan switch
        {
            DecodePlan.Interval i => IsNewCell(frame.Pts, i.Step),
            DecodePlan.Keyframes k => frame.IsKey && (k.MinGap is not { Ticks: > 0 } gap || IsNewCell(frame.Pts, gap)),
            DecodePlan.Nth n => frame.Index % n.N == 0 || (n.AndKeyframes && frame.IsKey),
            _ => true,
        } && isInside;
    }

    /// <summary>The cell of the grid in which the stamp lies: floor((pts - origin) / step), in whole numbers.</summary>
    public static Int128 Cell(long pts, long origin, TimeBase timeBase, TimeSpan step)
    {
        var top = (Int128)(pts - origin) * timeBase.Num * TimeSpan.TicksPerSecond;
        var bottom = (Int128)timeBase.Den * step.Ticks;
        return top / bottom - (top < 0 && top % bottom != 0 ? 1 : 0);
    }

    /// <summary>Length of the grid's cells, and the stamp that is "before" at the start of a stretch; null for plans without a grid.</summary>
    public static (TimeSpan Step, long? Before)? GridAt(DecodePlan plan, Stretch? stretch) => plan switch
    {
        DecodePlan.Interval { Step.Ticks: > 0 } i => (i.Step, stretch?.Before),
        DecodePlan.Keyframes { MinGap: { Ticks: > 0 } gap } => (gap, stretch?.KeyBefore),
        _ => null,
    };

    private bool IsInside(Pts pts)
    {
        if (bounds is null)
        {
            return true;
        }

        for (; _stretch < bounds.Stretches.Length; _stretch++)
        {
            var stretch = bounds.Stretches[_stretch];
            if (stretch.To is { } to && pts.Value >= to)
            {
                continue;
            }

            if (stretch.Holds(pts.Value) && GridAt(plan, stretch) is (var step, { } before))
            {
                var cell = Cell(before, bounds.First.Value, pts.TimeBase, step);
                _cell = _cell is { } reached && reached > cell ? reached : cell;
            }

            return stretch.Holds(pts.Value);
        }

        return false;
    }

    // In whole numbers, as the select expression does.
    private bool IsNewCell(Pts pts, TimeSpan step)
    {
        if (step.Ticks <= 0)
        {
            return true;
        }

        var cell = Cell(pts.Value, _origin!.Value.Value, pts.TimeBase, step);
        if (_cell is { } before && cell <= before)
        {
            return false;
        }

        _cell = cell;
        return true;
    }
}

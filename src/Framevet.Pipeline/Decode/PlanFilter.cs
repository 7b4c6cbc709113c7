using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// What a plan keeps of a reading that delivers every frame, because another part looks at the frames between. Keeps what the decoder would have delivered for the plan.
/// One per reading. <paramref name="origin"/>: the first stamp of the file; null = that of the first frame asked about.
/// </summary>
internal sealed class PlanFilter(DecodePlan plan, Pts? origin)
{
    private Pts? _origin = origin;
    private Int128? _cell;

    /// <summary>Asked once per frame in order.</summary>
    public bool Keep(in Frame frame)
    {
        _origin ??= frame.Pts;
        return plan switch
        {
            DecodePlan.Interval i => IsNewCell(frame.Pts, i.Step),
            DecodePlan.Keyframes k => frame.IsKey && (k.MinGap is not { Ticks: > 0 } gap || IsNewCell(frame.Pts, gap)),
            DecodePlan.Nth n => frame.Index % n.N == 0 || (n.AndKeyframes && frame.IsKey),
            _ => true,
        };
    }

    // In whole numbers, as the select expression does.
    private bool IsNewCell(Pts pts, TimeSpan step)
    {
        if (step.Ticks <= 0)
        {
            return true;
        }

        var top = (Int128)(pts.Value - _origin!.Value.Value) * pts.TimeBase.Num * TimeSpan.TicksPerSecond;
        var bottom = (Int128)pts.TimeBase.Den * step.Ticks;
        var cell = top / bottom - (top < 0 && top % bottom != 0 ? 1 : 0);
        if (_cell is { } before && cell <= before)
        {
            return false;
        }

        _cell = cell;
        return true;
    }
}

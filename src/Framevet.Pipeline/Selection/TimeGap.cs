using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Selection;

/// <summary>Times taken so far, which further ones must keep a distance from.</summary>
internal sealed class TimeGap
{
    private readonly SortedSet<Pts> _taken = [];

    /// <summary>Whether nothing taken is nearer than <paramref name="seconds"/>; exactly as far is free.</summary>
    public bool IsFree(Pts pts, double seconds)
    {
        if (seconds <= 0 || _taken.Count == 0)
        {
            return true;
        }

        // Only the nearest on either side can be too near. A view is searched in logarithmic time; its Max and Min are the neighbours.
        var before = pts < _taken.Min ? null : (Pts?)_taken.GetViewBetween(_taken.Min, pts).Max;
        var after = pts > _taken.Max ? null : (Pts?)_taken.GetViewBetween(pts, _taken.Max).Min;
        return !IsNear(before, pts, seconds) && !IsNear(after, pts, seconds);
    }

    /// <summary>Takes the time when it is free.</summary>
    public bool TryTake(Pts pts, double seconds)
    {
        if (!IsFree(pts, seconds))
        {
            return false;
        }

        _taken.Add(pts);
        return true;
    }

    private static bool IsNear(Pts? taken, Pts pts, double seconds) => taken is { } t && Math.Abs(t.Seconds - pts.Seconds) < seconds;
}

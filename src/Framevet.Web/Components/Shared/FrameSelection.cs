using System.Collections.Immutable;

namespace Framevet.Web.Components.Shared;

/// <summary>
/// Which frames of a run are chosen, by PTS, so that the choice survives a change of filter or order. Ranges go over the present order, also
/// where no row of it was ever drawn. Immutable.
/// </summary>
public sealed record FrameSelection
{
    /// <summary>Nothing chosen.</summary>
    public static FrameSelection None { get; } = new();

    /// <summary>The chosen frames.</summary>
    public ImmutableHashSet<long> Chosen { get; private init; } = [];

    /// <summary>The frame where a range begins; null before the first click.</summary>
    public long? Anchor { get; private init; }

    /// <summary>How many are chosen.</summary>
    public int Count => Chosen.Count;

    /// <summary>Whether the frame is chosen.</summary>
    public bool Contains(long pts) => Chosen.Contains(pts);

    /// <summary>This frame alone (a plain click).</summary>
    public FrameSelection Only(long pts) => new() { Chosen = [pts], Anchor = pts };

    /// <summary>This frame in or out, the others as they are (Ctrl-click, Space).</summary>
    public FrameSelection Toggle(long pts)
    {
        var without = Chosen.Remove(pts);
        return new() { Chosen = without.Count < Chosen.Count ? without : Chosen.Add(pts), Anchor = pts };
    }

    /// <summary>
    /// From the anchor to this frame, both ends in, in the given order (Shift-click). <paramref name="adds"/> keeps what was chosen before.
    /// Without an anchor in the order it is a plain click.
    /// </summary>
    public FrameSelection RangeTo(long pts, ImmutableArray<long> order, bool adds = false)
    {
        var from = Anchor is { } anchor ? order.IndexOf(anchor) : -1;
        var to = order.IndexOf(pts);
        if (from < 0 || to < 0)
        {
            return adds ? new() { Chosen = Chosen.Add(pts), Anchor = pts } : Only(pts);
        }

        var range = order.AsSpan(Math.Min(from, to), Math.Abs(to - from) + 1).ToArray();
        return new() { Chosen = adds ? Chosen.Union(range) : [.. range], Anchor = Anchor };
    }

    /// <summary>All of the order, and what was chosen before.</summary>
    public FrameSelection WithAll(ImmutableArray<long> order) => new() { Chosen = Chosen.Union(order), Anchor = Anchor };

    /// <summary>What of the order was not chosen, in place of what was; frames outside the order stay as they are.</summary>
    public FrameSelection Inverted(ImmutableArray<long> order)
    {
        var chosen = Chosen.ToBuilder();
        foreach (var pts in order)
        {
            if (!chosen.Remove(pts))
            {
                chosen.Add(pts);
            }
        }

        return new() { Chosen = chosen.ToImmutable(), Anchor = Anchor };
    }

    /// <summary>The chosen frames in the given order; those outside it (hidden by the filter) at the end, by PTS.</summary>
    public ImmutableArray<long> InOrder(ImmutableArray<long> order)
    {
        var shown = order.Where(Chosen.Contains).ToImmutableArray();
        return [.. shown, .. Chosen.Except(shown).Order()];
    }
}

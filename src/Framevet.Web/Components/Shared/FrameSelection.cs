using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Framevet.Web.Components.Shared;

/// <summary>
/// Which frames of a run are chosen, by PTS, so that the choice survives a change of filter or order. Ranges go over the present order, also
/// where no row of it was ever drawn. Immutable.
/// </summary>
public sealed record FrameSelection
{
    /// <summary>Nothing chosen.</summary>
    public static FrameSelection None { get; } = new();

    /// <summary>The chosen frames by rising PTS: a hundred thousand of them are 0.8 MB, not the six of a set.</summary>
    public ImmutableArray<long> Chosen { get; private init; } = [];

    /// <summary>The frame where a range begins; null before the first click.</summary>
    public long? Anchor { get; private init; }

    /// <summary>How many are chosen.</summary>
    public int Count => Chosen.Length;

    /// <summary>Whether the frame is chosen.</summary>
    public bool Contains(long pts) => Chosen.BinarySearch(pts) >= 0;

    /// <summary>This frame alone (a plain click).</summary>
    public FrameSelection Only(long pts) => new() { Chosen = [pts], Anchor = pts };

    /// <summary>This frame in or out, the others as they are (Ctrl-click, Space).</summary>
    public FrameSelection Toggle(long pts)
    {
        var at = Chosen.BinarySearch(pts);
        return new() { Chosen = at >= 0 ? Chosen.RemoveAt(at) : Chosen.Insert(~at, pts), Anchor = pts };
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
            return adds ? new() { Chosen = Contains(pts) ? Chosen : Chosen.Insert(~Chosen.BinarySearch(pts), pts), Anchor = pts } : Only(pts);
        }

        var range = order.AsSpan(Math.Min(from, to), Math.Abs(to - from) + 1);
        return new() { Chosen = adds ? Together(range) : Sorted(range), Anchor = Anchor };
    }

    /// <summary>All of the order, and what was chosen before.</summary>
    public FrameSelection WithAll(ImmutableArray<long> order) => new() { Chosen = Together(order.AsSpan()), Anchor = Anchor };

    /// <summary>What of the order was not chosen, in place of what was; frames outside the order stay as they are.</summary>
    public FrameSelection Inverted(ImmutableArray<long> order)
    {
        var (sorted, inverted) = (Sorted(order.AsSpan()), ImmutableArray.CreateBuilder<long>());
        inverted.AddRange(sorted.Where(pts => !Contains(pts)));
        inverted.AddRange(Chosen.Where(pts => sorted.BinarySearch(pts) < 0));
        inverted.Sort();
        return new() { Chosen = inverted.ToImmutable(), Anchor = Anchor };
    }

    /// <summary>The chosen frames in the given order; those outside it (hidden by the filter) at the end, by PTS.</summary>
    public ImmutableArray<long> InOrder(ImmutableArray<long> order)
    {
        var shown = order.Where(Contains).ToImmutableArray();
        return shown.Length == Chosen.Length ? shown : [.. shown, .. Chosen.Except(shown).Order()];
    }

    private static ImmutableArray<long> Sorted(ReadOnlySpan<long> frames)
    {
        var sorted = frames.ToArray();
        Array.Sort(sorted);
        return ImmutableCollectionsMarshal.AsImmutableArray(sorted);
    }

    // Both in rising order, without repetitions.
    private ImmutableArray<long> Together(ReadOnlySpan<long> more)
    {
        var (others, all) = (Sorted(more), ImmutableArray.CreateBuilder<long>(Chosen.Length + more.Length));
        for (int a = 0, b = 0; a < Chosen.Length || b < others.Length;)
        {
            var takesOwn = b == others.Length || (a < Chosen.Length && Chosen[a] <= others[b]);
            var next = takesOwn ? Chosen[a++] : others[b++];
            if (all.Count == 0 || all[^1] != next)
            {
                all.Add(next);
            }
        }

        return all.DrainToImmutable();
    }
}

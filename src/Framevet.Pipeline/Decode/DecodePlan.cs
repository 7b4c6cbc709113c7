using System.Collections.Immutable;

namespace Framevet.Pipeline.Decode;

/// <summary>What the decoder is asked to deliver. A closed set.</summary>
public abstract record DecodePlan
{
    private DecodePlan()
    {
    }

    /// <summary>
    /// Only frames within these stretches, rising and apart; empty = the whole file. Times count from the first frame of the stream. What a plan
    /// keeps inside a stretch is what it keeps of the whole file: grids and counts begin at the first frame of the file, not of the stretch.
    /// </summary>
    public ImmutableArray<TimeRange> Within { get; init; } = [];

    /// <summary>Whether a stretch begins at the keyframe at or before its start, which is faster to reach, instead of exactly at its start.</summary>
    public bool StartsFast { get; init; }

    /// <summary>Whether the very last frame of the reading (of the file, or of the last stretch that holds one) is delivered as well, so that the tail is never left unseen.</summary>
    public bool WithLast { get; init; }

    /// <summary>Plans are equal when they ask for the same: stretches count by value.</summary>
    public virtual bool Equals(DecodePlan? other) =>
        other is not null && EqualityContract == other.EqualityContract && StartsFast == other.StartsFast && WithLast == other.WithLast && Within.SequenceEqual(other.Within);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EqualityContract, Within.Length, StartsFast, WithLast);

    /// <summary>Every frame.</summary>
    public sealed record EveryFrame : DecodePlan;

    /// <summary>Keyframes only, by the decoder's own skip; of those only the first in each cell of the grid when <paramref name="MinGap"/> is given.</summary>
    public sealed record Keyframes(TimeSpan? MinGap) : DecodePlan;

    /// <summary>
    /// The first frame in each cell of a grid of <paramref name="Step"/> that starts at the first frame: frame f is kept when
    /// floor((t(f) - t0) / step) differs from that of the frame before it in the file. Stateless, so a resumed or split run keeps the same frames.
    /// Hence a stretch does not begin with a frame of its own: its first frame is kept only when it opens a cell, and a stretch that no line of the grid crosses gives none.
    /// </summary>
    public sealed record Interval(TimeSpan Step) : DecodePlan;

    /// <summary>Every frame whose number (0-based, in decode order) is a multiple of <paramref name="N"/>; with <paramref name="AndKeyframes"/> all keyframes, too.</summary>
    public sealed record Nth(int N, bool AndKeyframes = false) : DecodePlan;
}

/// <summary>From <paramref name="Start"/> (inclusive) to <paramref name="End"/> (exclusive; null = the end of the file), in media time from the first frame.</summary>
public readonly record struct TimeRange(TimeSpan Start, TimeSpan? End)
{
    /// <summary>The ranges rising, with those that touch joined.</summary>
    public static ImmutableArray<TimeRange> Joined(IEnumerable<TimeRange> ranges)
    {
        var joined = new List<TimeRange>();
        foreach (var range in ranges.Where(r => r.End is not { } end || end > r.Start).OrderBy(r => r.Start))
        {
            if (joined.Count > 0 && (joined[^1].End is not { } last || range.Start <= last))
            {
                joined[^1] = joined[^1] with { End = joined[^1].End is { } a && range.End is { } b ? (a > b ? a : b) : null };
                continue;
            }

            joined.Add(range);
        }

        return [.. joined];
    }

    /// <summary>What lies in both lists; an empty list stands for the whole file. The result may be empty in earnest: null then.</summary>
    public static ImmutableArray<TimeRange>? Common(ImmutableArray<TimeRange> a, ImmutableArray<TimeRange> b)
    {
        if (a.IsDefaultOrEmpty || b.IsDefaultOrEmpty)
        {
            return a.IsDefaultOrEmpty ? (b.IsDefault ? [] : b) : a;
        }

        ImmutableArray<TimeRange> common = Joined(from x in a
                                                  from y in b
                                                  select new TimeRange(x.Start > y.Start ? x.Start : y.Start, x.End is { } i && y.End is { } j ? (i < j ? i : j) : x.End ?? y.End));
        return common.IsEmpty ? null : common;
    }
}

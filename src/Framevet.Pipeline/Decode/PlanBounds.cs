using System.Collections.Immutable;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// Where the stretches of a plan lie in one file, in units of the stream's time base. <paramref name="First"/>: stamp of the file's first frame,
/// where grids and the times of a plan begin. <paramref name="Stretches"/>: rising and apart.
/// </summary>
public sealed record PlanBounds(Pts First, ImmutableArray<Stretch> Stretches)
{
    /// <summary>Times as stamps; starts that may be early moved to the keyframe at or before them.</summary>
    internal static PlanBounds From(DecodePlan plan, Pts first, PacketStamps packets)
    {
        var stretches = new List<Stretch>();
        foreach (var range in plan.Within)
        {
            var from = range.Start <= TimeSpan.Zero ? first.Value : Stamp(range.Start, first);
            var to = range.End is { } end ? Stamp(end, first) : (long?)null;
            if (plan.StartsFast)
            {
                from = Math.Max(first.Value, PacketStamps.Before(packets.Keys, from + 1) ?? from);
            }

            if (stretches.Count > 0 && (stretches[^1].To is not { } last || from <= last))
            {
                stretches[^1] = stretches[^1] with { To = to is null || stretches[^1].To is null ? null : Math.Max(to.Value, stretches[^1].To!.Value) };
                continue;
            }

            stretches.Add(new Stretch(from, to)
            {
                Before = NotAbove(first.Value, PacketStamps.Before(packets.All, from)),
                KeyBefore = NotAbove(first.Value, PacketStamps.Before(packets.Keys, from)),
            });
        }

        return new PlanBounds(first, [.. stretches]);
    }

    // What lies before the first frame was never shown.
    private static long? NotAbove(long first, long? stamp) => stamp >= first ? stamp : null;

    /// <summary>The first stamp that is not before the time.</summary>
    private static long Stamp(TimeSpan at, Pts first)
    {
        var top = (Int128)at.Ticks * first.TimeBase.Den;
        var bottom = (Int128)first.TimeBase.Num * TimeSpan.TicksPerSecond;
        return first.Value + (long)Int128.Min((top + bottom - 1) / bottom, long.MaxValue / 4);
    }
}

/// <summary>Stamps from <paramref name="From"/> (inclusive) to <paramref name="To"/> (exclusive; null = the end of the file).</summary>
public readonly record struct Stretch(long From, long? To)
{
    /// <summary>Stamp of the last frame before the stretch; null when there is none.</summary>
    public long? Before { get; init; }

    /// <summary>Stamp of the last keyframe before the stretch; null when there is none.</summary>
    public long? KeyBefore { get; init; }

    /// <summary>Whether the stamp lies inside.</summary>
    public bool Holds(long pts) => pts >= From && (To is not { } to || pts < to);
}

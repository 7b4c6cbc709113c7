using System.Collections.Immutable;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode;

/// <summary>The share of one ffmpeg process in a reading: one run through a part of the file.</summary>
internal sealed record Leg(DecodePlan Plan)
{
    /// <summary>What is wanted of it, rising and apart; empty = everything.</summary>
    public ImmutableArray<Stretch> Stretches { get; init; } = [];

    /// <summary>First stamp of the file; null = the first that this process sees.</summary>
    public long? Origin { get; init; }

    /// <summary>Whether decoding begins at the keyframe before <see cref="Anchor"/> instead of at the beginning.</summary>
    public bool IsSeeking { get; init; }

    /// <summary>The first frame at or behind the first stretch's start, with its number in a full decode; null when this process counts from the beginning itself.</summary>
    public FrameStamp? Anchor { get; init; }

    /// <summary>Stamp of a frame that an earlier reading has already delivered, and that comes in any case.</summary>
    public long? Resume { get; init; }

    /// <summary>Whether every frame is decoded although the plan wants keyframes only, since these do not stand alone.</summary>
    public bool DecodesAll { get; init; }

    /// <summary>Where reading stops; null = at the end of the file.</summary>
    public long? End => Stretches.IsEmpty ? null : Stretches[^1].To;
}

/// <summary>Divides a reading into legs.</summary>
internal static class LegPlan
{
    /// <summary>Gaps up to this are decoded through: a new process and its way from the keyframe cost about as much.</summary>
    private const double SeekGapSeconds = 5;

    /// <summary>A reading of the whole file, or of its rest.</summary>
    public static Leg Whole(DecodePlan plan, FrameStamp? resume, long? origin, bool canSeek) => resume is not { } r
        ? new Leg(plan)
        : new Leg(plan) { Stretches = [new Stretch(r.Pts.Value, null)], Origin = origin, Anchor = r, Resume = r.Pts.Value, IsSeeking = canSeek };

    /// <summary>
    /// A reading of stretches: those near each other share a process. Stretches in which no packet lies are left out.
    /// <paramref name="canResume"/>: whether seeking works to a frame whose number is known; <paramref name="canSeek"/>: whether it does anywhere, because packets tell the numbers.
    /// </summary>
    public static ImmutableArray<Leg> Of(DecodePlan plan, PlanBounds bounds, PacketStamps packets, FrameStamp? resume, bool canResume, bool canSeek)
    {
        var rest = resume is not { } r ? bounds.Stretches
            : [.. bounds.Stretches.Where(s => s.To is not { } to || to > r.Pts.Value).Select(s => s.From < r.Pts.Value ? s with { From = r.Pts.Value, Before = null, KeyBefore = null } : s)];
        var gap = (long)(SeekGapSeconds / bounds.First.TimeBase.Seconds);
        var legs = ImmutableArray.CreateBuilder<Leg>();
        var reached = resume is null ? bounds.First.Value : (long?)null;
        foreach (var stretch in rest)
        {
            var isFar = reached is not { } at || stretch.From - at > gap;
            if (!isFar || (!canSeek && legs.Count > 0))
            {
                if (legs.Count == 0)
                {
                    legs.Add(new Leg(plan) { Origin = bounds.First.Value });
                }

                legs[^1] = legs[^1] with { Stretches = legs[^1].Stretches.Add(stretch) };
            }
            else if (legs.Count == 0 && resume is { } from)
            {
                legs.Add(Whole(plan, from, bounds.First.Value, canResume) with { Stretches = [stretch] });
            }
            else if (!canSeek)
            {
                legs.Add(new Leg(plan) { Origin = bounds.First.Value, Stretches = [stretch] });
            }
            else if (Anchor(plan, stretch, packets, bounds.First.TimeBase) is { } anchor)
            {
                legs.Add(new Leg(plan) { Origin = bounds.First.Value, Stretches = [stretch], Anchor = anchor, IsSeeking = true });
            }
            else
            {
                continue;
            }

            reached = stretch.To ?? long.MaxValue;
        }

        return legs.ToImmutable();
    }

    /// <summary>A segment, or what is left of it from a frame that is there already (hardware that fails on the way).</summary>
    public static Leg OfSegment(DecodePlan plan, Segment segment, TimeBase timeBase, FrameStamp? resume) => resume is { } at
        ? Whole(plan, at, segment.Origin, true) with { Stretches = [segment.Stretch with { From = at.Pts.Value, Before = null, KeyBefore = null }] }
        : new Leg(plan)
        {
            Origin = segment.Origin,
            Stretches = [segment.Stretch],
            Anchor = segment.Number == 0 ? null : new FrameStamp(segment.FirstIndex, new Pts(segment.From, timeBase)),
            IsSeeking = segment.Number > 0,
        };

    /// <summary>All that is left, from the beginning and in one go, because seeking does not work in this file.</summary>
    public static Leg FromBeginning(ImmutableArray<Leg> rest) =>
        rest[0] with { IsSeeking = false, Anchor = rest[0].Resume is null ? null : rest[0].Anchor, Stretches = [.. rest.SelectMany(l => l.Stretches)] };

    private static FrameStamp? Anchor(DecodePlan plan, Stretch stretch, PacketStamps packets, TimeBase timeBase) =>
        PacketStamps.AtOrAfter(plan is DecodePlan.Keyframes ? packets.Keys : packets.All, stretch.From) is { } stamp && stretch.Holds(stamp)
            ? new FrameStamp(packets.Rank(stamp), new Pts(stamp, timeBase))
            : null;
}

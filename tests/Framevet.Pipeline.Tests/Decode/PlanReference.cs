using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Tests.Decode;

/// <summary>What a plan keeps, written down once more from its description, over the list of all frames of a file.</summary>
internal static class PlanReference
{
    public static (int Index, long Pts)[] Kept(ImmutableArray<(long Pts, bool IsKey)> all, TimeBase timeBase, DecodePlan plan)
    {
        var inside = Enumerable.Range(0, all.Length).Where(i => plan.Within.IsEmpty || plan.Within.Any(r => Holds(r, i))).ToArray();
        var kept = inside.Where(IsKept).ToList();
        if (plan.WithLast && inside.Length > 0 && !kept.Contains(inside[^1]))
        {
            kept.Add(inside[^1]);
        }

        return [.. kept.Select(i => (i, all[i].Pts))];

        bool IsKept(int i) => plan switch
        {
            DecodePlan.Interval p => i == 0 || Cell(i, p.Step) != Cell(i - 1, p.Step),
            DecodePlan.Keyframes { MinGap: { } gap } => all[i].IsKey && (KeyBefore(i) is not { } key || Cell(i, gap) != Cell(key, gap)),
            DecodePlan.Keyframes => all[i].IsKey,
            DecodePlan.Nth p => i % p.N == 0 || (p.AndKeyframes && all[i].IsKey),
            _ => true,
        };

        Int128 Cell(int i, TimeSpan step) => Ticks(i) / ((Int128)step.Ticks * timeBase.Den);

        // Times in ticks, multiplied by the denominator to stay whole.
        Int128 Ticks(int i) => (Int128)(all[i].Pts - all[0].Pts) * timeBase.Num * TimeSpan.TicksPerSecond;

        int? KeyBefore(int i) => Enumerable.Range(0, i).Where(k => all[k].IsKey).Select(k => (int?)k).LastOrDefault();

        bool Holds(TimeRange range, int i)
        {
            var isEnded = range.End is { } end && Ticks(i) >= (Int128)end.Ticks * timeBase.Den;
            var early = plan.StartsFast ? Enumerable.Range(0, all.Length).LastOrDefault(k => all[k].IsKey && Ticks(k) <= (Int128)range.Start.Ticks * timeBase.Den) : int.MaxValue;
            return !isEnded && (i >= early || Ticks(i) >= (Int128)range.Start.Ticks * timeBase.Den);
        }
    }
}

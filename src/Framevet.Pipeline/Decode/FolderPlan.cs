using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;

namespace Framevet.Pipeline.Decode;

/// <summary>What a plan wants of a folder: known from the stamps alone, so that nothing is decoded in vain.</summary>
internal static class FolderPlan
{
    /// <summary>Places of the wanted pictures, rising. Every picture counts as a keyframe. A resumed reading begins with the picture at <paramref name="resume"/>.</summary>
    public static ImmutableArray<int> Wanted(ImmutableArray<FolderPicture> pictures, DecodePlan plan, FrameStamp? resume)
    {
        var filter = new PlanFilter(plan with { Within = [] }, pictures[0].Pts);
        var lasts = plan.WithLast ? Lasts(pictures, plan.Within) : [];
        var wanted = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < pictures.Length; i++)
        {
            // The filter sees every picture: grids and counts run over the whole folder.
            var isKept = filter.Keep(new Frame(i, pictures[i].Pts, default, default, IsKey: true));
            if (lasts.Contains(i) || (isKept && (plan.Within.IsEmpty || plan.Within.Any(r => Holds(r, pictures, i)))))
            {
                wanted.Add(i);
            }
        }

        return resume is { Index: > 0 } from ? [.. wanted.Where(i => pictures[i].Pts >= from.Pts)] : wanted.ToImmutable();
    }

    private static HashSet<int> Lasts(ImmutableArray<FolderPicture> pictures, ImmutableArray<TimeRange> within) => within.IsEmpty
        ? [pictures.Length - 1]
        : [.. within.Select(r => Enumerable.Range(0, pictures.Length).LastOrDefault(i => Holds(r, pictures, i), -1)).Where(i => i >= 0)];

    private static bool Holds(TimeRange range, ImmutableArray<FolderPicture> pictures, int at)
    {
        var time = pictures[at].Pts.Time - pictures[0].Pts.Time;
        return time >= range.Start && (range.End is not { } end || time < end);
    }
}

using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Segments;

/// <summary>Chooses cuts among the places where a file can be cut.</summary>
internal static class SegmentCuts
{
    /// <summary>
    /// Segments of at least <paramref name="length"/> of media time, each ended by the first clean keyframe after that; what is left at the end goes to the last one when it is less than half as long. One segment when there is no place to cut.
    /// </summary>
    public static ImmutableArray<Segment> Of(CleanPoints file, TimeBase timeBase, TimeSpan length)
    {
        var least = Math.Max(1, (long)Math.Ceiling(length.TotalSeconds / timeBase.Seconds));
        var cuts = new List<CleanPoint>();
        var last = file.Origin;
        foreach (var point in file.Points)
        {
            if (point.Pts - last >= least)
            {
                cuts.Add(point);
                last = point.Pts;
            }
        }

        // The last frame before the end is not known here; the mean length of a frame tells well enough.
        if (cuts is [.., var tail] && tail.FramesBefore > 0 && file.Frames - tail.FramesBefore < (double)least / 2 * tail.FramesBefore / (tail.Pts - file.Origin))
        {
            cuts.RemoveAt(cuts.Count - 1);
        }

        var segments = ImmutableArray.CreateBuilder<Segment>(cuts.Count + 1);
        for (var i = 0; i <= cuts.Count; i++)
        {
            var (from, first, before, key) = i == 0 ? (file.Origin, 0, null, null) : (cuts[i - 1].Pts, cuts[i - 1].FramesBefore, (long?)cuts[i - 1].Before, cuts[i - 1].KeyBefore);
            var (to, next) = i == cuts.Count ? ((long?)null, file.Frames) : (cuts[i].Pts, cuts[i].FramesBefore);
            segments.Add(new Segment(i, from, to, first, next - first) { Origin = file.Origin, Before = before, KeyBefore = key });
        }

        return segments.MoveToImmutable();
    }
}

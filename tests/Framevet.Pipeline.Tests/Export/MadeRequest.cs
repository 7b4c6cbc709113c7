using System.Collections.Immutable;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Selection;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Export;

/// <summary>Three picks of a real clip, as exporters get them.</summary>
internal static class MadeRequest
{
    /// <summary>Frames 9, 6 and 3 by rank; what models found is in the first: one face and one dog that count, a faint and an outlying face that do not.</summary>
    public static async Task<ExportRequest> OfThreeAsync(MediaStack stack, ClipFactory work, FrameMask? mask, CancellationToken ct)
    {
        var media = await stack.ProbeAsync(TestMedia.Path("tiny-320x240.mp4"), ct);
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        var found = new FrameDetections(
            [new FaceMark(new MarkBox(0.375f, 0.25f, 0.25f, 0.5f), 0.9f, []), new FaceMark(new MarkBox(0.1f, 0.1f, 0.1f, 0.1f), 0.1f, []), new FaceMark(new MarkBox(1.2f, 0, 0.2f, 0.2f), 0.9f, [])],
            [new ObjectMark("dog", 0.8f, new MarkBox(0.75f, 0.75f, 0.5f, 0.5f))], PersonMask: mask);
        ImmutableArray<Pick> picks = [.. Enumerable.Range(0, 3).Select(i => Pick(media, frames[(3 - i) * 3].Pts, (3 - i) * 3, i + 1, i == 0 ? found : null))];
        return new ExportRequest(media, new ExportOrigin("run1", "clip.mp4", "ab12", "Best frames"), picks, Directory.CreateDirectory(Path.Combine(work.Folder, "out")).FullName)
        {
            Ratings = ImmutableDictionary<Pts, FrameRating>.Empty.Add(picks[0].Candidate.Pts, new FrameRating(4, true, "Purple") { Tags = ["beach"] }).Add(picks[1].Candidate.Pts, new FrameRating(Mark: false)),
        };
    }

    private static Pick Pick(MediaInfo media, long pts, int index, int rank, FrameDetections? found) =>
        new(new Candidate(new Pts(pts, media.TimeBase), index, ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("quality", 87.25f)]), 0, null, [], new Judgement(new Verdict(Decision.Allow, "Clear.", "policy"), [])) { Detections = found }, rank, "Good.");
}

using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Export;

/// <summary>Stills of a folder source: the chosen pictures themselves, each through the same extraction as a picture vetted alone.</summary>
internal static class FolderStills
{
    /// <summary>As <see cref="FrameExtractor.ExtractAsync"/>.</summary>
    /// <exception cref="VettingException">NotFound when the folder has no picture at a stamp; what extracting a still may bring.</exception>
    public static async Task<ImmutableArray<ExtractedStill>> ExtractAsync(FrameExtractor extractor, IMediaProbe probe, MediaInfo media, ImmutableArray<Pts> frames, StillOptions options, string folder, IProgress<double> progress, CancellationToken ct)
    {
        using var reader = media.Folder!.Open();
        var found = new Dictionary<Pts, string>();
        foreach (var pts in frames.Distinct())
        {
            var picture = media.Folder.At(pts)
                ?? throw new VettingException(FailureCode.NotFound, $"{media.File.DisplayName} has no picture with the time stamp {pts.Value} (in {pts.TimeBase} s).");
            using var lease = await reader.OpenAsync(picture, ct).ConfigureAwait(false);
            var still = await probe.ProbeAsync(lease.File, ct).ConfigureAwait(false);

            // A still's only frame stands at its start, which some demuxers do not tell because it is 0.
            var made = await extractor.ExtractAsync(still, [new Pts(still.StartPts ?? 0, still.TimeBase)], options, folder, new Share(progress, found.Count, frames.Length), ct).ConfigureAwait(false);
            found[pts] = made[0].Path;
        }

        progress.Report(1);
        return [.. frames.Select(f => new ExtractedStill(f, found[f]))];
    }

    private sealed class Share(IProgress<double> progress, int before, int all) : IProgress<double>
    {
        public void Report(double value) => progress.Report(Math.Clamp((before + value) / all, 0, 1));
    }
}

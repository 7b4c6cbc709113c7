using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Subtitles;

/// <summary>Finds and reads the subtitles that go with a file. Thread-safe.</summary>
public sealed class SubtitleReader(ToolLocator tools, IOptions<ToolOptions> toolOptions, IOptions<MediaLimits> limits, TimeProvider time)
{
    /// <summary>The lines with their times counted from the first frame of the video. <paramref name="language"/>: two letters; another language is taken when this one is not there.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when there are none (saying where was looked), or what reading them may bring.</exception>
    public async Task<SubtitleTrack> ReadAsync(MediaInfo media, SubtitleSource source, string language, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(media);
        var places = new List<string>();
        if (source != SubtitleSource.Embedded)
        {
            // A player starts both at once, so a side-car counts from the first frame.
            if (await SidecarSubtitles.ReadAsync(media.File.Path, language, ct).ConfigureAwait(false) is { } sidecar)
            {
                return sidecar;
            }

            var stem = Path.GetFileNameWithoutExtension(media.File.DisplayName);
            places.Add($"beside it ({stem}.{language}.srt, {stem}.srt, or vtt, ass, ssa)");
        }

        if (source != SubtitleSource.Sidecar)
        {
            if (media.Kind == MediaKind.Video
                && await new EmbeddedSubtitles(tools, toolOptions.Value, limits.Value, time).ReadAsync(media, language, ct).ConfigureAwait(false) is { } embedded)
            {
                return FromFirstFrame(embedded, media);
            }

            places.Add("in it (text streams)");
        }

        throw new VettingException(FailureCode.UnsupportedMedia, $"{media.File.DisplayName} has no subtitles; looked for them {string.Join(" and ", places)}.");
    }

    // Streams share the container's clock, which need not start with the first frame.
    private static SubtitleTrack FromFirstFrame(SubtitleTrack track, MediaInfo media)
    {
        var start = media.StartPts is { } pts ? new Frames.Pts(pts, media.TimeBase).Time : TimeSpan.Zero;
        return track with { Cues = [.. track.Cues.Select(c => c with { Start = c.Start - start, End = c.End - start })] };
    }
}

/// <summary>Where subtitles are looked for.</summary>
public enum SubtitleSource
{
    /// <summary>Beside the file first, then in it.</summary>
    Auto,
    /// <summary>Only streams in the file.</summary>
    Embedded,
    /// <summary>Only files beside it.</summary>
    Sidecar,
}

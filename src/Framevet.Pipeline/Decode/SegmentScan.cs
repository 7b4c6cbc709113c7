using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Decode.Library;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// Finds where decoding of a file may begin afresh without any difference to decoding on from before (see <see cref="CleanStart"/>), from all packets and without decoding: ffprobe tells their stamps, and
/// ffmpeg which of them hold a picture after which decoders forget everything. Thread-safe.
/// </summary>
public sealed class SegmentScan(ToolLocator tools, IOptions<ToolOptions> options, IOptions<MediaLimits> limits, TimeProvider time)
{
    /// <summary>Reads the whole file.</summary>
    /// <exception cref="SegmentVoidException">The packets of this file do not tell; the message says why.</exception>
    /// <exception cref="VettingException">ToolMissing, ToolFailed, ToolStalled.</exception>
    internal async Task<CleanPoints> ReadAsync(MediaInfo media, CancellationToken ct)
    {
        if (media.Kind != MediaKind.Video || Demuxer(media) is not ("mov" or "matroska"))
        {
            throw new SegmentVoidException($"parts are found in videos in MP4 and Matroska files only, and this is {Demuxer(media)}");
        }

        // ITU-T H.264, table 7-1: type 5; ITU-T H.265, table 7-1: types 19 and 20. A keyframe of VP9 forgets everything.
        var kinds = media.Codec switch
        {
            "h264" => "5",
            "hevc" => "19-20",
            "vp9" => null,
            _ => throw new SegmentVoidException($"where a picture of {media.Codec} looks back cannot be told without decoding"),
        };
        var starts = kinds is null ? null : StartsAsync(media, kinds, ct);
        var packets = await RunAsync(media, tools.Ffprobe,
            ["-hide_banner", "-loglevel", "error", .. Input(media), "-select_streams", Text(media.StreamIndex), "-show_entries", "packet=pts,flags", "-of", "csv=p=0", SafeInput.Url(media.File.Path)], ct).ConfigureAwait(false);
        return Search(packets, starts is null ? null : await starts.ConfigureAwait(false));
    }

    /// <summary>What lines of stamp and flags say; <paramref name="starts"/>: stamps of pictures that forget everything before, null = all keyframes are.</summary>
    internal static CleanPoints Search(string packets, HashSet<long>? starts)
    {
        var search = new CleanSearch();
        foreach (var line in packets.AsSpan().EnumerateLines())
        {
            var comma = line.IndexOf(',');
            if (comma < 0)
            {
                continue;
            }

            if (!long.TryParse(line[..comma], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var stamp))
            {
                throw new SegmentVoidException("not every packet has a time stamp");
            }

            var flags = line[(comma + 1)..];
            var (isKey, isHidden) = (flags.Contains('K'), flags.Contains('D'));
            search.See(stamp, isKey && !isHidden, isHidden, isKey && !isHidden && starts?.Contains(stamp) is not false);
        }

        return search.Found();
    }

    private async Task<HashSet<long>> StartsAsync(MediaInfo media, string kinds, CancellationToken ct)
    {
        var text = await RunAsync(media, tools.Ffmpeg,
            [
                "-nostdin", "-hide_banner", "-nostats", "-loglevel", "error", "-copyts", .. Input(media), "-i", SafeInput.Url(media.File.Path), "-map", $"0:{Text(media.StreamIndex)}",
                "-c", "copy", "-bsf:v", $"filter_units=pass_types={kinds}", "-f", "framecrc", "-",
            ], ct).ConfigureAwait(false);
        var starts = new HashSet<long>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("#tb 0:", StringComparison.Ordinal) && line[6..].Trim() != media.TimeBase.ToString())
            {
                throw new SegmentVoidException("its stamps are counted in several units");
            }

            // Stream, decode stamp, stamp, and more.
            if (!line.StartsWith('#') && line.Split(',') is { Length: > 3 } fields && long.TryParse(fields[2], NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var stamp))
            {
                starts.Add(stamp);
            }
        }

        return starts;
    }

    private async Task<string> RunAsync(MediaInfo media, string program, ImmutableArray<string> arguments, CancellationToken ct)
    {
        var command = new ToolCommand(program, arguments) { Stall = options.Value.Stall, LowPriority = options.Value.LowPriority, Bounds = ToolBounds.Media };
        var result = await ToolProcess.RunAsync(command, int.MaxValue / 4, time, ct).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw new SegmentVoidException($"its packets cannot be listed to the end: {result.ErrorLines.FirstOrDefault() ?? "no reason was given"}");
    }

    private ImmutableArray<string> Input(MediaInfo media) => [.. SafeInput.Arguments(Demuxer(media), limits.Value)];

    private static string Demuxer(MediaInfo media) => media.Container.Split(',')[0];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

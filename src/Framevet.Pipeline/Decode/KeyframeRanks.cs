using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// Numbers of keyframes in a full decode, found without decoding: the rank of a keyframe's stamp among the stamps of all packets
/// (ffprobe, demuxing only). Packets that the container marks as not to be shown do not count. Packets that turn out to be
/// undecodable do: the number is for display, identity is the stamp.
/// </summary>
internal sealed class KeyframeRanks(ToolLocator tools, ToolOptions options, MediaLimits limits, TimeProvider time)
{
    /// <summary>Reads all packets; stamps in rising order. Those without a stamp take their decode stamp, as the decoder does.</summary>
    public async Task<long[]> ReadAsync(MediaInfo media, CancellationToken ct)
    {
        var command = new ToolCommand(
            tools.Ffprobe,
            [
                "-hide_banner", "-loglevel", "error", .. SafeInput.Arguments(media.Container.Split(',')[0], limits),
                "-select_streams", media.StreamIndex.ToString(CultureInfo.InvariantCulture), "-show_entries", "packet=pts,dts,flags", "-of", "csv=p=0", SafeInput.Url(media.File.Path),
            ])
        {
            Stall = options.Stall,
            LowPriority = options.LowPriority,
        };
        var result = await ToolProcess.RunAsync(command, int.MaxValue / 4, time, ct).ConfigureAwait(false);
        return Parse(result.Output);
    }

    /// <summary>Number of the frame with this stamp: how many packets come before it.</summary>
    public static int Rank(long[] sorted, Pts pts)
    {
        var at = Array.BinarySearch(sorted, pts.Value);
        while (at > 0 && sorted[at - 1] == pts.Value)
        {
            at--;
        }

        return at >= 0 ? at : ~at;
    }

    internal static long[] Parse(string csv)
    {
        var stamps = new List<long>();
        foreach (var line in csv.AsSpan().EnumerateLines())
        {
            var fields = line.ToString().Split(',');
            if (fields.Length < 3 || fields[2].Contains('D', StringComparison.Ordinal))
            {
                continue;
            }

            if (long.TryParse(fields[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var stamp)
                || long.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out stamp))
            {
                stamps.Add(stamp);
            }
        }

        var sorted = stamps.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}

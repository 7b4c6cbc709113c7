using System.Globalization;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode;

/// <summary>Lists the packets of the chosen stream without decoding (ffprobe, demuxing only).</summary>
internal sealed class PacketScan(ToolLocator tools, ToolOptions options, MediaLimits limits, TimeProvider time)
{
    // Packets come in decode order: those just behind the bound may be shown before it.
    private const double ReorderSeconds = 10;

    /// <summary>Reads the packets from the beginning to a little behind <paramref name="until"/>; null = to the end.</summary>
    public async Task<PacketStamps> ReadAsync(MediaInfo media, TimeSpan? until, CancellationToken ct)
    {
        string[] interval = until is { } end ? ["-read_intervals", string.Create(CultureInfo.InvariantCulture, $"%+{end.TotalSeconds + ReorderSeconds:0.000}")] : [];
        var command = new ToolCommand(
            tools.Ffprobe,
            [
                "-hide_banner", "-loglevel", "error", .. SafeInput.Arguments(media.Container.Split(',')[0], limits),
                "-select_streams", media.StreamIndex.ToString(CultureInfo.InvariantCulture), .. interval,
                "-show_entries", "packet=pts,dts,flags", "-of", "csv=p=0", SafeInput.Url(media.File.Path),
            ])
        {
            Stall = options.Stall,
            LowPriority = options.LowPriority,
        };
        var result = await ToolProcess.RunAsync(command, int.MaxValue / 4, time, ct).ConfigureAwait(false);
        return PacketStamps.Parse(result.Output);
    }
}

/// <summary>
/// Stamps of packets in rising order, and of those the container calls keyframes. The rank of a stamp among all is the frame's number in a
/// full decode, found without decoding. Packets that the container marks as not to be shown do not count. Packets that turn out to be
/// undecodable do: the number is for display, identity is the stamp.
/// </summary>
internal sealed record PacketStamps(long[] All, long[] Keys)
{
    /// <summary>Whether every packet has a presentation stamp of its own. Without (AVI, program streams) stamps and ranks are only known from decoding.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Whether pictures behind a keyframe are shown before it (open groups).</summary>
    public bool HasLeading { get; init; }

    /// <summary>Number of the frame with this stamp: how many packets come before it.</summary>
    public int Rank(long pts) => CountBelow(All, pts);

    /// <summary>First at or after the stamp.</summary>
    public static long? AtOrAfter(long[] sorted, long pts) => CountBelow(sorted, pts) is var at && at < sorted.Length ? sorted[at] : null;

    /// <summary>Last before the stamp.</summary>
    public static long? Before(long[] sorted, long pts) => CountBelow(sorted, pts) is var at and > 0 ? sorted[at - 1] : null;

    /// <summary>Reads lines of stamp, decode stamp and flags. Packets without a stamp take their decode stamp, as the decoder does.</summary>
    internal static PacketStamps Parse(string csv)
    {
        var all = new List<long>();
        var keys = new List<long>();
        var (isComplete, hasLeading, key) = (true, false, (long?)null);
        foreach (var line in csv.AsSpan().EnumerateLines())
        {
            var fields = line.ToString().Split(',');
            if (fields.Length < 3 || fields[2].Contains('D', StringComparison.Ordinal))
            {
                continue;
            }

            var isStamped = long.TryParse(fields[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var stamp);
            isComplete &= isStamped;
            if (isStamped || long.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out stamp))
            {
                all.Add(stamp);
                hasLeading |= isStamped && stamp < key;
                if (fields[2].Contains('K', StringComparison.Ordinal))
                {
                    key = isStamped ? stamp : key;
                    keys.Add(stamp);
                }
            }
        }

        all.Sort();
        keys.Sort();
        return new PacketStamps([.. all], [.. keys]) { IsComplete = isComplete, HasLeading = hasLeading };
    }

    private static int CountBelow(long[] sorted, long pts)
    {
        var at = Array.BinarySearch(sorted, pts);
        while (at > 0 && sorted[at - 1] == pts)
        {
            at--;
        }

        return at >= 0 ? at : ~at;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Decode.Sieve;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>
/// Splits the stamps of a long list into groups that are worth a seek of their own: what lies between the last frame of one group and the
/// keyframe before the next need not be decoded. A plan only, never the identity of a frame: that is checked by its stamp.
/// </summary>
internal sealed class StillPlan(ToolLocator tools, ToolOptions options, MediaLimits limits, TimeProvider time)
{
    /// <summary>Seconds that must be saved: starting a decoder costs about as much as decoding them.</summary>
    private const double Worth = 0.7;

    /// <summary>Bytes that are read rather than passed over by a seek: starting two more programs costs about as much.</summary>
    private const long WorthBytes = 24 << 20;

    /// <summary>Of so many frames one at most may be wanted: otherwise nearly everything is needed anyway.</summary>
    private const int MinSpacing = 3;

    /// <summary>Most places that the demuxer is asked about; beyond that the frames are so dense that one decode is as good.</summary>
    private const int MaxPlaces = 500;

    /// <summary>
    /// Lists for which it is worth to pick what they need out of the packets, rising and apart: those near each other share a reading, and what is alone or dense is in none.
    /// </summary>
    public static ImmutableArray<long[]> Sparse(MediaInfo media, long[] sorted)
    {
        if (!PacketSieve.Serves(media) || media.Duration is not { TotalSeconds: > 0 } duration || media.FrameRate is not > 0)
        {
            return [];
        }

        var worth = WorthBytes / (media.File.Bytes / duration.TotalSeconds) / media.TimeBase.Seconds;
        var lists = ImmutableArray.CreateBuilder<long[]>();
        for (var (begin, i) = (0, 1); i <= sorted.Length; i++)
        {
            if (i == sorted.Length || sorted[i] - sorted[i - 1] > worth)
            {
                var frames = (sorted[i - 1] - sorted[begin]) * media.TimeBase.Seconds * media.FrameRate.Value;
                if (i - begin > 1 && frames >= MinSpacing * (i - begin - 1))
                {
                    lists.Add(sorted[begin..i]);
                }

                begin = i;
            }
        }

        return lists.ToImmutable();
    }

    /// <summary>The groups, rising, together all of <paramref name="sorted"/>; one group when nothing is to be gained or nothing can be known.</summary>
    public async Task<ImmutableArray<long[]>> GroupsAsync(MediaInfo media, long[] sorted, CancellationToken ct)
    {
        var unit = media.TimeBase.Seconds;
        int[] gaps = [.. Enumerable.Range(1, sorted.Length - 1).Where(i => (sorted[i] - sorted[i - 1]) * unit > Worth && sorted[i] > 0)];
        if (gaps.Length is 0 or > MaxPlaces)
        {
            return [sorted];
        }

        var entries = await EntriesAsync(media, [.. gaps.Select(i => sorted[i] * unit)], ct).ConfigureAwait(false);
        if (entries.Length != gaps.Length)
        {
            return [sorted];
        }

        var groups = ImmutableArray.CreateBuilder<long[]>();
        var begin = 0;
        foreach (var (index, entry) in gaps.Zip(entries))
        {
            if ((entry - sorted[index - 1]) * unit > Worth)
            {
                groups.Add(sorted[begin..index]);
                begin = index;
            }
        }

        groups.Add(sorted[begin..]);
        return groups.ToImmutable();
    }

    /// <summary>The stamp of the packet at which a seek to each place arrives; shorter than asked when the tool could not tell.</summary>
    private async Task<long[]> EntriesAsync(MediaInfo media, double[] seconds, CancellationToken ct)
    {
        var places = string.Join(',', seconds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s:0.000000}%+#1")));
        var command = new ToolCommand(
            tools.Ffprobe,
            [
                "-v", "error", .. SafeInput.Arguments(media.Container.Split(',')[0], limits),
                "-select_streams", media.StreamIndex.ToString(CultureInfo.InvariantCulture),
                "-read_intervals", places, "-show_entries", "packet=pts", "-of", "csv=p=0", SafeInput.Url(media.File.Path),
            ])
        {
            Stall = options.Stall,
            LowPriority = options.LowPriority,
        };
        var result = await ToolProcess.RunAsync(command, 1 << 20, time, ct).ConfigureAwait(false);
        return result.ExitCode == 0
            ? [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => long.TryParse(l.Trim().TrimEnd(','), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pts) ? pts : long.MinValue)]
            : [];
    }
}

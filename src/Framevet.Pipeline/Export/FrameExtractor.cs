using System.Collections.Concurrent;
using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Export;

/// <summary>
/// Full-resolution, upright stills from the source at chosen stamps. Frames that lie close together share one decode, from the keyframe before
/// the first to the last; frames far apart are reached by seeking, several at once. Frames are matched by stamp, never by position, so the order
/// of the list does not matter. Thread-safe.
/// </summary>
public sealed class FrameExtractor(FramePool pool, ToolLocator tools, JpegCodec jpeg, IOptions<ToolOptions> toolOptions, IOptions<MediaLimits> limits, TimeProvider time)
{
    /// <summary>Stamps of one decode: keeps its command line below the 128 KiB that Linux allows for one argument.</summary>
    private const int MaxPerDecode = 2500;

    /// <summary>Frames of a miscounted batch that are tried one by one before the file is read from the beginning for all of them.</summary>
    private const int MaxAlone = 100;

    private readonly StillTools _able = new(tools, time);

    /// <summary>Free bytes of the volume that holds a folder.</summary>
    public Func<string, long> FreeBytes { get; init; } = DiskSpace.Free;

    internal PictureFiles Pictures { get; } = new(tools, toolOptions.Value, time);

    internal JpegCodec Jpeg => jpeg;

    /// <summary>Writes the stills into <paramref name="folder"/> under temporary names and returns them in the order asked for.</summary>
    /// <exception cref="VettingException">OutOfSpace; NotFound when the source has no frame at a stamp; ToolMissing, ToolFailed, ToolStalled; InvalidRequest for options that contradict each other.</exception>
    public async Task<ImmutableArray<ExtractedStill>> ExtractAsync(MediaInfo media, ImmutableArray<Pts> frames, StillOptions options, string folder, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(media);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        if (frames.IsEmpty)
        {
            return [];
        }

        if (media.Folder is not null)
        {
            return await FolderStills.ExtractAsync(this, new FfprobeProbe(tools, toolOptions, limits, time), media, frames, options, folder, progress, ct).ConfigureAwait(false);
        }

        await _able.RequireAsync(media, options, ct).ConfigureAwait(false);
        DiskSpace.Require(FreeBytes, folder, new DiskNeed(DiskSpace.Estimate(media, frames.Length, options)));
        long[] sorted = [.. frames.Select(f => Value(media, f)).Distinct().Order()];
        var decode = new StillDecode(pool, tools, jpeg, toolOptions.Value, limits.Value, time) { Media = media, Options = options, Folder = folder };
        var found = new ConcurrentDictionary<long, string>();
        foreach (var part in sorted.Chunk(MaxPerDecode))
        {
            await ExtractPartAsync(decode, part, found, done => progress.Report(Math.Clamp(done / (double)sorted.Length, 0, 1)), ct).ConfigureAwait(false);
        }

        if (options.Format == StillFormat.Avif)
        {
            await EncodeAsync(media, options, found, ct).ConfigureAwait(false);
        }

        progress.Report(1);
        return [.. frames.Select(f => new ExtractedStill(f, found[f.Value]))];
    }

    /// <summary>One still in memory.</summary>
    /// <exception cref="VettingException">As <see cref="ExtractAsync"/>.</exception>
    public async Task<byte[]> ExtractOneAsync(MediaInfo media, Pts frame, StillOptions options, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("framevet-still-").FullName;
        try
        {
            var still = await ExtractAsync(media, [frame], options, folder, new Silent(), ct).ConfigureAwait(false);
            return await File.ReadAllBytesAsync(still[0].Path, ct).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Version line of ffmpeg for manifests, e.g. <c>ffmpeg version 5.1.9</c>.</summary>
    public async Task<string> ToolVersionAsync(CancellationToken ct)
    {
        var command = new ToolCommand(tools.Ffmpeg, ["-hide_banner", "-version"]) { Stall = TimeSpan.FromSeconds(10) };
        var result = await ToolProcess.RunAsync(command, 64 * 1024, time, ct).ConfigureAwait(false);
        return string.Join(' ', result.Output.Split('\n', 2)[0].Split(' ').Take(3));
    }

    /// <summary>
    /// First by picking what is needed out of the packets; then in groups with a seek each; frames of a miscounted batch then alone; what is still missing from the beginning, then carefully, then
    /// alone and carefully. Each step only for what the steps before did not find.
    /// </summary>
    private async Task ExtractPartAsync(StillDecode decode, long[] sorted, ConcurrentDictionary<long, string> found, Action<int> report, CancellationToken ct)
    {
        long[] Missing() => [.. sorted.Where(p => !found.ContainsKey(p))];
        if (decode.Media.Kind == MediaKind.Video)
        {
            _ = await TogetherAsync(decode, StillPlan.Sparse(decode.Media, sorted), StillWay.Sieved, found, report, ct).ConfigureAwait(false);
            var isMiscounted = false;
            if (Missing() is { Length: > 0 } rest)
            {
                var groups = await new StillPlan(tools, toolOptions.Value, limits.Value, time).GroupsAsync(decode.Media, rest, ct).ConfigureAwait(false);
                isMiscounted = await TogetherAsync(decode, groups, StillWay.Seeking, found, report, ct).ConfigureAwait(false);
            }

            if (isMiscounted && Missing() is { Length: <= MaxAlone } few)
            {
                foreach (var pts in few)
                {
                    await TakeAsync(decode, [pts], StillWay.Seeking, 0, found, report, ct).ConfigureAwait(false);
                }
            }
        }

        foreach (var way in (StillWay[])[StillWay.Whole, StillWay.Careful])
        {
            if (Missing() is { Length: > 0 } wanted)
            {
                await TakeAsync(decode, wanted, way, 0, found, report, ct).ConfigureAwait(false);
            }
        }

        foreach (var pts in Missing())
        {
            await TakeAsync(decode, [pts], StillWay.Careful, 0, found, report, ct).ConfigureAwait(false);
            if (!found.ContainsKey(pts))
            {
                var media = decode.Media;
                throw new VettingException(FailureCode.NotFound, $"{media.File.DisplayName} has no frame with the time stamp {pts} (in {media.TimeBase} s), or it cannot be decoded.");
            }
        }
    }

    /// <summary>Takes groups side by side, with the threads shared out; true when a batch was miscounted.</summary>
    private async Task<bool> TogetherAsync(StillDecode decode, ImmutableArray<long[]> groups, StillWay way, ConcurrentDictionary<long, string> found, Action<int> report, CancellationToken ct)
    {
        if (groups.IsEmpty)
        {
            return false;
        }

        var together = Math.Min(groups.Length, Math.Max(1, Environment.ProcessorCount));
        var threads = together == 1 ? 0 : Math.Max(1, toolOptions.Value.Threads / together);
        var isMiscounted = false;
        await Parallel.ForEachAsync(groups, new ParallelOptions { MaxDegreeOfParallelism = together, CancellationToken = ct }, async (group, token) =>
        {
            if (await TakeAsync(decode, group, way, threads, found, report, token).ConfigureAwait(false))
            {
                Volatile.Write(ref isMiscounted, true);
            }
        }).ConfigureAwait(false);
        return Volatile.Read(ref isMiscounted);
    }

    private static async Task<bool> TakeAsync(StillDecode decode, long[] sorted, StillWay way, int threads, ConcurrentDictionary<long, string> found, Action<int> report, CancellationToken ct)
    {
        var batch = await decode.TakeAsync(sorted, way, threads, done => report(found.Count + done), ct).ConfigureAwait(false);
        foreach (var (pts, path) in batch.Stills)
        {
            if (!found.TryAdd(pts, path))
            {
                File.Delete(path);
            }
        }

        return batch.IsMiscounted;
    }

    private async Task EncodeAsync(MediaInfo media, StillOptions options, ConcurrentDictionary<long, string> found, CancellationToken ct)
    {
        var encoder = await _able.Av1Async(ct).ConfigureAwait(false);
        var isDeep = StillFilters.IsWrittenDeep(media, options);
        await Parallel.ForEachAsync(found.Keys.ToArray(), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = ct }, async (pts, token) =>
            found[pts] = await Pictures.ToAvifAsync(found[pts], encoder, options.Quality, isDeep, token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static long Value(MediaInfo media, Pts frame) =>
        frame.TimeBase == media.TimeBase ? frame.Value : throw new VettingException(FailureCode.InvalidRequest, $"A frame is named in units of {frame.TimeBase} s, but {media.File.DisplayName} counts in {media.TimeBase} s.");

    private sealed class Silent : IProgress<double>
    {
        public void Report(double value)
        {
        }
    }
}

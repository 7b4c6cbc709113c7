using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Export;

/// <summary>
/// Full-resolution, upright stills from the source at chosen stamps: one decode for a whole list, from the keyframe before the first to the
/// last. Frames are matched by stamp, never by position, so the order of the list does not matter. Thread-safe.
/// </summary>
public sealed class FrameExtractor(FramePool pool, ToolLocator tools, JpegCodec jpeg, IOptions<ToolOptions> toolOptions, IOptions<MediaLimits> limits, TimeProvider time)
{
    /// <summary>Stamps of one decode: keeps its command line below the 128 KiB that Linux allows for one argument.</summary>
    private const int MaxPerDecode = 2500;

    /// <summary>Writes the stills into <paramref name="folder"/> under temporary names and returns them in the order asked for.</summary>
    /// <exception cref="VettingException">OutOfSpace; NotFound when the source has no frame at a stamp; ToolMissing, ToolFailed, ToolStalled.</exception>
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

        DiskSpace.Require(folder, DiskSpace.Estimate(media, frames.Length, options));
        long[] sorted = [.. frames.Select(f => Value(media, f)).Distinct().Order()];
        var found = new Dictionary<long, string>();
        foreach (var part in sorted.Chunk(MaxPerDecode))
        {
            var before = found.Count;
            await ExtractPartAsync(media, part, options, folder, found, new Share(progress, before, sorted.Length), ct).ConfigureAwait(false);
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

    /// <summary>First with a seek, then from the beginning, then carefully, then one by one; each step only for what the steps before did not find.</summary>
    private async Task ExtractPartAsync(MediaInfo media, long[] sorted, StillOptions options, string folder, Dictionary<long, string> found, Share progress, CancellationToken ct)
    {
        var wanted = sorted;
        foreach (var way in media.Kind == MediaKind.Video ? new[] { Way.Seeking, Way.Whole, Way.Careful } : [Way.Whole, Way.Careful])
        {
            await DecodeAsync(media, wanted, way, options, folder, found, progress, ct).ConfigureAwait(false);
            wanted = [.. sorted.Where(p => !found.ContainsKey(p))];
            if (wanted.Length == 0)
            {
                return;
            }
        }

        foreach (var pts in wanted)
        {
            await DecodeAsync(media, [pts], Way.Careful, options, folder, found, progress, ct).ConfigureAwait(false);
            if (!found.ContainsKey(pts))
            {
                throw new VettingException(FailureCode.NotFound, $"{media.File.DisplayName} has no frame with the time stamp {pts} (in {media.TimeBase} s), or it cannot be decoded.");
            }
        }
    }

    /// <summary>One decode; adds what it found. Finds nothing when a seek landed behind the first frame wanted, or when a quick way met damage.</summary>
    private async Task DecodeAsync(MediaInfo media, long[] sorted, Way way, StillOptions options, string folder, Dictionary<long, string> found, Share progress, CancellationToken ct)
    {
        var name = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        var decode = new FfmpegDecode(media)
        {
            SeekTo = way == Way.Seeking ? new Pts(sorted[0], media.TimeBase) : null,
            IsSingleThreaded = way == Way.Careful,
            Select = SelectExpression.Among(sorted),
            Filters = [.. options.Format == StillFormat.Png ? StillFilters.Png(media, options) : FilterChain.AnalysisView(media, StillFilters.Layout(media, options))],
            Output =
            [
                "-frames:v", sorted.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
                .. options.Format == StillFormat.Png
                    ? ["-f", "image2", "-c:v", "png", "-start_number", "0", $"{name.Replace("%", "%%", StringComparison.Ordinal)}-%06d.png"]
                    : RawFrames.Output,
            ],
        };
        var log = decode.NewLog();
        var command = decode.Command(tools, toolOptions.Value, limits.Value);
        try
        {
            var stills = options.Format == StillFormat.Png
                ? await WritePngAsync(media, command, log, name, progress, ct).ConfigureAwait(false)
                : await WriteJpegAsync(media, command, log, name, options, progress, ct).ConfigureAwait(false);
            var isSound = way == Way.Careful || (log.Damaged == 0 && (way == Way.Whole || (log.Entry.KeyframePts is { } key && key <= sorted[0])));
            foreach (var (pts, path) in stills)
            {
                if (!isSound || !found.TryAdd(pts, path))
                {
                    File.Delete(path);
                }
            }
        }
        catch (VettingException e) when (way != Way.Careful && e.Code is FailureCode.UnsupportedMedia or FailureCode.ToolFailed)
        {
            // Nothing to decode behind the seek, or damage: the careful way decides.
            DeleteAll(folder, name);
        }
        catch
        {
            DeleteAll(folder, name);
            throw;
        }
    }

    private async Task<List<(long Pts, string Path)>> WritePngAsync(MediaInfo media, ToolCommand command, StampLog log, string name, Share progress, CancellationToken ct)
    {
        var process = ToolProcess.Start(command, log.Take, time, ct);
        await using (process.ConfigureAwait(false))
        {
            var exit = process.WaitForExitAsync();
            while (await Task.WhenAny(exit, Task.Delay(TimeSpan.FromMilliseconds(200), time, CancellationToken.None)).ConfigureAwait(false) != exit)
            {
                progress.Done(log.KeptCount);
            }

            var exitCode = await exit.ConfigureAwait(false);
            var stills = new List<(long, string)>();
            while (log.Kept.TryRead(out var stamp))
            {
                // The last frame may have been stamped and then not written, when the count was already reached.
                var path = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}-{stills.Count:000000}.png");
                if (stamp is { } s && File.Exists(path) && new FileInfo(path).Length > 0)
                {
                    stills.Add((s.Pts.Value, path));
                }
            }

            return exitCode == 0 && log.Fault is null
                ? stills
                : throw process.Failed(FailureCode.ToolFailed, $"Writing frames of {media.File.DisplayName} failed: {SafeInput.Cause(log.Errors())}.", exitCode);
        }
    }

    private async Task<List<(long Pts, string Path)>> WriteJpegAsync(MediaInfo media, ToolCommand command, StampLog log, string name, StillOptions options, Share progress, CancellationToken ct)
    {
        var stills = new List<(long, string)>();
        await foreach (var batch in new RawFrames(pool, time).ReadAsync(media, StillFilters.Layout(media, options), command, log, () => progress.Done(stills.Count), ct).ConfigureAwait(false))
        {
            using (batch)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    var path = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}-{stills.Count:000000}.jpg");
                    await File.WriteAllBytesAsync(path, jpeg.Encode(batch[i], options.Quality), ct).ConfigureAwait(false);
                    stills.Add((batch[i].Pts.Value, path));
                }
            }
        }

        return stills;
    }

    private static void DeleteAll(string folder, string name)
    {
        foreach (var file in Directory.EnumerateFiles(folder, Path.GetFileName(name) + "-*"))
        {
            File.Delete(file);
        }
    }

    private static long Value(MediaInfo media, Pts frame) =>
        frame.TimeBase == media.TimeBase ? frame.Value : throw new VettingException(FailureCode.InvalidRequest, $"A frame is named in units of {frame.TimeBase} s, but {media.File.DisplayName} counts in {media.TimeBase} s.");

    /// <summary>How a file is decoded for stills.</summary>
    private enum Way
    {
        /// <summary>From the keyframe before the first frame wanted.</summary>
        Seeking,
        /// <summary>From the beginning.</summary>
        Whole,
        /// <summary>From the beginning in one thread: how a decoder repairs damaged frames depends on the timing of its threads.</summary>
        Careful,
    }

    /// <summary>A part of the whole progress.</summary>
    private sealed class Share(IProgress<double> progress, int before, int all)
    {
        public void Done(int stills) => progress.Report(Math.Clamp((before + stills) / (double)all, 0, 1));
    }

    private sealed class Silent : IProgress<double>
    {
        public void Report(double value)
        {
        }
    }
}

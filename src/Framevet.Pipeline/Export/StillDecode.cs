using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Decode.Sieve;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>How a file is decoded for stills.</summary>
internal enum StillWay
{
    /// <summary>Only what the frames wanted need, picked out of the packets.</summary>
    Sieved,
    /// <summary>From the keyframe before the first frame wanted.</summary>
    Seeking,
    /// <summary>From the beginning.</summary>
    Whole,
    /// <summary>From the beginning in one thread: how a decoder repairs damaged frames depends on the timing of its threads.</summary>
    Careful,
}

/// <summary>What one decode gave. <paramref name="IsMiscounted"/>: files and stamps did not match in number, so that none of its files was kept.</summary>
internal sealed record StillBatch(ImmutableArray<(long Pts, string Path)> Stills, bool IsMiscounted = false);

/// <summary>One decode of a file for a list of stamps. Whatever happens, only files that are returned stay in the folder.</summary>
internal sealed class StillDecode(FramePool pool, ToolLocator tools, JpegCodec jpeg, ToolOptions toolOptions, MediaLimits limits, TimeProvider time)
{
    /// <summary>The source.</summary>
    public required MediaInfo Media { get; init; }

    /// <summary>How files are written.</summary>
    public required StillOptions Options { get; init; }

    /// <summary>Where files are written.</summary>
    public required string Folder { get; init; }

    private bool IsOurs => Options.Format == StillFormat.Jpeg;

    private string Extension => Options.Format == StillFormat.WebP ? "webp" : IsOurs ? "jpg" : "png";

    /// <summary>Takes the frames that one way finds: none when a seek landed behind the first frame wanted, or when a quick way met damage.</summary>
    public async Task<StillBatch> TakeAsync(long[] sorted, StillWay way, int threads, Action<int> report, CancellationToken ct)
    {
        var name = Path.Combine(Folder, Guid.NewGuid().ToString("N"));
        var sieve = way == StillWay.Sieved ? new PacketSieve(Media, sorted, tools, toolOptions, limits, time) : null;
        var decode = new FfmpegDecode(Media)
        {
            Feed = sieve is null ? null : sieve.FeedAsync,
            SeekTo = way == StillWay.Seeking ? new Pts(sorted[0], Media.TimeBase) : null,
            IsSingleThreaded = way == StillWay.Careful,
            Select = SelectExpression.Among(sorted),
            Filters = [.. IsOurs ? StillFilters.Planes(Media, Options) : StillFilters.Files(Media, Options)],
            Output = ["-frames:v", sorted.Length.ToString(CultureInfo.InvariantCulture), .. IsOurs ? RawFrames.Output : FileOutput(name)],
        };
        var log = decode.NewLog();
        var command = decode.Command(tools, toolOptions with { DecoderThreads = threads }, limits);
        try
        {
            var batch = IsOurs
                ? new StillBatch(await EncodeAsync(command, log, name, report, ct).ConfigureAwait(false))
                : await WriteAsync(command, log, name, sorted.Length, report, ct).ConfigureAwait(false);
            var isSound = way switch
            {
                StillWay.Careful => true,
                StillWay.Whole => log.Damaged == 0,
                StillWay.Seeking => log.Damaged == 0 && log.Entry.KeyframePts is { } key && key <= sorted[0],
                _ => sieve!.IsSound && log.Damaged == 0 && log.Errors().Length == 0,
            };
            if (isSound && !batch.IsMiscounted)
            {
                return batch;
            }

            DeleteAll(name);
            return batch with { Stills = [] };
        }
        catch (VettingException e) when (way != StillWay.Careful && e.Code is FailureCode.UnsupportedMedia or FailureCode.ToolFailed)
        {
            // Nothing to decode behind the seek, or damage: the careful way decides.
            DeleteAll(name);
            return new StillBatch([]);
        }
        catch
        {
            DeleteAll(name);
            throw;
        }
    }

    private string[] FileOutput(string name)
    {
        string[] codec = Options.Format != StillFormat.WebP ? ["-c:v", "png"]
            : Options.Lossless ? ["-c:v", "libwebp", "-lossless", "1"]
            : ["-c:v", "libwebp", "-quality", Options.Quality.ToString(CultureInfo.InvariantCulture)];
        return ["-f", "image2", .. codec, "-start_number", "0", $"{name.Replace("%", "%%", StringComparison.Ordinal)}-%06d.{Extension}"];
    }

    private async Task<StillBatch> WriteAsync(ToolCommand command, StampLog log, string name, int wanted, Action<int> report, CancellationToken ct)
    {
        var process = ToolProcess.Start(command, log.Take, time, ct);
        await using (process.ConfigureAwait(false))
        {
            var exit = process.WaitForExitAsync();
            while (await Task.WhenAny(exit, Task.Delay(TimeSpan.FromMilliseconds(200), time, CancellationToken.None)).ConfigureAwait(false) != exit)
            {
                report(log.KeptCount);
            }

            var exitCode = await exit.ConfigureAwait(false);
            if (exitCode != 0 || log.Fault is not null)
            {
                throw process.Failed(FailureCode.ToolFailed, $"Writing frames of {Media.File.DisplayName} failed: {SafeInput.Cause(log.Errors())}.", exitCode);
            }
        }

        return Matched(log, name, wanted);
    }

    /// <summary>The k-th file belongs to the k-th stamp: true only if there are exactly as many files, numbered without a gap and none empty.</summary>
    private StillBatch Matched(StampLog log, string name, int wanted)
    {
        var stamps = new List<FrameStamp?>();
        while (log.Kept.TryRead(out var stamp))
        {
            stamps.Add(stamp);
        }

        // The last frame may have been stamped and then not written, when the count was already reached.
        var count = Math.Min(stamps.Count, wanted);
        string[] expected = [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}-{i:000000}.{Extension}"))];
        var isExact = Directory.EnumerateFiles(Folder, $"{Path.GetFileName(name)}-*").Count() == count && expected.All(p => new FileInfo(p) is { Exists: true, Length: > 0 });
        return isExact
            ? new StillBatch([.. stamps.Take(count).Zip(expected).Where(s => s.First is not null).Select(s => (s.First!.Value.Pts.Value, s.Second))])
            : new StillBatch([], IsMiscounted: true);
    }

    private async Task<ImmutableArray<(long Pts, string Path)>> EncodeAsync(ToolCommand command, StampLog log, string name, Action<int> report, CancellationToken ct)
    {
        var stills = ImmutableArray.CreateBuilder<(long, string)>();
        await foreach (var batch in new RawFrames(pool, time).ReadAsync(Media, StillFilters.Layout(Media, Options), command, log, () => report(stills.Count), ct).ConfigureAwait(false))
        {
            using (batch)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    var path = string.Create(CultureInfo.InvariantCulture, $"{name}-{stills.Count:000000}.jpg");
                    await File.WriteAllBytesAsync(path, jpeg.Encode(batch[i], Options.Quality), ct).ConfigureAwait(false);
                    stills.Add((batch[i].Pts.Value, path));
                }
            }
        }

        return stills.ToImmutable();
    }

    private void DeleteAll(string name)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, Path.GetFileName(name) + "-*"))
        {
            File.Delete(file);
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Ingest.Links.Skim;

/// <summary>
/// Takes only the keyframes of an MP4 file behind an address, without fetching what lies between: the tables tell where they lie, ranged requests bring them, and what is written is a small
/// MP4 file with the same pictures at the same times. Thread-safe.
/// </summary>
internal sealed class KeyframeSkim(OutboundDoor door)
{
    private const int HeadBytes = 64 * 1024;
    private const int MaxMoov = 64 << 20;
    private const int MaxBoxes = 64;

    /// <summary>What lies between two keyframes is fetched with them where asking again would take longer.</summary>
    private const int Bridge = 128 * 1024;
    private const int MaxRequest = 8 << 20;

    /// <summary>Above this share of the file a skim saves nothing worth its many requests.</summary>
    private const double MaxShare = 0.7;

    /// <summary>Fetches into the folder: the file, what to call it, and a sentence; without a file the sentence says why the whole must be fetched.</summary>
    /// <exception cref="VettingException">As <see cref="DirectDownload.FetchAsync"/>.</exception>
    public async Task<SkimResult> TryAsync(Uri url, TimeSpan step, string folder, SubmitLimits limits, TimeSpan maxTime, IProgress<double?> progress, CancellationToken ct)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(ct);
        time.CancelAfter(maxTime);
        try
        {
            if (await RangedFile.OpenAsync(door, url, HeadBytes, time.Token).ConfigureAwait(false) is not var (file, facts))
            {
                return SkimResult.Whole("the server gives no parts of it");
            }

            var (fileType, moov) = await MovieAsync(file, time.Token).ConfigureAwait(false);
            var track = Mp4Keys.Read(moov);
            var keys = track.Each(step);
            var requests = Requests(keys, file.Length);
            var wanted = file.Fetched + requests.Sum(r => r.Bytes);
            if (wanted > file.Length * MaxShare)
            {
                return SkimResult.Whole("its keyframes are most of it");
            }

            if (wanted > (long)limits.MaxFileMegabytes << 20)
            {
                throw LimitedStream.TooLarge(url.IdnHost, (long)limits.MaxFileMegabytes << 20);
            }

            var path = Path.Combine(folder, "keyframes");
            await WriteAsync(path, Mp4Writer.Head(fileType, moov, track, keys), requests, file, progress, time.Token).ConfigureAwait(false);
            return new SkimResult(path, DirectDownload.NameOf(url, facts, limits), string.Create(CultureInfo.InvariantCulture,
                $"{keys.Length} keyframes fetched: {file.Fetched / 1e6:0.0} of {file.Length / 1e6:0.0} MB."));
        }
        catch (InvalidDataException unfit)
        {
            return SkimResult.Whole(unfit.Message);
        }
        catch (IOException e) when (DiskTrouble.IsFull(e))
        {
            throw DiskTrouble.Full(e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{url.IdnHost} took too long.", null, e);
        }
    }

    /// <summary>Walks over the boxes of the file, reading none but the two that are wanted.</summary>
    private static async Task<(byte[] FileType, Mp4Box Moov)> MovieAsync(RangedFile file, CancellationToken ct)
    {
        byte[] fileType = [];
        long at = 0;
        for (var i = 0; i < MaxBoxes && at + 16 <= file.Length; i++)
        {
            var head = await file.ReadAsync(at, 16, ct).ConfigureAwait(false);
            var (size, _) = Mp4Box.SizeAt(head)!.Value;
            var type = System.Text.Encoding.Latin1.GetString(head, 4, 4);
            size = size == 0 ? file.Length - at : size;
            if (i == 0 && type != "ftyp")
            {
                throw new InvalidDataException("it is no MP4 file");
            }

            if (size < 8 || size > file.Length - at || (type is "moov" or "ftyp" && size > MaxMoov))
            {
                throw new InvalidDataException("its boxes do not fit");
            }

            if (type is "moov" or "ftyp")
            {
                var bytes = await file.ReadAsync(at, (int)size, ct).ConfigureAwait(false);
                if (type == "moov")
                {
                    return (fileType, Mp4Box.In(bytes, 0, bytes.Length).First());
                }

                fileType = bytes;
            }

            at += size;
        }

        throw new InvalidDataException("it has no index");
    }

    /// <summary>Keyframes that lie near each other come in one request.</summary>
    private static List<Request> Requests(ImmutableArray<Mp4Key> keys, long length)
    {
        var requests = new List<Request>();
        foreach (var key in keys)
        {
            if (key.Offset < 0 || key.Offset + key.Size > length)
            {
                throw new InvalidDataException("its index points beyond its end");
            }

            if (requests.Count > 0 && requests[^1] is var last && key.Offset >= last.From + last.Bytes && key.Offset - last.From - last.Bytes <= Bridge && key.Offset + key.Size - last.From <= MaxRequest)
            {
                last.Bytes = (int)(key.Offset + key.Size - last.From);
                last.Keys.Add(key);
            }
            else
            {
                requests.Add(new Request(key.Offset) { Bytes = key.Size, Keys = { key } });
            }
        }

        return requests;
    }

    private static async Task WriteAsync(string path, byte[] head, List<Request> requests, RangedFile file, IProgress<double?> progress, CancellationToken ct)
    {
        var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        await using var writing = target.ConfigureAwait(false);
        await target.WriteAsync(head, ct).ConfigureAwait(false);
        for (var i = 0; i < requests.Count; i++)
        {
            var bytes = await file.ReadAsync(requests[i].From, requests[i].Bytes, ct).ConfigureAwait(false);
            foreach (var key in requests[i].Keys)
            {
                await target.WriteAsync(bytes.AsMemory((int)(key.Offset - requests[i].From), key.Size), ct).ConfigureAwait(false);
            }

            progress.Report((i + 1.0) / requests.Count);
        }
    }

    private sealed class Request(long from)
    {
        public long From => from;

        public int Bytes { get; set; }

        public List<Mp4Key> Keys { get; } = [];
    }
}

/// <summary>What became of a skim. <paramref name="Path"/> and <paramref name="Name"/>: the file and what to call it, null when the whole must be fetched; <paramref name="Sentence"/>: how much was fetched, or why not.</summary>
internal sealed record SkimResult(string? Path, string? Name, string Sentence)
{
    /// <summary>Nothing was fetched.</summary>
    public static SkimResult Whole(string why) => new(null, null, $"Fetched as a whole: {why}.");
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Fetches a media file by its address, through the wall; a broken connection, or an interrupted fetch into the same folder, goes on where it broke, if the server lets it. Thread-safe.</summary>
internal sealed class DirectDownload(OutboundDoor door)
{
    private const int Tries = 5;
    private const int BufferBytes = 1 << 17;

    /// <summary>What servers call media; lists of streams (HLS, DASH) are none: they would lead on to other addresses.</summary>
    internal static readonly OutboundLimits Limits = new() { ContentTypes = ["video/*", "image/*", "application/octet-stream", "binary/octet-stream", "application/mp4", "application/ogg", "application/zip"] };

    private static readonly Dictionary<string, string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["video/mp4"] = ".mp4", ["video/webm"] = ".webm", ["video/quicktime"] = ".mov", ["video/x-matroska"] = ".mkv", ["video/x-msvideo"] = ".avi", ["video/mpeg"] = ".mpg",
        ["video/ogg"] = ".ogv", ["video/mp2t"] = ".ts", ["video/3gpp"] = ".3gp", ["image/gif"] = ".gif", ["image/png"] = ".png", ["image/apng"] = ".apng", ["image/jpeg"] = ".jpg",
        ["image/webp"] = ".webp", ["image/bmp"] = ".bmp", ["image/tiff"] = ".tiff", ["application/mp4"] = ".mp4", ["application/ogg"] = ".ogv", ["application/zip"] = ".zip",
    };

    /// <summary>Fetches into the folder; the file and what to call it.</summary>
    /// <exception cref="VettingException">SourceRefused (wall), SourceTooLarge, UnsupportedMedia (a page, a kind not taken), SourceUnavailable, OutOfSpace.</exception>
    public async Task<(string Path, string Name)> FetchAsync(Uri url, string folder, SubmitLimits limits, TimeSpan maxTime, IProgress<double?> progress, CancellationToken ct)
    {
        var path = Path.Combine(folder, "file");
        var state = new Download(path, (long)limits.MaxFileMegabytes << 20, maxTime);
        state.Remember();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TryAsync(url, state, progress, ct).ConfigureAwait(false);
                return (path, NameOf(url, state.Facts, limits));
            }
            catch (VettingException e) when (e.Code == FailureCode.SourceUnavailable && attempt < Tries && state.CanGoOn)
            {
                // It broke in the middle and the server can go on: ask for the rest.
            }
            catch (IOException e) when (DiskTrouble.IsFull(e))
            {
                throw DiskTrouble.Full(e);
            }
        }
    }

    private async Task TryAsync(Uri url, Download state, IProgress<double?> progress, CancellationToken ct)
    {
        var have = File.Exists(state.Path) ? new FileInfo(state.Path).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, url).Limit(Limits with { MaxBytes = state.MaxBytes, MaxTime = state.MaxTime });
        if (have > 0 && state.Tag is not null)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(state.Tag);
        }

        using var answer = await AskAsync(door, request, ct).ConfigureAwait(false);
        var isRest = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == have;
        state.Learn(answer);
        var start = isRest ? have : 0;
        var total = answer.Content.Headers.ContentLength + start;
        var file = new FileStream(state.Path, isRest ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        await using var writing = file.ConfigureAwait(false);
        var body = await answer.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using var reading = body.ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        var done = start;
        while (await body.ReadAsync(buffer, ct).ConfigureAwait(false) is var read and > 0)
        {
            if ((done += read) > state.MaxBytes)
            {
                throw LimitedStream.TooLarge(url.IdnHost, state.MaxBytes);
            }

            await file.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            progress.Report(total is > 0 ? Math.Min(1, (double)done / total.Value) : null);
        }

        if (total is { } expected && done != expected)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{url.IdnHost}: the connection broke.");
        }
    }

    /// <summary>The answer's head, when it is one of success.</summary>
    /// <exception cref="VettingException">As <see cref="FetchAsync"/>.</exception>
    internal static async Task<HttpResponseMessage> AskAsync(OutboundDoor door, HttpRequestMessage request, CancellationToken ct)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await door.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        }
        catch (VettingException e) when (e.Code == FailureCode.UnsupportedMedia)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{e.Message[..^1]}: link to the media file itself, or to a page of one of the listed sites.", null, e);
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        var (host, status) = (request.RequestUri!.IdnHost, (int)answer.StatusCode);
        answer.Dispose();
        throw new VettingException(status >= 500 || status == 429 ? FailureCode.BackendUnavailable : FailureCode.SourceUnavailable, status switch
        {
            401 or 403 => $"{host} refuses to send the file ({status}).",
            404 or 410 => $"There is no such file at {host} ({status}).",
            429 => $"{host} answers no more requests at the moment. Try again later.",
            _ => string.Create(CultureInfo.InvariantCulture, $"{host} answered with an error ({status})."),
        });
    }

    /// <summary>The name the server gives, else the last part of the address; with an ending that fits the type.</summary>
    internal static string NameOf(Uri url, DownloadFacts facts, SubmitLimits limits)
    {
        var given = facts.FileName ?? Uri.UnescapeDataString(url.Segments.LastOrDefault() ?? "");
        var last = given[(given.LastIndexOfAny(['/', '\\']) + 1)..];
        var name = new string([.. last.Where(c => !char.IsControl(c) && c != '"')]).Trim();
        name = name.Length == 0 ? url.IdnHost : name[^Math.Min(name.Length, 200)..];
        return limits.Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase) ? name : name + Endings.GetValueOrDefault(facts.MediaType ?? "", "");
    }

    /// <summary>What is known of a file while it comes.</summary>
    private sealed record Download(string Path, long MaxBytes, TimeSpan MaxTime)
    {
        public EntityTagHeaderValue? Tag { get; private set; }

        public DownloadFacts Facts { get; private set; } = new(null, null);

        /// <summary>Whether a second request would certainly bring the rest of the same file.</summary>
        public bool CanGoOn => Tag is { IsWeak: false };

        private string TagPath => Path + ".tag";

        /// <summary>Which version of the file the bytes are of that an earlier fetch left here.</summary>
        public void Remember()
        {
            Tag = File.Exists(Path) && File.Exists(TagPath) && EntityTagHeaderValue.TryParse(File.ReadAllText(TagPath), out var tag) ? tag : null;
            if (Tag is not null)
            {
                // There may be nothing left to ask for, which servers answer with an error: the last byte is asked for again.
                using var file = new FileStream(Path, FileMode.Open, FileAccess.Write);
                file.SetLength(Math.Max(0, file.Length - 1));
            }
        }

        public void Learn(HttpResponseMessage answer)
        {
            Tag = answer.Headers.ETag is { IsWeak: false } tag ? tag : null;
            File.WriteAllText(TagPath, Tag?.ToString() ?? "");
            var facts = DownloadFacts.Of(answer);
            Facts = new DownloadFacts(facts.FileName ?? Facts.FileName, facts.MediaType ?? Facts.MediaType);
        }
    }
}

/// <summary>What a server says of a file that it sends; null = nothing.</summary>
internal sealed record DownloadFacts(string? FileName, string? MediaType)
{
    /// <summary>Told by the answer's head.</summary>
    public static DownloadFacts Of(HttpResponseMessage answer)
    {
        var disposition = answer.Content.Headers.ContentDisposition;
        return new DownloadFacts(disposition?.FileNameStar ?? disposition?.FileName?.Trim('"'), answer.Content.Headers.ContentType?.MediaType);
    }
}

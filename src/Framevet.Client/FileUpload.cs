using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Framevet.Client;

/// <summary>
/// A file on its way, by the tus protocol. Breaks of the connection are taken up where the server stands; <see cref="Address"/> lets another program go
/// on after this one died.
/// </summary>
public sealed class FileUpload
{
    private const string Tus = "1.0.0";
    private const int MaxBreaks = 8;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly string _path;

    internal FileUpload(HttpClient http, TimeProvider time, Uri address, string path) => (_http, _time, Address, _path) = (http, time, address, path);

    /// <summary>Where the upload lives on the server.</summary>
    public Uri Address { get; }

    internal static async Task<FileUpload> BeginAsync(HttpClient http, TimeProvider time, string path, SubmitChoice choice, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/uploads");
        request.Headers.Add("Tus-Resumable", Tus);
        request.Headers.Add("Upload-Length", new FileInfo(path).Length.ToString(CultureInfo.InvariantCulture));
        var metadata = choice.Fields().Prepend(("sha256", await HashAsync(path, ct).ConfigureAwait(false))).Prepend(("filename", Path.GetFileName(path)));
        request.Headers.Add("Upload-Metadata", string.Join(',', metadata.Select(m => $"{m.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(m.Item2))}")));
        using var answer = await http.SendAsync(request, ct).ConfigureAwait(false);
        await FramevetException.ThrowUnlessGoodAsync(answer, ct).ConfigureAwait(false);
        var location = answer.Headers.Location ?? throw new FramevetException((int)answer.StatusCode, "", "The server named no address for the upload", null);
        return new FileUpload(http, time, new Uri(http.BaseAddress!, location), path);
    }

    /// <summary>Sends what is missing; the id of the run.</summary>
    /// <exception cref="FramevetException">The server refuses the file, or the upload is gone.</exception>
    public async Task<string> FinishAsync(IProgress<double>? progress = null, CancellationToken ct = default)
    {
        for (var breaks = 0; ;)
        {
            Exception why;
            try
            {
                var (offset, run) = await StandAsync(ct).ConfigureAwait(false);
                if (run is not null)
                {
                    progress?.Report(1);
                    return run;
                }

                run = await SendFromAsync(offset, progress, ct).ConfigureAwait(false);
                if (run is not null)
                {
                    return run;
                }

                // All bytes are there, but no run yet: the next look tells.
                why = new IOException("The server took the file and named no run.");
            }
            catch (Exception e) when (e is HttpRequestException or IOException || e is FramevetException { Status: >= 500 and not 507 or 409 or 429 })
            {
                why = e;
            }

            if (++breaks > MaxBreaks)
            {
                throw new FramevetException(0, "urn:framevet:unreachable", "The server could not be reached for long", why.Message);
            }

            // 0.2 s, 0.4 s ... 25 s.
            await Task.Delay((why as FramevetException)?.RetryAfter ?? TimeSpan.FromMilliseconds(100 * Math.Pow(2, breaks)), _time, ct).ConfigureAwait(false);
        }
    }

    private async Task<(long Offset, string? Run)> StandAsync(CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, Address);
        request.Headers.Add("Tus-Resumable", Tus);
        using var answer = await _http.SendAsync(request, ct).ConfigureAwait(false);
        if (answer.StatusCode is HttpStatusCode.Gone or HttpStatusCode.NotFound)
        {
            throw new MissingException("urn:framevet:not-found", "The upload is gone", "It was thrown away or is too old. Begin again.");
        }

        await FramevetException.ThrowUnlessGoodAsync(answer, ct).ConfigureAwait(false);
        return (long.Parse(Header(answer, "Upload-Offset") ?? "0", CultureInfo.InvariantCulture), Header(answer, "Upload-Run"));
    }

    private async Task<string?> SendFromAsync(long offset, IProgress<double>? progress, CancellationToken ct)
    {
        var file = File.OpenRead(_path);
        await using (file.ConfigureAwait(false))
        {
            file.Position = offset;
            using var request = new HttpRequestMessage(HttpMethod.Patch, Address) { Content = new ReportingContent(file, progress) };
            request.Headers.Add("Tus-Resumable", Tus);
            request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
            using var answer = await _http.SendAsync(request, ct).ConfigureAwait(false);
            await FramevetException.ThrowUnlessGoodAsync(answer, ct).ConfigureAwait(false);
            return Header(answer, "Upload-Run");
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct).ConfigureAwait(false));
        }
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>The rest of a file, with its share of the whole told on the way.</summary>
    private sealed class ReportingContent : HttpContent
    {
        private readonly FileStream _file;
        private readonly IProgress<double>? _progress;

        public ReportingContent(FileStream file, IProgress<double>? progress)
        {
            (_file, _progress) = (file, progress);
            Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var buffer = new byte[1 << 16];
            for (int count; (count = await _file.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                _progress?.Report((double)_file.Position / _file.Length);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _file.Length - _file.Position;
            return true;
        }
    }
}

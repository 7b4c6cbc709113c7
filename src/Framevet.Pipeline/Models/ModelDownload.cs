using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Models;

/// <summary>
/// Pulls one file into a part beside its place. A part that is there is gone on with (RFC 9110, range requests, guarded by If-Range where the
/// server gave a validator); a server that knows nothing of ranges starts over. Never takes more bytes than the catalogue tells.
/// </summary>
/// <param name="client">Sends requests; behind the address wall.</param>
/// <param name="file">What is pulled.</param>
/// <param name="address">Where from.</param>
/// <param name="path">Full path of the part.</param>
/// <param name="maxBytes">Most bytes of a file whose size is unknown.</param>
/// <param name="stall">Longest time without a byte.</param>
internal sealed class ModelDownload(HttpMessageInvoker client, ModelFile file, Uri address, string path, long maxBytes, TimeSpan stall)
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Whether the server said that it will not give the file, so that asking again is in vain.</summary>
    public bool IsRefused { get; private set; }

    private string NotesPath => path + ".json";

    private long Limit => file.Bytes ?? maxBytes;

    /// <summary>Pulls what is missing and returns the SHA-256 of the whole. <paramref name="progress"/>: bytes here.</summary>
    /// <exception cref="VettingException">BackendUnavailable (no answer, a refusal, a break; the part stays), SourceTooLarge (the part is gone), SourceRefused (address), OutOfSpace.</exception>
    public async Task<string> RunAsync(Action<long> progress, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            // Nobody else may write the same part: a second process fails here.
            var part = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1, FileOptions.Asynchronous);
            await using var writing = part.ConfigureAwait(false);
            var here = part.Length;
            progress(here);
            if (here == 0 || here != file.Bytes)
            {
                using var response = await AskAsync(here, ct).ConfigureAwait(false);
                await TakeAsync(response, part, here, progress, ct).ConfigureAwait(false);
            }

            part.Position = 0;
            var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(part, ct).ConfigureAwait(false));
            part.Flush(flushToDisk: true);
            return sha256;
        }
        catch (VettingException tooLarge) when (tooLarge.Code == FailureCode.SourceTooLarge)
        {
            Discard();
            throw;
        }
        catch (IOException trouble) when (DiskTrouble.IsFull(trouble))
        {
            throw DiskTrouble.Full(trouble);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.Conflict, $"{file.Name} cannot be written; perhaps another program is pulling it: {trouble.Message}", null, trouble);
        }
    }

    /// <summary>Removes what is here.</summary>
    public void Discard()
    {
        File.Delete(path);
        File.Delete(NotesPath);
    }

    private async Task<HttpResponseMessage> AskAsync(long here, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Framevet", typeof(ModelDownload).Assembly.GetName().Version?.ToString(2)));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (here > 0)
        {
            request.Headers.Range = new RangeHeaderValue(here, null);
            if (Notes() is { } notes && notes.Address == address.ToString() && notes.Validator is { } validator)
            {
                request.Headers.TryAddWithoutValidation("If-Range", validator);
            }
        }

        var response = await InTimeAsync(t => client.SendAsync(request, t), ct).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        var status = (int)response.StatusCode;
        IsRefused = status is >= 300 and < 500;
        response.Dispose();
        throw new VettingException(FailureCode.BackendUnavailable, string.Create(CultureInfo.InvariantCulture, $"{Place} answered {status} instead of the file {file.Name}."));
    }

    private async Task TakeAsync(HttpResponseMessage response, FileStream part, long here, Action<long> progress, CancellationToken ct)
    {
        var range = response.Content.Headers.ContentRange;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || (response.StatusCode == HttpStatusCode.PartialContent && range?.From != here))
        {
            // What is here is no beginning of what is there: nothing of it can be kept.
            part.SetLength(0);
            throw new VettingException(FailureCode.BackendUnavailable, $"{Place} has no rest of {file.Name}; it must be pulled from the start.");
        }

        if (response.StatusCode == HttpStatusCode.OK)
        {
            here = 0;
            part.SetLength(0);
        }

        MustFit(here + response.Content.Headers.ContentLength);
        Note(response);
        part.Position = here;
        var body = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using var reading = body.ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        for (int read; (read = await InTimeAsync(async t => await body.ReadAsync(buffer, t).ConfigureAwait(false), ct).ConfigureAwait(false)) > 0;)
        {
            here += read;
            MustFit(here);
            await part.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            progress(here);
        }

        if (here < file.Bytes)
        {
            throw new VettingException(FailureCode.BackendUnavailable, string.Create(CultureInfo.InvariantCulture, $"{Place} broke off after {here} of {file.Bytes} bytes of {file.Name}."));
        }
    }

    // Written so that an unknown length passes; the bytes are counted all the same.
    private void MustFit(long? bytes)
    {
        if (bytes > Limit)
        {
            throw new VettingException(FailureCode.SourceTooLarge, string.Create(CultureInfo.InvariantCulture,
                $"{Place} sends at least {bytes} bytes for {file.Name}, which {(file.Bytes is null ? $"may have {Limit} at most (Models:MaxFileMegabytes)" : $"has {Limit}")}; nothing of it was kept."));
        }
    }

    // Ends what takes too long without ending what the caller ends: that stays a cancellation.
    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(stall);
        try
        {
            return await ask(limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new VettingException(FailureCode.BackendUnavailable, string.Create(CultureInfo.InvariantCulture, $"{Place} sent nothing for {stall.TotalSeconds:0} seconds."));
        }
        catch (HttpRequestException wall) when (wall.InnerException is VettingException told)
        {
            // A host that is away is one that does not answer; only what is forbidden is refused.
            throw new VettingException(told.Code == FailureCode.SourceUnavailable ? FailureCode.BackendUnavailable : told.Code, told.Message, null, wall);
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException && !ct.IsCancellationRequested)
        {
            throw new VettingException(FailureCode.BackendUnavailable, $"{Place} cannot be reached or broke off: {trouble.Message}", null, trouble);
        }
    }

    private string Place => address.IsDefaultPort ? address.Host : address.Authority;

    private PartNotes? Notes()
    {
        try
        {
            return File.Exists(NotesPath) ? JsonSerializer.Deserialize<PartNotes>(File.ReadAllBytes(NotesPath), PipelineJson.Options) : null;
        }
        catch (Exception damaged) when (damaged is JsonException or IOException)
        {
            return null;
        }
    }

    // A weak tag says nothing about bytes, so it is no validator.
    private void Note(HttpResponseMessage response)
    {
        var validator = response.Headers.ETag is { IsWeak: false } tag ? tag.ToString() : response.Content.Headers.LastModified?.ToString("R", CultureInfo.InvariantCulture);
        File.WriteAllBytes(NotesPath, JsonSerializer.SerializeToUtf8Bytes(new PartNotes(address.ToString(), validator), PipelineJson.Options));
    }

    private sealed record PartNotes(string Address, string? Validator);
}

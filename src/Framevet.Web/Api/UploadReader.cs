using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Framevet.Web.Api;

/// <summary>Reads a multipart request part by part into files of <paramref name="folder"/>.</summary>
internal sealed class UploadReader(SubmitLimits limits, string folder, DiskReserve reserve, AdmitFile? admit = null)
{
    private const int BufferBytes = 1 << 16;
    private const int MaxFieldBytes = 1 << 20;
    private const int MaxBoundary = 128;
    private const int LookEvery = 4 << 20;

    private readonly ImmutableArray<UploadedFile>.Builder _files = ImmutableArray.CreateBuilder<UploadedFile>();
    private readonly ImmutableArray<Refusal>.Builder _refused = ImmutableArray.CreateBuilder<Refusal>();
    private readonly ImmutableDictionary<string, string>.Builder _fields = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);

    /// <summary>Reads the whole request.</summary>
    /// <exception cref="VettingException">InvalidRequest (not multipart, broken off), OutOfSpace.</exception>
    public async Task<UploadForm> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var reader = new MultipartReader(Boundary(request), request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 << 10 };
        try
        {
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                await ReadSectionAsync(section, ct);
            }
        }
        catch (InvalidDataException e)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The upload is damaged: {e.Message}");
        }
        catch (IOException e) when (e is not BadHttpRequestException and not Microsoft.AspNetCore.Connections.ConnectionResetException && !ct.IsCancellationRequested)
        {
            throw e.GetType() == typeof(IOException) && e.Message.Contains("Unexpected end", StringComparison.Ordinal)
                ? new VettingException(FailureCode.InvalidRequest, "The upload broke off before its end.")
                : new VettingException(FailureCode.OutOfSpace, "The upload could not be written to disk.", e.Message, e);
        }

        return new UploadForm(_files.ToImmutable(), _refused.ToImmutable(), _fields.ToImmutable());
    }

    private static string Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new VettingException(FailureCode.InvalidRequest, "Send the files as multipart/form-data.");
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        return boundary is { Length: > 0 and <= MaxBoundary } ? boundary : throw new VettingException(FailureCode.InvalidRequest, "The multipart request names no boundary.");
    }

    private async Task ReadSectionAsync(MultipartSection section, CancellationToken ct)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
        {
            return;
        }

        var fileName = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        if (fileName.HasValue)
        {
            await ReadFileAsync(section.Body, RunChoice.FileName(HeaderUtilities.RemoveQuotes(fileName).ToString()), ct);
            return;
        }

        var field = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        using var memory = new MemoryStream();
        await CopyAsync(section.Body, memory, MaxFieldBytes,
            () => new VettingException(FailureCode.InvalidRequest, $"The field '{field}' is too long."), ct);
        _fields[field] = System.Text.Encoding.UTF8.GetString(memory.ToArray());
    }

    private async Task ReadFileAsync(Stream body, string name, CancellationToken ct)
    {
        if (_files.Count + _refused.Count >= limits.MaxFiles)
        {
            throw new VettingException(FailureCode.SourceTooLarge, $"A submission takes at most {limits.MaxFiles} files.");
        }

        if (!limits.Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
        {
            _refused.Add(new Refusal(name, new VettingException(FailureCode.UnsupportedMedia,
                $"{name}: files called '*{Path.GetExtension(name)}' are not taken; taken are {string.Join(" ", limits.Extensions)}.")));
            await body.CopyToAsync(Stream.Null, ct);
            return;
        }

        if (admit is not null)
        {
            try
            {
                await admit(name, _files.Count + 1, ct);
            }
            catch (VettingException e) when (e.Code is FailureCode.QuotaExceeded or FailureCode.SourceTooLarge)
            {
                _refused.Add(new Refusal(name, e));
                await body.CopyToAsync(Stream.Null, ct);
                return;
            }
        }

        // The name on disk is ours: what the user called the file is only ever shown.
        var path = Path.Combine(folder, _files.Count.ToString(CultureInfo.InvariantCulture));
        var limit = (long)limits.MaxFileMegabytes << 20;
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            await CopyAsync(body, file, limit,
                () => new VettingException(FailureCode.SourceTooLarge, $"{name} is larger than {limits.MaxFileMegabytes} MiB."), ct);
        }
        catch (VettingException e) when (e.Code == FailureCode.SourceTooLarge)
        {
            File.Delete(path);
            _refused.Add(new Refusal(name, e));
            await body.CopyToAsync(Stream.Null, ct);
            return;
        }

        _files.Add(new UploadedFile(path, name));
    }

    /// <summary>Copies at most <paramref name="limit"/> bytes, then throws what <paramref name="tooLong"/> makes.</summary>
    private async Task CopyAsync(Stream source, Stream target, long limit, Func<VettingException> tooLong, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long total = 0;
            int read;
            while ((read = await source.ReadAsync(buffer, ct)) > 0)
            {
                if ((total += read) > limit)
                {
                    throw tooLong();
                }

                await target.WriteAsync(buffer.AsMemory(0, read), ct);
                if (total / LookEvery != (total - read) / LookEvery)
                {
                    reserve.Require(null, 0);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>Asked before a file's first byte; <paramref name="number"/> of the file in the request, from 1.</summary>
/// <exception cref="VettingException">The file may not come in.</exception>
internal delegate Task AdmitFile(string name, int number, CancellationToken ct);

/// <summary>What an upload contained.</summary>
internal sealed record UploadForm(ImmutableArray<UploadedFile> Files, ImmutableArray<Refusal> Refused, ImmutableDictionary<string, string> Fields);

/// <summary>A file on disk under a name of ours. <paramref name="Name"/> is what the user called it.</summary>
internal sealed record UploadedFile(string Path, string Name);

/// <summary>A file that was not taken, and why.</summary>
internal sealed record Refusal(string Name, VettingException Error)
{
    public RefusedFile Body => new(Name, Problems.TypeOf(Error.Code), Error.Message);
}

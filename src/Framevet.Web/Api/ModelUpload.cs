using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Models;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Framevet.Web.Api;

/// <summary>Reads a model and its description from a multipart request; the file goes straight to disk.</summary>
internal sealed class ModelUpload(string folder)
{
    private const int MaxDescription = 1 << 20;
    private const int MaxBoundary = 128;

    // ONNX graphs end at two gigabytes, the limit of protocol buffers.
    private const long MaxFile = 2L << 30;

    /// <summary>The description and the path of the file.</summary>
    /// <exception cref="VettingException">InvalidRequest, SourceTooLarge.</exception>
    public async Task<(OwnModel Model, string Path)> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var reader = new MultipartReader(Boundary(request), request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 << 10 };
        var (model, path) = ((OwnModel?)null, (string?)null);
        try
        {
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                var name = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).Value : null;
                if (name == "model")
                {
                    model = await DescriptionAsync(section.Body, ct);
                }
                else if (name == "file")
                {
                    path = await FileAsync(section.Body, ct);
                }
            }
        }
        catch (Exception broken) when (broken is InvalidDataException || (broken is IOException && !ct.IsCancellationRequested))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The upload is damaged: {broken.Message}", null, broken);
        }

        return (model ?? throw new VettingException(FailureCode.InvalidRequest, "The request lacks the field 'model' with the description."),
            path ?? throw new VettingException(FailureCode.InvalidRequest, "The request lacks the part 'file' with the ONNX file."));
    }

    private static string Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= MaxBoundary } boundary
            ? boundary
            : throw new VettingException(FailureCode.InvalidRequest, "Send the model as multipart/form-data.");

    private static async Task<OwnModel> DescriptionAsync(Stream body, CancellationToken ct)
    {
        using var text = new MemoryStream();
        await CopyAsync(body, text, MaxDescription, ct);
        try
        {
            return JsonSerializer.Deserialize<OwnModel>(text.ToArray(), PipelineJson.Options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException trouble)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The description of the model does not fit: {trouble.Message}", null, trouble);
        }
    }

    private async Task<string> FileAsync(Stream body, CancellationToken ct)
    {
        var path = Path.Combine(folder, Path.GetRandomFileName());
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        await CopyAsync(body, file, MaxFile, ct);
        return path;
    }

    private static async Task CopyAsync(Stream from, Stream to, long most, CancellationToken ct)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await from.ReadAsync(buffer, ct)) > 0; most -= read)
        {
            if (read > most)
            {
                throw new VettingException(FailureCode.SourceTooLarge, "The model is larger than this server takes.");
            }

            await to.WriteAsync(buffer.AsMemory(0, read), ct);
        }
    }
}

using System.Collections.Immutable;
using System.Text.Json;

namespace Framevet.Pipeline.Models;

/// <summary>
/// Reads manifests: a JSON object with the one member <c>models</c>, a list of <see cref="ModelEntry"/>. Strict: an unknown, missing, doubled or
/// impossible member is an error that names the file and the entry, never skipped.
/// </summary>
public static class ModelManifest
{
    // A manifest of hundreds of entries has some hundred kilobytes.
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = false };

    /// <summary>JSON settings of manifests: the pipeline's, with <c>kind</c> of a head at any place of its object.</summary>
    public static JsonSerializerOptions Json { get; } = new(PipelineJson.Options) { AllowOutOfOrderMetadataProperties = true, WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All entries of a manifest. <paramref name="source"/>: what errors call it.</summary>
    /// <exception cref="VettingException">InvalidRequest, naming source and entry.</exception>
    public static ImmutableArray<ModelEntry> Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        using var document = Document(utf8, source);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("models", out var models) || models.ValueKind != JsonValueKind.Array || root.GetPropertyCount() != 1)
        {
            throw Fault(source, "it must be an object with the one member 'models', a list");
        }

        return [.. models.EnumerateArray().Select((entry, i) => Entry(entry, $"models[{i}]", source))];
    }

    /// <summary>A file with one entry, as an operator's own are kept.</summary>
    /// <exception cref="VettingException">InvalidRequest, naming source and entry.</exception>
    public static ModelEntry ParseEntry(ReadOnlyMemory<byte> utf8, string source)
    {
        using var document = Document(utf8, source);
        return Entry(document.RootElement, null, source);
    }

    /// <summary>One entry as JSON.</summary>
    public static byte[] Write(ModelEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, Json);

    private static JsonDocument Document(ReadOnlyMemory<byte> utf8, string source)
    {
        if (utf8.Length > MaxBytes)
        {
            throw Fault(source, "it is far too large for a manifest");
        }

        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException trouble)
        {
            throw Fault(source, $"it is no JSON: {trouble.Message}", trouble);
        }
    }

    private static ModelEntry Entry(JsonElement element, string? place, string source)
    {
        var id = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("id", out var text) && text.ValueKind == JsonValueKind.String ? $" '{text.GetString()}'" : "";
        var name = id + (place is null ? "" : $" ({place})");
        ModelEntry entry;
        try
        {
            entry = element.Deserialize<ModelEntry>(Json) ?? throw new JsonException("it is null.");
        }
        catch (Exception trouble) when (trouble is JsonException or NotSupportedException)
        {
            throw Fault(source, $"entry{name}: {Plain(trouble)}", trouble);
        }

        return ModelEntryCheck.Faults(entry).FirstOrDefault() is { } fault ? throw Fault(source, $"entry{name}: {fault}") : entry;
    }

    // "…kind. Path: $.head.kind | LineNumber: 0 | …": the place within the entry helps, the line of the rewritten text does not.
    private static string Plain(Exception trouble)
    {
        var cut = trouble.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        var text = (cut < 0 ? trouble.Message : trouble.Message[..cut]).Replace("Framevet.Pipeline.Models.", "", StringComparison.Ordinal);
        return trouble is JsonException { Path: { Length: > 2 } path } ? $"{path[2..]}: {text}" : text;
    }

    private static VettingException Fault(string source, string sentence, Exception? inner = null) =>
        new(FailureCode.InvalidRequest, $"{source}: {sentence.TrimEnd('.')}.", null, inner);
}

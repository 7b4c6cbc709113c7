using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Reads what yt-dlp prints. Pure; what is unknown stays null.</summary>
internal static class YtDlpJson
{
    /// <summary>The facts of <c>--dump-single-json</c>.</summary>
    /// <exception cref="VettingException">ToolFailed when it is no such JSON.</exception>
    public static LinkLook Parse(string json, LinkAddress link, int maxItems)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (Text(root, "_type") is not ("playlist" or "multi_video") || !root.TryGetProperty("entries", out var entries) || entries.ValueKind != JsonValueKind.Array)
            {
                return new LinkLook(Text(root, "title"), Text(root, "uploader"), Text(root, "license"), null, [Item(root, link.Text)]);
            }

            var items = entries.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).Select(e => Item(e, null)).Where(i => i.Url is not null).Take(maxItems).ToImmutableArray();
            return new LinkLook(Text(root, "title"), Text(root, "uploader"), null, Whole(root, "playlist_count") ?? items.Length, items);
        }
        catch (JsonException e)
        {
            throw new VettingException(FailureCode.ToolFailed, "yt-dlp did not say what is behind the link.", e.Message, e);
        }
    }

    /// <summary>Share 0..1 of a line of progress (bytes, total, estimated total); null when the total is unknown.</summary>
    public static double? Share(string line)
    {
        var numbers = line.Split(' ').Select(w => double.TryParse(w, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && n >= 0 ? n : (double?)null).ToArray();
        var total = numbers.ElementAtOrDefault(1) ?? numbers.ElementAtOrDefault(2);
        return numbers.ElementAtOrDefault(0) is { } bytes && total > 0 ? Math.Clamp(bytes / total.Value, 0, 1) : null;
    }

    private static LinkItem Item(JsonElement entry, string? url)
    {
        var extractor = Text(entry, "extractor_key") ?? Text(entry, "ie_key");
        var id = Text(entry, "id");
        return new LinkItem(
            Text(entry, "webpage_url") ?? Text(entry, "url") ?? url,
            Text(entry, "title"),
            entry.TryGetProperty("duration", out var duration) && duration.ValueKind == JsonValueKind.Number ? duration.GetDouble() : null,
            extractor is null || id is null ? null : $"{extractor.ToLowerInvariant()}:{id}",
            entry.TryGetProperty("is_live", out var live) && live.ValueKind == JsonValueKind.True);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text[..Math.Min(text.Length, 1000)] : null;

    private static int? Whole(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
}

/// <summary>What is behind a link.</summary>
/// <param name="Title">Of the video or the list.</param>
/// <param name="Uploader">Who put it there.</param>
/// <param name="Licence">As the site names it.</param>
/// <param name="Count">Videos of a list, also those above the cap; null for a single one.</param>
/// <param name="Items">The videos.</param>
public sealed record LinkLook(string? Title, string? Uploader, string? Licence, int? Count, ImmutableArray<LinkItem> Items);

/// <summary>One video behind a link.</summary>
/// <param name="Url">Its page.</param>
/// <param name="Title">Its title.</param>
/// <param name="Seconds">Its length.</param>
/// <param name="Key">Site and id, the same for every address of the video.</param>
/// <param name="IsLive">Whether it is being broadcast.</param>
public sealed record LinkItem(string? Url, string? Title, double? Seconds, string? Key, bool IsLive);

using System.Globalization;
using Framevet.Pipeline.Outbound;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>A checked link: the one form of it that any program gets to see.</summary>
/// <param name="Text">Absolute http(s) address in escaped form, or <c>ytsearchN:words</c>.</param>
/// <param name="Url">The address; null for a search.</param>
/// <param name="IsSite">Whether it is a page that yt-dlp reads; else the address of a file.</param>
public sealed record LinkAddress(string Text, Uri? Url, bool IsSite)
{
    private const string Search = "ytsearch";
    private const int MaxLength = 2048;

    /// <summary>Reads what a user typed: an address (https is added where no scheme stands), or <c>ytsearch: words</c>.</summary>
    /// <exception cref="VettingException">InvalidRequest, or SourceRefused by the wall.</exception>
    public static LinkAddress Parse(string text, LinkChoice choice, LinksOptions options, OutboundWall wall)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(choice);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(wall);
        text = text.Trim();
        if (text.Length is 0 or > MaxLength || text.Any(char.IsControl))
        {
            throw new VettingException(FailureCode.InvalidRequest, "A link has 1 to 2048 characters and no control characters.");
        }

        if (text.StartsWith(Search, StringComparison.OrdinalIgnoreCase) && text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
        {
            return ForSearch(text[Search.Length..colon], text[(colon + 1)..].Trim(), choice, options);
        }

        var address = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"'{Shown(text)}' is no link.");
        }

        wall.CheckUrl(url);
        return new LinkAddress(url.AbsoluteUri, url, options.IsSite(url.IdnHost));
    }

    private static LinkAddress ForSearch(string count, string words, LinkChoice choice, LinksOptions options)
    {
        var most = Math.Min(choice.MaxItems, options.MaxPlaylist);
        var wanted = count.Length == 0 || count.Equals("all", StringComparison.OrdinalIgnoreCase) ? most : int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? Math.Min(n, most) : 0;
        return wanted > 0 && words.Length > 0 && options.AllExtractors.Any(e => e.StartsWith("youtube", StringComparison.Ordinal) || e == "all")
            ? new LinkAddress(string.Create(CultureInfo.InvariantCulture, $"{Search}{wanted}:{words}"), null, IsSite: true)
            : throw new VettingException(FailureCode.InvalidRequest, "A search looks like 'ytsearch10: words', and YouTube must be among the sites taken here.");
    }

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";
}

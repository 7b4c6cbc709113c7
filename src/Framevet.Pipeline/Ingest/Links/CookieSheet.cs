using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Cookies in Netscape format, read and written anew: what yt-dlp gets is what was checked here.</summary>
/// <param name="Text">The file.</param>
/// <param name="Sites">Hosts that it is for.</param>
/// <param name="ExpiresAt">The earliest end of a cookie that has one.</param>
public sealed record CookieSheet(string Text, ImmutableArray<string> Sites, DateTimeOffset? ExpiresAt)
{
    private const int MaxText = 512 * 1024;
    private const string HttpOnly = "#HttpOnly_";

    /// <summary>Reads a cookies.txt; cookies of hosts that links are not taken from are left out.</summary>
    /// <exception cref="VettingException">InvalidRequest, with the line.</exception>
    public static CookieSheet Parse(string text, LinksOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(options);
        if (text.Length > MaxText)
        {
            throw new VettingException(FailureCode.InvalidRequest, "The cookies are longer than 512 KiB.");
        }

        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var kept = new StringBuilder("# Netscape HTTP Cookie File\n");
        var sites = new SortedSet<string>(StringComparer.Ordinal);
        long? earliest = null;
        for (var i = 0; i < lines.Length; i++)
        {
            var isHttpOnly = lines[i].StartsWith(HttpOnly, StringComparison.Ordinal);
            var line = isHttpOnly ? lines[i][HttpOnly.Length..] : lines[i];
            if (line.Trim().Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            var fields = line.Split('\t');
            if (fields.Length != 7 || Uri.CheckHostName(fields[0].TrimStart('.')) == UriHostNameType.Unknown || fields[1] is not ("TRUE" or "FALSE") || fields[3] is not ("TRUE" or "FALSE")
                || !long.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out var expiry) || fields[5].Length == 0 || line.Any(c => char.IsControl(c) && c != '\t'))
            {
                throw new VettingException(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"Line {i + 1} is no cookie in Netscape format (seven fields separated by tabs)."));
            }

            var host = fields[0].TrimStart('.').ToLowerInvariant();
            if (options.IsSite(host))
            {
                kept.Append(isHttpOnly ? HttpOnly : "").Append(string.Join('\t', fields)).Append('\n');
                sites.Add(host);
                earliest = expiry > 0 && (earliest is null || expiry < earliest) ? expiry : earliest;
            }
        }

        return sites.Count > 0
            ? new CookieSheet(kept.ToString(), [.. sites], earliest is { } end and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(end) : null)
            : throw new VettingException(FailureCode.InvalidRequest, "There is no cookie in it for a site that links are taken from.");
    }
}

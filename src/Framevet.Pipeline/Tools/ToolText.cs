using System.Text.RegularExpressions;

namespace Framevet.Pipeline.Tools;

/// <summary>Makes what tools say fit for logs and pages.</summary>
internal static partial class ToolText
{
    /// <summary>Longest line that is kept; side data dumps run to megabytes.</summary>
    public const int MaxLine = 2000;

    /// <summary>Removes credentials, query and fragment of every URL: they carry keys and signatures.</summary>
    public static string Redact(string text) =>
        text.Contains("://", StringComparison.Ordinal)
            ? UrlTail().Replace(UrlCredentials().Replace(text, "$1***@"), "$1?***")
            : text;

    /// <summary>Shortens an overlong line.</summary>
    public static string Clip(string line) => line.Length <= MaxLine ? line : string.Concat(line.AsSpan(0, MaxLine), "…");

    [GeneratedRegex(@"(\b[a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s@'""]+@", RegexOptions.CultureInvariant)]
    private static partial Regex UrlCredentials();

    [GeneratedRegex(@"(\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s?#'""]*)[?#][^\s'""]*", RegexOptions.CultureInvariant)]
    private static partial Regex UrlTail();
}

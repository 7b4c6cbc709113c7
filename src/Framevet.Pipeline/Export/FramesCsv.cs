using System.Globalization;
using System.Text;

namespace Framevet.Pipeline.Export;

/// <summary>The table beside exported stills: RFC 4180, numbers with a point, text that no spreadsheet runs as a formula.</summary>
internal static class FramesCsv
{
    /// <summary>Header and one row per file; one column per score that any file has.</summary>
    public static string Write(Manifest manifest)
    {
        string[] scores = [.. manifest.Files.SelectMany(f => f.Scores.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var text = new StringBuilder();
        Row(text, ["rank", "file", "index", "pts", "time_base", "seconds", "reason", "bytes", "sha256", .. scores.Select(Cell)]);
        foreach (var file in manifest.Files)
        {
            Row(text,
            [
                Number(file.Rank), Cell(file.Name), Number(file.Index), Number(file.Pts), manifest.TimeBase, file.Seconds.ToString("0.######", CultureInfo.InvariantCulture), Cell(file.Reason), Number(file.Bytes), file.Sha256,
                .. scores.Select(s => file.Scores.TryGetValue(s, out var value) ? value.ToString("0.######", CultureInfo.InvariantCulture) : ""),
            ]);
        }

        return text.ToString();
    }

    /// <summary>A text cell. A leading =, +, -, @, tab or line break would make a spreadsheet compute it (OWASP, CSV injection): an apostrophe goes before.</summary>
    internal static string Cell(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? $"'{text}" : text;
        return safe.AsSpan().ContainsAny("\",\r\n;") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.AppendJoin(',', cells).Append("\r\n");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

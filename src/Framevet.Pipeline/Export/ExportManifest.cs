using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>One exported still: its pick, final name, size and hash.</summary>
internal sealed record ExportedStill(Pick Pick, string Name, long Bytes, string Sha256);

/// <summary>The two lists that go with exported stills: <c>manifest.json</c> and <c>frames.csv</c>. Numbers are written the same everywhere.</summary>
internal static class ExportManifest
{
    public const string JsonName = "manifest.json";
    public const string CsvName = "frames.csv";

    private static readonly JsonSerializerOptions Indented = new(PipelineJson.Options) { WriteIndented = true };

    /// <summary>Source, recipe, tool and every still with stamp, rank, reason and all scores.</summary>
    public static byte[] Json(ExportRequest request, ImmutableArray<ExportedStill> stills, string toolVersion)
    {
        var media = request.Media;
        var manifest = new
        {
            version = 1,
            source = new { name = request.Origin.SourceName, sha256 = request.Origin.SourceSha256, media.Width, media.Height, codec = media.Codec, timeBase = media.TimeBase.ToString() },
            run = request.Origin.RunId,
            recipe = request.Origin.RecipeName,
            tool = toolVersion,
            files = stills.Select(s => new
            {
                s.Name,
                s.Bytes,
                s.Sha256,
                rank = s.Pick.Rank,
                reason = s.Pick.Reason,
                index = s.Pick.Candidate.Index,
                pts = s.Pick.Candidate.Pts.Value,
                seconds = Math.Round(s.Pick.Candidate.Pts.Seconds, 6),
                fingerprint = s.Pick.Candidate.Fingerprint.ToString("x16", CultureInfo.InvariantCulture),
                scores = s.Pick.Candidate.Scores.Where(p => float.IsFinite(p.Value)).ToDictionary(p => p.Key, p => p.Value),
            }),
        };
        return JsonSerializer.SerializeToUtf8Bytes(manifest, Indented);
    }

    /// <summary>One row per still; an unknown score is an empty cell.</summary>
    public static byte[] Csv(ImmutableArray<ExportedStill> stills)
    {
        string[] scores = [.. stills.SelectMany(s => s.Pick.Candidate.Scores.Keys).Distinct().Order(StringComparer.Ordinal)];
        var csv = new StringBuilder();
        Row(csv, ["name", "rank", "index", "pts", "time_base", "seconds", .. scores, "reason", "sha256"]);
        foreach (var still in stills)
        {
            var frame = still.Pick.Candidate;
            Row(csv,
            [
                still.Name, Number(still.Pick.Rank), Number(frame.Index), Number(frame.Pts.Value), frame.Pts.TimeBase.ToString(), Number(frame.Pts.Seconds),
                .. scores.Select(s => frame.Score(s) is { } value ? Number(value) : ""), still.Pick.Reason, still.Sha256,
            ]);
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    /// <summary>A cell that no spreadsheet takes for a formula, quoted where CSV (RFC 4180) needs it.</summary>
    internal static string Cell(string text)
    {
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        var safe = !isNumber && text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private static void Row(StringBuilder csv, IEnumerable<string> cells) => csv.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>A table of frames, RFC 4180, one column per score. Numbers with a point; no cell that a spreadsheet would compute.</summary>
[Part("csv", "CSV table", "A table of frames with times, verdicts, ratings and scores, without pictures.")]
public sealed class CsvExporter(ListOptions options) : IExporter
{
    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return TextFile.WriteAsync(request, "frames", ".csv", () => Text(request, FrameLists.Of(request, options.Lines)), progress, ct);
    }

    private static string Text(ExportRequest request, ImmutableArray<ListedFrame> frames)
    {
        string[] scores = [.. frames.SelectMany(f => f.Scores.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var source = FramesCsv.Cell(request.Origin.SourceName);
        var text = new StringBuilder();
        Row(text, ["rank", "source", "pts", "time_base", "seconds", "timecode", "index", "verdict", "reason", "stars", "mark", "tags", "losses", .. scores.Select(FramesCsv.Cell)]);
        foreach (var f in frames)
        {
            Row(text,
            [
                Number(f.Rank), source, Number(f.Pts), f.TimeBase, f.Seconds.ToString("0.######", CultureInfo.InvariantCulture), f.Timecode, Number(f.Index), f.Verdict ?? "", FramesCsv.Cell(f.Reason ?? ""),
                Number(f.Stars), f.Mark ?? "", FramesCsv.Cell(string.Join(' ', f.Tags)), FramesCsv.Cell(string.Join(" | ", f.Losses)),
                .. scores.Select(s => f.Scores.TryGetValue(s, out var value) ? value.ToString("0.######", CultureInfo.InvariantCulture) : ""),
            ]);
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.AppendJoin(',', cells).Append("\r\n");

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}

using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>A table of frames in Apache Parquet, a column of doubles for each score; what is not known is null.</summary>
[Part("parquet", "Parquet table", "A table of frames with times, verdicts, ratings and scores for data tools, without pictures.")]
public sealed class ParquetExporter(ListOptions options) : IExporter
{
    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return TextFile.WriteBytesAsync(request, "frames", ".parquet", () => Table(request, FrameLists.Of(request, options.Lines)), progress, ct);
    }

    private static byte[] Table(ExportRequest request, ImmutableArray<ListedFrame> frames)
    {
        string[] scores = [.. frames.SelectMany(f => f.Scores.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] names = ["rank", "source", "pts", "time_base", "seconds", "timecode", "index", "verdict", "reason", "stars", "mark", "tags", "losses"];
        var file = new ParquetFile(frames.Length);
        file.Add("rank", frames.Select(f => (long?)f.Rank));
        file.Add("source", frames.Select(_ => request.Origin.SourceName));
        file.Add("pts", frames.Select(f => (long?)f.Pts));
        file.Add("time_base", frames.Select(f => f.TimeBase));
        file.Add("seconds", frames.Select(f => (double?)f.Seconds));
        file.Add("timecode", frames.Select(f => f.Timecode));
        file.Add("index", frames.Select(f => (long?)f.Index));
        file.Add("verdict", frames.Select(f => f.Verdict));
        file.Add("reason", frames.Select(f => f.Reason));
        file.Add("stars", frames.Select(f => (long?)f.Stars));
        file.Add("mark", frames.Select(f => f.Mark));
        file.Add("tags", frames.Select(f => f.Tags.IsEmpty ? null : string.Join(' ', f.Tags)));
        file.Add("losses", frames.Select(f => f.Losses.IsEmpty ? null : string.Join(" | ", f.Losses)));
        foreach (var score in scores)
        {
            file.Add(names.Contains(score) ? $"score_{score}" : score, frames.Select(f => f.Scores.TryGetValue(score, out var value) ? (double?)value : null));
        }

        return file.ToBytes();
    }
}

using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Parquet;
using Parquet.Schema;

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
        return TextFile.WriteAsync(request, "frames", ".parquet", (file, stop) => WriteAsync(request, FrameLists.Of(request, options.Lines), file, stop), progress, ct);
    }

    private static async Task WriteAsync(ExportRequest request, ImmutableArray<ListedFrame> frames, Stream file, CancellationToken ct)
    {
        IColumn[] facts =
        [
            new Numbers<long>("rank", [.. frames.Select(f => (long?)f.Rank)]),
            new Texts("source", [.. frames.Select(_ => request.Origin.SourceName)]),
            new Numbers<long>("pts", [.. frames.Select(f => (long?)f.Pts)]),
            new Texts("time_base", [.. frames.Select(f => f.TimeBase)]),
            new Numbers<double>("seconds", [.. frames.Select(f => (double?)f.Seconds)]),
            new Texts("timecode", [.. frames.Select(f => f.Timecode)]),
            new Numbers<long>("index", [.. frames.Select(f => (long?)f.Index)]),
            new Texts("verdict", [.. frames.Select(f => f.Verdict)]),
            new Texts("reason", [.. frames.Select(f => f.Reason)]),
            new Numbers<long>("stars", [.. frames.Select(f => (long?)f.Stars)]),
            new Texts("mark", [.. frames.Select(f => f.Mark)]),
            new Texts("tags", [.. frames.Select(f => f.Tags.IsEmpty ? null : string.Join(' ', f.Tags))]),
            new Texts("losses", [.. frames.Select(f => f.Losses.IsEmpty ? null : string.Join(" | ", f.Losses))]),
        ];
        var scores = frames.SelectMany(f => f.Scores.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(score => new Numbers<double>(
            facts.Any(f => f.Field.Name == score) ? $"score_{score}" : score, [.. frames.Select(f => f.Scores.TryGetValue(score, out var value) ? (double?)value : null)]));
        IColumn[] columns = [.. facts, .. scores];

        var writer = await ParquetWriter.CreateAsync(new ParquetSchema(columns.Select(c => c.Field)), file, cancellationToken: ct).ConfigureAwait(false);
        await using var writing = writer.ConfigureAwait(false);
        using var rows = writer.CreateRowGroup();
        foreach (var column in columns)
        {
            await column.WriteAsync(rows, ct).ConfigureAwait(false);
        }
    }

    private interface IColumn
    {
        DataField Field { get; }

        Task WriteAsync(ParquetRowGroupWriter rows, CancellationToken ct);
    }

    private sealed class Numbers<T>(string name, T?[] values) : IColumn
        where T : struct
    {
        public DataField Field { get; } = new DataField<T?>(name);

        public Task WriteAsync(ParquetRowGroupWriter rows, CancellationToken ct) => rows.WriteAsync(Field, new ReadOnlyMemory<T?>(values), null, null, ct);
    }

    private sealed class Texts(string name, string?[] values) : IColumn
    {
        public DataField Field { get; } = new DataField<string>(name);

        public Task WriteAsync(ParquetRowGroupWriter rows, CancellationToken ct) => rows.WriteAsync(Field, values!, null);
    }
}

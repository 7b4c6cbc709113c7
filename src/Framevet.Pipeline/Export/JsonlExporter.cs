using System.Text;
using System.Text.Json;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>One JSON object per frame and line.</summary>
[Part("jsonl", "JSON lines", "One line of JSON per frame with times, verdicts, ratings and scores, without pictures.")]
public sealed class JsonlExporter(ListOptions options) : IExporter
{
    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return TextFile.WriteAsync(request, "frames", ".jsonl", () =>
        {
            var text = new StringBuilder();
            foreach (var frame in FrameLists.Of(request, options.Lines))
            {
                text.Append(JsonSerializer.Serialize(frame, PipelineJson.Options)).Append('\n');
            }

            return text.ToString();
        }, progress, ct);
    }
}

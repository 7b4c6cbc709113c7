using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Framevet.Pipeline.Export;

/// <summary><c>frames.jsonl</c>: one JSON object per line.</summary>
internal static class FramesJsonl
{
    /// <summary>File name.</summary>
    public const string Name = "frames.jsonl";

    /// <summary>The picks by rank, or every scored frame by time; the picks alone when nothing else is at hand.</summary>
    public static string Write(Manifest manifest, ExportRequest request, FrameLines lines)
    {
        var text = new StringBuilder();
        if (lines == FrameLines.All && !request.Scored.IsDefaultOrEmpty)
        {
            var files = manifest.Files.ToDictionary(f => f.Pts);
            foreach (var frame in request.Scored.OrderBy(c => c.Pts))
            {
                var file = files.GetValueOrDefault(frame.Pts.Value);
                Append(text, new FrameLine(file?.Name, file?.Rank, frame.Pts.Value, manifest.TimeBase, Math.Round(frame.Pts.Seconds, 6), frame.Index,
                    frame.Scores.Where(s => float.IsFinite(s.Value)).ToImmutableSortedDictionary(), [.. frame.Losses.Select(l => l.Reason)]));
            }

            return text.ToString();
        }

        foreach (var file in manifest.Files)
        {
            Append(text, new FrameLine(file.Name, file.Rank, file.Pts, manifest.TimeBase, file.Seconds, file.Index, file.Scores, []));
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, FrameLine line) => text.Append(JsonSerializer.Serialize(line, PipelineJson.Options)).Append('\n');

    private sealed record FrameLine(string? File, int? Rank, long Pts, string TimeBase, double Seconds, int Index, ImmutableSortedDictionary<string, float> Scores, ImmutableArray<string> Losses);
}

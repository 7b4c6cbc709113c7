using System.Collections.Immutable;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>One number, kept within the range that the entry names.</summary>
internal sealed class ScalarScores(ModelEntry entry, ScalarHead head) : IHeadScores
{
    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new(HeadScores.ScoreId(entry), entry.Title, head.Min, head.Max, head.HigherIsBetter, "", HeadScores.Source(entry, head.Meaning ?? "the model's number"))];

    /// <inheritdoc/>
    public void Read(LoadedModel model, OnnxRun run, int count, Span<float> scores)
    {
        var values = run.Values(model.Output(head.Output));
        for (var i = 0; i < count; i++)
        {
            HeadScores.Activate(head.Activation, values.Slice(i, 1), scores.Slice(i, 1));
            scores[i] = float.IsFinite(scores[i]) ? Math.Clamp(scores[i], (float)head.Min, (float)head.Max) : float.NaN;
        }
    }
}

using System.Collections.Immutable;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>One probability per label, 0..1, as a score each. Of a model that moderates a high one is good only where the label means that nothing is wrong.</summary>
internal sealed class LabelScores(ModelEntry entry, LabelsHead head) : IHeadScores
{
    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
    [
        .. head.Labels.Select(label => new MetricSpec(HeadScores.ScoreId(entry, label), $"{entry.Title}: {label}", 0, 1, IsGood(entry, label), "", HeadScores.Source(entry, $"probability of '{label}'"))),
    ];

    /// <summary>Probabilities of one item in the order of the labels.</summary>
    public void Probabilities(LoadedModel model, OnnxRun run, int item, Span<float> into) =>
        HeadScores.Activate(head.Activation, run.Values(model.Output(head.Output)).Slice(item * head.Labels.Length, head.Labels.Length), into);

    /// <inheritdoc/>
    public void Read(LoadedModel model, OnnxRun run, int count, Span<float> scores)
    {
        var width = head.Labels.Length;
        for (var i = 0; i < count; i++)
        {
            var item = scores.Slice(i * width, width);
            Probabilities(model, run, i, item);
            for (var c = 0; c < width; c++)
            {
                item[c] = float.IsFinite(item[c]) ? Math.Clamp(item[c], 0, 1) : float.NaN;
            }
        }
    }

    private static bool IsGood(ModelEntry entry, string label) =>
        entry.Task != ModelTask.Safety || (entry.Moderation.TryGetValue(label, out var ours) && ModerationLabels.Find(ours) is { IsHarm: false });
}

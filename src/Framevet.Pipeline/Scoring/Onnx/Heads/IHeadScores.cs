using System.Collections.Immutable;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>Makes scores of the output of a model with a certain head. Thread-safe.</summary>
internal interface IHeadScores
{
    /// <summary>The scores, in the order they are written.</summary>
    ImmutableArray<MetricSpec> Outputs { get; }

    /// <summary>Writes the scores of so many items [item x output], row-major; NaN where the output is no number.</summary>
    void Read(LoadedModel model, OnnxRun run, int count, Span<float> scores);
}

/// <summary>What heads that give scores share.</summary>
internal static class HeadScores
{
    private const int MaxScoreId = 64;

    /// <summary>For an entry; null when its head gives no scores by itself.</summary>
    public static IHeadScores? For(ModelEntry entry) => entry.Head switch
    {
        DistributionHead head => new DistributionScores(entry, head),
        LabelsHead head => new LabelScores(entry, head),
        ScalarHead head => new ScalarScores(entry, head),
        _ => null,
    };

    /// <summary>Score id of an entry, with a suffix of its own: letters, digits and hyphens.</summary>
    public static string ScoreId(ModelEntry entry, string? suffix = null)
    {
        var id = suffix is null ? entry.Id : $"{entry.Id}-{suffix}";
        var kept = new string([.. id.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        return kept[..Math.Min(kept.Length, MaxScoreId)].Trim('-');
    }

    /// <summary>Where the numbers come from, for people.</summary>
    public static string Source(ModelEntry entry, string formula) =>
        $"{formula}; {entry.Title}, {entry.Origin.Repository}{(entry.Accuracy.IsEmpty ? "" : $"; {entry.Accuracy[0].Figure} ({entry.Accuracy[0].Source})")}";

    /// <summary>Applies what the graph left to do to one item.</summary>
    public static void Activate(ModelActivation activation, ReadOnlySpan<float> raw, Span<float> into)
    {
        switch (activation)
        {
            case ModelActivation.Softmax:
                System.Numerics.Tensors.TensorPrimitives.Subtract(raw, System.Numerics.Tensors.TensorPrimitives.Max(raw), into);
                System.Numerics.Tensors.TensorPrimitives.SoftMax(into, into);
                break;
            case ModelActivation.Sigmoid:
                System.Numerics.Tensors.TensorPrimitives.Sigmoid(raw, into);
                break;
            default:
                raw.CopyTo(into);
                break;
        }
    }
}

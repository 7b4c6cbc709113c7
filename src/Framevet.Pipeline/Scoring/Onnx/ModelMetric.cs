using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx.Heads;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// The scores of one model of the catalogue, whole frames in. There is one such part per entry with a fitting head, under the entry's id, so a new model is a new entry. The input is
/// made of the analysis view by the entry's resampler; a recipe with a larger <c>analysisSide</c> (0 = the source's own size) comes nearer to the published numbers.
/// </summary>
public sealed class ModelMetric : SingleModelMetric
{
    private readonly IHeadScores _head;

    /// <summary>For an entry that <see cref="Serves"/>.</summary>
    public ModelMetric(ModelEntry entry, OnnxModels? models = null)
        : base((entry ?? throw new ArgumentNullException(nameof(entry))).Id, models) =>
        _head = HeadScores.For(entry) ?? throw new ArgumentException($"The head of '{entry.Id}' gives no scores.", nameof(entry));

    /// <inheritdoc/>
    public override ImmutableArray<MetricSpec> Outputs => _head.Outputs;

    /// <summary>Whether an entry is such a model: pictures in, numbers out.</summary>
    public static bool Serves(ModelEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry is { Input.Kind: ModelInputKind.Image, Input.Type: ModelValueType.FullPrecision or ModelValueType.HalfPrecision, Head: DistributionHead or LabelsHead or ScalarHead };
    }

    private protected override void Measure(LoadedModel model, FrameBatch frames, Span<float> scores)
    {
        // A span cannot travel into the pieces.
        var all = new float[frames.Count * Outputs.Length];
        model.Run(frames, 0, (run, first, count) => _head.Read(model, run, count, all.AsSpan(first * Outputs.Length)));
        all.CopyTo(scores);
    }
}

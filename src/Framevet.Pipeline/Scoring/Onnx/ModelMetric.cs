using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx.Heads;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// The scores of one model of the catalogue, whole frames in. There is one such part per entry with a fitting head, under the entry's id, so a new model is a new entry. The input is
/// made of the analysis view by the entry's resampler; a recipe with a larger <c>analysisSide</c> (0 = the source's own size) comes nearer to the published numbers.
/// </summary>
public sealed class ModelMetric : IFrameMetric, IModelReader, INeedsModels
{
    private readonly ModelSlot _model;
    private readonly IHeadScores _head;

    /// <summary>For an entry that <see cref="Serves"/>.</summary>
    public ModelMetric(ModelEntry entry, OnnxModels? models = null)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _head = HeadScores.For(entry) ?? throw new ArgumentException($"The head of '{entry.Id}' gives no scores.", nameof(entry));
        _model = new ModelSlot(entry.Id, models);
    }

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs => _head.Outputs;

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [_model.Id];

    /// <summary>Whether an entry is such a model: pictures in, numbers out.</summary>
    public static bool Serves(ModelEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry is { Input.Kind: ModelInputKind.Image, Input.Type: ModelValueType.FullPrecision or ModelValueType.HalfPrecision, Head: DistributionHead or LabelsHead or ScalarHead };
    }

    /// <inheritdoc/>
    public OnnxProvider? Provider => _model.Provider;

    /// <inheritdoc/>
    public void ReadModel() => _model.Read();

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        scores.Fill(float.NaN);
        if (_model.Model is { } model)
        {
            Measure(model, frames, scores);
        }
    }

    private void Measure(LoadedModel model, FrameBatch frames, Span<float> scores)
    {
        // A span cannot travel into the pieces.
        var all = new float[frames.Count * Outputs.Length];
        model.Run(frames, 0, (run, first, count) => _head.Read(model, run, count, all.AsSpan(first * Outputs.Length)));
        all.CopyTo(scores);
    }
}

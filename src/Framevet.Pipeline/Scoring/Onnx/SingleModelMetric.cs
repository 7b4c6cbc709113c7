using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>A metric that computes with one model. Scores are unknown (NaN) for as long as the model is not read, and for frames that the model says nothing about.</summary>
public abstract class SingleModelMetric : IFrameMetric, IModelReader, INeedsModels
{
    private readonly ModelSlot _model;

    private protected SingleModelMetric(string id, OnnxModels? models) => _model = new ModelSlot(id, models);

    /// <inheritdoc/>
    public abstract ImmutableArray<MetricSpec> Outputs { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [_model.Id];

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

    /// <summary>Measures with the model; <paramref name="scores"/> are NaN before.</summary>
    private protected abstract void Measure(LoadedModel model, FrameBatch frames, Span<float> scores);
}

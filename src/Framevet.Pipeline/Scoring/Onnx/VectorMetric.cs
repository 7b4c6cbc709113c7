using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx.Heads;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>The scores of a small model that judges the vector which another model gives of a frame (e.g. an aesthetic head on CLIP). One such part per entry that names where its vector comes from.</summary>
public sealed class VectorMetric : IFrameMetric, IModelReader, INeedsModels
{
    private readonly ModelSlot _pictures;
    private readonly ModelSlot _model;
    private readonly IHeadScores _head;

    /// <summary>For an entry that <see cref="Serves"/>.</summary>
    public VectorMetric(ModelEntry entry, OnnxModels? models = null)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _head = HeadScores.For(entry) ?? throw new ArgumentException($"The head of '{entry.Id}' gives no scores.", nameof(entry));
        _model = new ModelSlot(entry.Id, models);
        _pictures = new ModelSlot(entry.Input?.From ?? throw new ArgumentException($"'{entry.Id}' does not say where its vector comes from.", nameof(entry)), models);
    }

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs => _head.Outputs;

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [_model.Id, _pictures.Id];

    /// <inheritdoc/>
    public OnnxProvider? Provider => _pictures.Provider;

    /// <summary>Whether an entry is such a model: a vector of a picture in, numbers out.</summary>
    public static bool Serves(ModelEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry is { Input: { Kind: ModelInputKind.Vector, From: not null, Length: not null }, Head: DistributionHead or LabelsHead or ScalarHead };
    }

    /// <inheritdoc/>
    public void ReadModel()
    {
        _pictures.Read();
        _model.Read();
        if (_pictures.Model!.Entry.Head is not EmbeddingHead head || head.Length != _model.Model!.Entry.Input!.Length)
        {
            throw new VettingException(FailureCode.ModelMismatch, $"The model '{_pictures.Id}' does not give vectors of the length that '{_model.Id}' takes.");
        }
    }

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        scores.Fill(float.NaN);
        if (_pictures.Model is { } pictures && _model.Model is { } model)
        {
            Measure(pictures, model, frames, scores);
        }
    }

    private void Measure(LoadedModel pictures, LoadedModel model, FrameBatch frames, Span<float> scores)
    {
        var head = (EmbeddingHead)pictures.Entry.Head!;
        var vectors = new float[frames.Count * head.Length];
        pictures.Run(frames, 0, (run, first, count) => run.Values(pictures.Output(head.Output))[..(count * head.Length)].CopyTo(vectors.AsSpan(first * head.Length)));
        var all = new float[frames.Count * Outputs.Length];
        model.Run(vectors, frames.Count, n => [n, head.Length], (run, first, count) => _head.Read(model, run, count, all.AsSpan(first * Outputs.Length)));
        all.CopyTo(scores);
    }
}

using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Scoring.Onnx.Heads;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>
/// A classifier or detector of the catalogue that runs on this machine. What it says is mapped into our taxonomy by the entry; labels of one meaning add up (to at most 1), and a label that
/// the entry does not map is reported as unmapped, which always goes to people. Without its model every call fails, so that people look. Thread-safe.
/// </summary>
[Part("local-model", "Local model", "Judges pictures with a neural network on this machine; nothing leaves it.")]
public sealed class LocalModelBackend(LocalModelBackendOptions options, JpegCodec codec, OnnxModels? models = null) : IModerationBackend, INeedsModels
{
    // Larger pictures hold no more for inputs of some hundred pixels.
    private const int MaxSide = 2048;

    // Less is the noise of a classifier that must give something to every label.
    private const double WorthReporting = 0.01;
    private const double WorthAskingAbout = 0.05;

    private readonly ModelSlot _model = new(options.Model, models);
    private readonly ConcurrentDictionary<(int Width, int Height), PictureLoader> _loaders = new();
    private readonly Lock _loading = new();

    /// <inheritdoc/>
    public string Id => "local-model";

    /// <inheritdoc/>
    public ModerationTier Tier => ModerationTier.Local;

    /// <inheritdoc/>
    public string ModelVersion => _model.Model is { } model ? $"{model.Entry.Id} {model.Entry.Main.Sha256[..12]}" : options.Model;

    /// <inheritdoc/>
    public string? WhyNotReady => models is null ? "no models are set up here." : models.WhyNot(options.Model);

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [options.Model];

    /// <summary>What the model sees, from 0.01 on.</summary>
    /// <exception cref="VettingException">ModelMissing, ModelMismatch, UnsupportedMedia.</exception>
    public Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var model = Loaded();
        return Task.FromResult(Inspect(model, codec.Decode(jpeg.Span, MaxSide)));
    }

    private LoadedModel Loaded()
    {
        lock (_loading)
        {
            if (_model.Model is null)
            {
                _model.Read();
            }

            return _model.Model!;
        }
    }

    private ImmutableArray<Finding> Inspect(LoadedModel model, RgbImage image)
    {
        var input = model.Entry.Input!;
        var loader = _loaders.GetOrAdd((image.Width, image.Height), size => new PictureLoader(input, PictureFit.Of(input, size.Width, size.Height, 0), isRgb: true));
        var planes = ArrayPool<byte>.Shared.Rent(image.Width * image.Height * 3);
        var numbers = new float[loader.Length];
        loader.Write(PixelPlanes.Of(image, planes), numbers);
        ArrayPool<byte>.Shared.Return(planes);
        ImmutableArray<Finding> findings = [];
        model.Run(numbers, 1, loader.Shape, (run, _, _) => findings = Findings(model, Seen(model, run, loader.Fit)));
        return findings;
    }

    /// <summary>Confidence per label of the model.</summary>
    private static IEnumerable<(string Label, double Confidence)> Seen(LoadedModel model, OnnxRun run, PictureFit fit)
    {
        switch (model.Entry.Head)
        {
            case LabelsHead head:
                var shares = new float[head.Labels.Length];
                new LabelScores(model.Entry, head).Probabilities(model, run, 0, shares);
                return head.Labels.Zip(shares, (label, share) => (label, (double)share));
            case BoxesHead head:
                var boxes = new List<DetectedBox>();
                Boxes.Reader(head).Read(model, run, 0, fit, (float)head.ScoreThreshold, boxes);
                return boxes.GroupBy(b => b.Label).Select(g => (head.Labels[g.Key], (double)g.Max(b => b.Score)));
            default:
                throw new VettingException(FailureCode.ModelMismatch, $"The model '{model.Entry.Id}' gives neither labels nor boxes, so it cannot moderate.");
        }
    }

    private ImmutableArray<Finding> Findings(LoadedModel model, IEnumerable<(string Label, double Confidence)> seen)
    {
        var ours = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (label, confidence) in seen)
        {
            if (!double.IsFinite(confidence))
            {
                throw new VettingException(FailureCode.ModelMismatch, $"The model '{model.Entry.Id}' gave no number for '{label}'.");
            }

            var mapped = model.Entry.Moderation.TryGetValue(label, out var known) ? known : ModerationLabels.Unmapped;
            if (ModerationLabels.Find(mapped) is not { IsHarm: false } && confidence >= (mapped == ModerationLabels.Unmapped ? WorthAskingAbout : 0))
            {
                ours[mapped] = Math.Min(1, ours.GetValueOrDefault(mapped) + Math.Max(0, confidence));
            }
        }

        return [.. ours.Where(f => f.Value >= WorthReporting).Select(f => new Finding(f.Key, f.Value, Id, ModelVersion))];
    }
}

/// <summary>Options of <see cref="LocalModelBackend"/>.</summary>
public sealed record LocalModelBackendOptions
{
    /// <summary>Id of a model.</summary>
    [Display(Name = "Model", Description = "The network that judges.")]
    [ModelName(ModelTask.Safety)]
    public string Model { get; init; } = "nsfwjs-mobilenet";
}

using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// How well sentences describe a frame, by a pair of networks that turn pictures and sentences into comparable vectors (A. Radford et al., "CLIP", 2021): the best similarity to a wanted and to
/// an unwanted sentence. Similarities of good matches lie around 0.25..0.35. The gate <c>similarity-margin</c> makes use of them.
/// </summary>
[Part("text-match", "Described by words", "Compares frames with sentences such as 'a dog on a beach', wanted and unwanted ones.")]
public sealed class TextMatchMetric(TextMatchMetricOptions options, OnnxModels? models = null) : IFrameMetric, IModelReader, INeedsModels
{
    private const string Method = "cosine between the vectors of picture and sentence";

    private readonly ModelSlot _pictures = new(options.Pictures, models);
    private readonly ModelSlot _texts = new(options.Texts, models);
    private ImmutableArray<FaceEmbedding> _wanted = [];
    private ImmutableArray<FaceEmbedding> _unwanted = [];

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
    [
        new("text-wanted", "Like a wanted sentence", -1, 1, HigherIsBetter: true, "", $"best of the wanted sentences; {Method}"),
        new("text-unwanted", "Like an unwanted sentence", -1, 1, HigherIsBetter: false, "", $"best of the unwanted sentences; {Method}"),
        new("text-margin", "Wanted before unwanted", -2, 2, HigherIsBetter: true, "", "text-wanted - text-unwanted"),
    ];

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [options.Pictures, options.Texts];

    /// <inheritdoc/>
    public OnnxProvider? Provider => _pictures.Provider;

    /// <inheritdoc/>
    public void ReadModel()
    {
        _pictures.Read();
        _texts.Read();
        var texts = new TextVectors(_texts.Model!);
        _wanted = [.. TextMatchMetricOptions.Sentences(options.Wanted).Select(texts.Of)];
        _unwanted = [.. TextMatchMetricOptions.Sentences(options.Unwanted).Select(texts.Of)];
        if (_pictures.Model!.Entry.Head is not EmbeddingHead head || _wanted.Concat(_unwanted).Any(v => v.Values.Length != head.Length))
        {
            throw new VettingException(FailureCode.ModelMismatch, $"The models '{options.Pictures}' and '{options.Texts}' do not belong together: their vectors differ in length.");
        }
    }

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        scores.Fill(float.NaN);
        if (_pictures.Model is { } model)
        {
            Measure(model, frames, scores);
        }
    }

    private void Measure(LoadedModel model, FrameBatch frames, Span<float> scores)
    {
        var vectors = new FaceEmbedding?[frames.Count];
        model.Run(frames, 0, (run, first, count) => Read(model, run, first, count, vectors));
        for (var i = 0; i < vectors.Length; i++)
        {
            if (vectors[i] is { } vector)
            {
                var row = scores.Slice(i * Outputs.Length, Outputs.Length);
                (row[0], row[1]) = (Best(vector, _wanted), Best(vector, _unwanted));
                row[2] = row[0] - row[1];
            }
        }
    }

    private static void Read(LoadedModel model, OnnxRun run, int first, int count, FaceEmbedding?[] vectors)
    {
        var values = run.Values(model.Output(((EmbeddingHead)model.Entry.Head!).Output));
        var length = values.Length / count;
        for (var i = 0; i < count; i++)
        {
            vectors[first + i] = FaceEmbedding.Of(values.Slice(i * length, length));
        }
    }

    private static float Best(FaceEmbedding picture, ImmutableArray<FaceEmbedding> sentences) =>
        sentences.IsEmpty ? float.NaN : sentences.Max(s => picture.Similarity(s) ?? float.NaN);
}

/// <summary>Options of <see cref="TextMatchMetric"/>.</summary>
public sealed record TextMatchMetricOptions : IValidatableObject
{
    private static readonly char[] Separators = [';', '\n'];

    /// <summary>Id of a model.</summary>
    [Display(Name = "Model for pictures", Description = "Turns pictures into vectors.")]
    [ModelName(ModelTask.ImageEmbedding)]
    public string Pictures { get; init; } = "clip-vit-b32-vision-int8";

    /// <summary>Id of a model.</summary>
    [Display(Name = "Model for sentences", Description = "Turns sentences into vectors; it must belong to the model for pictures.")]
    [ModelName(ModelTask.TextEmbedding)]
    public string Texts { get; init; } = "clip-vit-b32-text-int8";

    /// <summary>Sentences.</summary>
    [Display(Name = "Wanted", Description = "Sentences separated by semicolons, e.g. 'a photo of a dog; a photo of a beach'.")]
    public string Wanted { get; init; } = "a photo of a person";

    /// <summary>Sentences.</summary>
    [Display(Name = "Unwanted", Description = "Sentences separated by semicolons; empty = none.")]
    public string Unwanted { get; init; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Sentences(Wanted).IsEmpty && Sentences(Unwanted).IsEmpty ? [new ValidationResult("needs a wanted or an unwanted sentence")] : [];

    internal static ImmutableArray<string> Sentences(string text) => [.. text.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}

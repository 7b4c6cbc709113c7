using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// Says what the faces that <see cref="FacesMetric"/> found look like, as vectors for comparing people, and how alike the best one is to a reference: similarity = cosine of the angle
/// between both vectors (1 the same, about 0 strangers), distance = 1 - similarity. Without a reference only the vectors are kept.
/// </summary>
[Part("face-likeness", "Likeness of faces", "Compares faces with a reference person, and keeps what faces look like so that people can be told apart. Needs the score 'faces'.")]
public sealed class FaceLikenessMetric(FaceLikenessMetricOptions options, OnnxModels? models = null) : IFrameMetric, IModelReader, INeedsModels
{
    private const string Method = "cosine between face vectors of an aligned 112x112 cut-out (J. Deng et al., CVPR 2019, for the alignment)";

    private readonly ModelSlot _model = new(options.Model, models);
    private readonly ImmutableArray<FaceEmbedding> _references = [.. FaceLikenessMetricOptions.Parse(options.Reference).OfType<FaceEmbedding>()];

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
    [
        new("face-similarity", "Similarity to the reference", -1, 1, HigherIsBetter: true, "", $"of the face most like the reference; {Method}"),
        new("face-distance", "Distance from the reference", 0, 2, HigherIsBetter: false, "", $"1 - similarity, of the face most like the reference; {Method}"),
    ];

    /// <inheritdoc/>
    public bool ReadsFindings => true;

    /// <inheritdoc/>
    public ImmutableArray<string> Needs => [FacesMetric.CountScore];

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [options.Model];

    /// <inheritdoc/>
    public OnnxProvider? Provider => _model.Provider;

    /// <inheritdoc/>
    public void ReadModel()
    {
        _model.Read();
        if (_model.Model!.Entry.Head is EmbeddingHead head && _references.Any(r => r.Values.Length != head.Length))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The reference face was made with another model than '{options.Model}': its vector does not have {head.Length} numbers.");
        }
    }

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
        var crops = new List<(int Frame, FaceCrop Crop)>();
        var places = new List<int>();
        for (var i = 0; i < frames.Count; i++)
        {
            var faces = frames.Found(i)?.Faces ?? [];
            for (var f = 0; f < Math.Min(faces.Length, options.MaxFaces); f++)
            {
                if (FaceCrop.Aligned(faces[f].Points.AsSpan(), frames.Layout.Width, frames.Layout.Height, model.Entry.Input!.Width!.Value) is { } crop)
                {
                    crops.Add((i, crop));
                    places.Add(f);
                }
            }
        }

        var vectors = Vectors(model, frames, crops);
        for (var n = 0; n < crops.Count; n++)
        {
            var (frame, face, vector) = (crops[n].Frame, places[n], vectors[n]);
            frames.Note(frame, before => Marked(before!, face, vector));
            Compare(vector, scores.Slice(frame * Outputs.Length, Outputs.Length));
        }
    }

    private static FaceEmbedding?[] Vectors(LoadedModel model, FrameBatch frames, List<(int Frame, FaceCrop Crop)> crops)
    {
        var vectors = new FaceEmbedding?[crops.Count];
        CropTensor.Run(model, frames, crops, (run, first, count) =>
        {
            var values = run.Values(model.Output((model.Entry.Head as EmbeddingHead)?.Output));
            var length = values.Length / count;
            for (var i = 0; i < count; i++)
            {
                vectors[first + i] = FaceEmbedding.Of(values.Slice(i * length, length));
            }
        });
        return vectors;
    }

    private static FrameDetections Marked(FrameDetections before, int face, FaceEmbedding? vector)
    {
        var faces = before.Faces!.Value;
        return before with { Faces = faces.SetItem(face, faces[face] with { Embedding = vector }) };
    }

    private void Compare(FaceEmbedding? vector, Span<float> scores)
    {
        foreach (var reference in _references)
        {
            if (vector?.Similarity(reference) is { } similarity && !(similarity <= scores[0]))
            {
                (scores[0], scores[1]) = (similarity, 1 - similarity);
            }
        }
    }
}

/// <summary>Options of <see cref="FaceLikenessMetric"/>.</summary>
public sealed record FaceLikenessMetricOptions : IValidatableObject
{
    private static readonly char[] Separators = [' ', ',', ';', '\n', '\r', '\t'];

    /// <summary>Id of a model.</summary>
    [Display(Name = "Model", Description = "What tells people apart. Vectors of different models cannot be compared.")]
    [ModelName(ModelTask.FaceEmbedding)]
    public string Model { get; init; } = "mobilefacenet";

    /// <summary>Vectors as <see cref="FaceEmbedding.ToString"/> writes them.</summary>
    [Display(Name = "Reference", Description = "Vectors of the wanted person, one or several (separated by blanks), as a face of a run or an uploaded picture gives them. Empty: only keep what faces look like.")]
    [FaceReference]
    public string Reference { get; init; } = "";

    /// <summary>Number.</summary>
    [Display(Name = "Faces per frame", Description = "Most faces of a frame that are looked at, the largest first.")]
    [Range(1, 100)]
    public int MaxFaces { get; init; } = 10;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Parse(Reference).Any(r => r is null) ? [new ValidationResult("reference is no face vector")] : [];

    internal static IEnumerable<FaceEmbedding?> Parse(string text) => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(FaceEmbedding.Parse);
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>
/// A dataset on disk for FiftyOne (<c>FiftyOneDataset</c>): <c>data/</c>, <c>samples.json</c> and <c>metadata.json</c>. Boxes are relative [left, top, width, height]. Scores become float fields, stars
/// and marks of curators tags. Without a version in its metadata, every release reads it.
/// </summary>
[Part("fiftyone", "FiftyOne dataset", "Pictures with boxes, scores and ratings as a FiftyOneDataset, in one zip.")]
public sealed class FiftyOneExporter(DatasetOptions options, FrameExtractor extractor, TimeProvider time) : IExporter
{
    private const string FloatField = "fiftyone.core.fields.FloatField", IntField = "fiftyone.core.fields.IntField", TextField = "fiftyone.core.fields.StringField";
    private const string BoxesField = "fiftyone.core.fields.EmbeddedDocumentField(fiftyone.core.labels.Detections)";

    // Names that samples have already.
    private static readonly string[] Taken = ["id", "filepath", "tags", "metadata", "faces", "objects", "pts", "frame", "seconds", "rank", "source", "reason"];

    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return DatasetFiles.WriteAsync(extractor, request, options, "fiftyone", "data", (images, _) =>
            [
                ("metadata.json", Metadata(request, images).ToJsonString(DatasetFiles.Json)),
                ("samples.json", new JsonObject { ["samples"] = new JsonArray([.. images.Select(i => Sample(request, i, Scores(images)))]) }.ToJsonString(DatasetFiles.Json)),
            ], time, progress, ct);
    }

    private static JsonObject Metadata(ExportRequest request, ImmutableArray<DatasetImage> images)
    {
        var fields = new JsonObject { ["pts"] = IntField, ["frame"] = IntField, ["seconds"] = FloatField, ["rank"] = IntField, ["source"] = TextField, ["reason"] = TextField, ["faces"] = BoxesField, ["objects"] = BoxesField };
        foreach (var (_, field) in Scores(images))
        {
            fields[field] = FloatField;
        }

        return new JsonObject
        {
            ["name"] = FrameNames.Stem(request.Origin.SourceName), ["media_type"] = "image", ["sample_fields"] = fields,
            ["info"] = new JsonObject { ["source"] = request.Origin.SourceName, ["source_sha256"] = request.Origin.SourceSha256, ["run"] = request.Origin.RunId, ["recipe"] = request.Origin.RecipeName },
        };
    }

    private static JsonObject Sample(ExportRequest request, DatasetImage image, (string Score, string Field)[] scores)
    {
        var frame = image.Pick.Candidate;
        var sample = new JsonObject
        {
            ["filepath"] = $"data/{image.Name}", ["tags"] = new JsonArray([.. Tags(image.Rating).Select(t => JsonValue.Create(t))]), ["metadata"] = null,
            ["pts"] = frame.Pts.Value, ["frame"] = frame.Index, ["seconds"] = Math.Round(frame.Pts.Seconds, 6), ["rank"] = image.Pick.Rank, ["source"] = request.Origin.SourceName, ["reason"] = image.Pick.Reason,
            ["faces"] = Detections(image.Boxes.Where(b => b.Label == DatasetFiles.Face)), ["objects"] = Detections(image.Boxes.Where(b => b.Label != DatasetFiles.Face)),
        };
        foreach (var (score, field) in scores)
        {
            sample[field] = frame.Score(score) is { } value ? JsonValue.Create(value) : null;
        }

        return sample;
    }

    private static JsonObject Detections(IEnumerable<DatasetBox> boxes) => new()
    {
        ["_cls"] = "Detections",
        ["detections"] = new JsonArray([.. boxes.Select(b => new JsonObject
        {
            ["_cls"] = "Detection", ["tags"] = new JsonArray(), ["label"] = b.Label, ["confidence"] = Math.Round(b.Certainty, 4),
            ["bounding_box"] = new JsonArray(Round(b.Left), Round(b.Top), Round(b.Width), Round(b.Height)),
        })]),
    };

    private static IEnumerable<string> Tags(FrameRating? rating) => rating is null ? [] :
    [
        .. rating.Stars is { } stars ? [$"stars-{stars}"] : Array.Empty<string>(),
        .. rating.Mark is { } mark ? [mark ? "picked" : "rejected"] : Array.Empty<string>(),
        .. rating.Tags,
    ];

    // A field's name is a name in Python.
    private static (string Score, string Field)[] Scores(ImmutableArray<DatasetImage> images) =>
    [
        .. images.SelectMany(i => i.Pick.Candidate.Scores.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(s => (s, s.Replace('-', '_')))
            .Select(s => Taken.Contains(s.Item2) ? (s.s, $"score_{s.Item2}") : s),
    ];

    private static double Round(double share) => Math.Round(share, 6);
}

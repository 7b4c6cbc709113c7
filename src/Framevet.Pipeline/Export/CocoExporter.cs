using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Export;

/// <summary>
/// Pictures, boxes and masks in the format of the COCO detection task: <c>images/</c> and <c>annotations.json</c>. Boxes are [left, top, width, height] in pixels. What was found as a box has the
/// outline of its box as segmentation. The mask of people does not tell them apart, so it is one annotation with <c>iscrowd</c> 1 and run lengths by column, the format's way for groups.
/// </summary>
[Part("coco", "COCO", "Pictures with boxes of faces and things and the mask of people in the COCO format, in one zip.")]
public sealed class CocoExporter(DatasetOptions options, FrameExtractor extractor, TimeProvider time) : IExporter
{
    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return DatasetFiles.WriteAsync(extractor, request, options, "coco", "images", (images, at) => [("annotations.json", Document(request, images, at, options.Masks).ToJsonString(DatasetFiles.Json))], time, progress, ct);
    }

    private static JsonObject Document(ExportRequest request, ImmutableArray<DatasetImage> images, DateTimeOffset at, bool withMasks)
    {
        var masks = images.ToDictionary(i => i.Id, i => withMasks ? i.Pick.Candidate.Detections?.PersonMask : null);
        string[] labels = [.. images.SelectMany(i => i.Boxes).Select(b => b.Label).Concat(masks.Values.Any(m => m is not null) ? [DatasetFiles.Person] : []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var annotations = new JsonArray();
        foreach (var image in images)
        {
            foreach (var box in image.Boxes)
            {
                annotations.Add(Annotation(annotations.Count + 1, image, box, Array.IndexOf(labels, box.Label) + 1));
            }

            if (masks[image.Id] is { } mask)
            {
                annotations.Add(Annotation(annotations.Count + 1, image, mask, Array.IndexOf(labels, DatasetFiles.Person) + 1));
            }
        }

        return new JsonObject
        {
            ["info"] = new JsonObject
            {
                ["description"] = $"Frames of {request.Origin.SourceName}", ["version"] = "1.0", ["year"] = at.Year, ["contributor"] = "Framevet", ["url"] = "",
                ["date_created"] = at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), ["source_sha256"] = request.Origin.SourceSha256, ["run"] = request.Origin.RunId,
            },
            ["licenses"] = new JsonArray(),
            ["images"] = new JsonArray([.. images.Select(i => Picture(i, at))]),
            ["categories"] = new JsonArray([.. labels.Select((l, i) => new JsonObject { ["id"] = i + 1, ["name"] = l, ["supercategory"] = l is DatasetFiles.Face or DatasetFiles.Person ? "person" : "thing" })]),
            ["annotations"] = annotations,
        };
    }

    private static JsonObject Picture(DatasetImage image, DateTimeOffset at)
    {
        var frame = image.Pick.Candidate;
        return new JsonObject
        {
            ["id"] = image.Id, ["file_name"] = image.Name, ["width"] = image.Width, ["height"] = image.Height,
            ["date_captured"] = at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["pts"] = frame.Pts.Value, ["time_base"] = frame.Pts.TimeBase.ToString(), ["frame"] = frame.Index, ["seconds"] = Math.Round(frame.Pts.Seconds, 6), ["rank"] = image.Pick.Rank,
            ["scores"] = JsonSerializer.SerializeToNode(frame.Scores.Where(s => float.IsFinite(s.Value)).ToDictionary(s => s.Key, s => s.Value)),
        };
    }

    private static JsonObject Annotation(int id, DatasetImage image, DatasetBox box, int category)
    {
        var (x, y) = (Round(box.Left * image.Width), Round(box.Top * image.Height));
        var (width, height) = (Round(box.Width * image.Width), Round(box.Height * image.Height));
        return new JsonObject
        {
            ["id"] = id, ["image_id"] = image.Id, ["category_id"] = category, ["bbox"] = new JsonArray(x, y, width, height), ["area"] = Round(width * height), ["iscrowd"] = 0,
            ["segmentation"] = new JsonArray(new JsonArray(x, y, Round(x + width), y, Round(x + width), Round(y + height), x, Round(y + height))),
            ["score"] = Math.Round(box.Certainty, 4),
        };
    }

    private static JsonObject Annotation(int id, DatasetImage image, FrameMask mask, int category)
    {
        var inside = mask.At(image.Width, image.Height);
        var (counts, area) = (new JsonArray(), 0);
        var (left, top, right, bottom) = (image.Width, image.Height, 0, 0);
        var (isInside, length) = (false, 0);
        for (var x = 0; x < image.Width; x++)
        {
            for (var y = 0; y < image.Height; y++)
            {
                var here = inside[(y * image.Width) + x];
                if (here != isInside)
                {
                    counts.Add(length);
                    (isInside, length) = (here, 0);
                }

                length++;
                if (here)
                {
                    area++;
                    (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
                }
            }
        }

        counts.Add(length);
        return new JsonObject
        {
            ["id"] = id, ["image_id"] = image.Id, ["category_id"] = category, ["bbox"] = area == 0 ? new JsonArray(0, 0, 0, 0) : new JsonArray(left, top, right - left, bottom - top), ["area"] = area,
            ["iscrowd"] = 1, ["segmentation"] = new JsonObject { ["size"] = new JsonArray(image.Height, image.Width), ["counts"] = counts },
        };
    }

    private static double Round(double pixels) => Math.Round(pixels, 2);
}

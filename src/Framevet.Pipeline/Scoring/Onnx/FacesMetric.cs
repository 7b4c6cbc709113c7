using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring.Onnx.Heads;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// Finds faces: how many, how large and how sure, and notes them for other parts and for pages. Position and size are those of the largest face; a frame without a face has only the
/// count.
/// </summary>
[Part("faces", "Faces", "Finds faces: their number, and size, certainty and place of the largest one.")]
public sealed class FacesMetric(FacesMetricOptions options, OnnxModels? models = null) : SingleModelMetric(options.Model, models)
{
    /// <summary>The score that says that somebody looked for faces.</summary>
    internal const string CountScore = "face-count";

    // More than any frame shows that a view of usual size can resolve.
    private const int MaxFaces = 1000;

    private const string Method = "boxes of the face detector after non-maximum suppression";

    /// <inheritdoc/>
    public override ImmutableArray<MetricSpec> Outputs { get; } =
    [
        new(CountScore, "Faces", 0, MaxFaces, HigherIsBetter: true, "", $"number of faces; {Method}"),
        new("face-area", "Largest face", 0, 100, HigherIsBetter: true, "%", $"share of the frame inside the largest face box; {Method}"),
        new("face-confidence", "Face certainty", 0, 1, HigherIsBetter: true, "", $"the detector's certainty of the largest face; {Method}"),
        new("face-x", "Face, from the left", 0, 100, HigherIsBetter: true, "%", $"centre of the largest face box; {Method}"),
        new("face-y", "Face, from the top", 0, 100, HigherIsBetter: true, "%", $"centre of the largest face box; {Method}"),
    ];

    private protected override void Measure(LoadedModel model, FrameBatch frames, Span<float> scores)
    {
        var found = new ImmutableArray<FaceMark>[frames.Count];
        BoxSearch.Run(model, frames, options.Detail, options.MinScore, (frame, boxes, fit) =>
            found[frame] = [.. boxes.Take(MaxFaces).Select(b => Mark(b, fit)).OrderByDescending(f => f.Box.Share).ThenByDescending(f => f.Score)]);
        for (var i = 0; i < found.Length; i++)
        {
            var faces = found[i];
            frames.Note(i, before => (before ?? new()) with { Faces = faces });
            Write(faces, scores.Slice(i * Outputs.Length, Outputs.Length));
        }
    }

    private static void Write(ImmutableArray<FaceMark> faces, Span<float> scores)
    {
        scores[0] = faces.Length;
        if (faces is [var largest, ..])
        {
            scores[1] = 100 * largest.Box.Share;
            scores[2] = Math.Clamp(largest.Score, 0, 1);
            scores[3] = 100 * Math.Clamp(largest.Box.Center.X, 0, 1);
            scores[4] = 100 * Math.Clamp(largest.Box.Center.Y, 0, 1);
        }
    }

    private static FaceMark Mark(DetectedBox box, PictureFit fit)
    {
        var points = ImmutableArray.CreateBuilder<MarkPoint>(box.Points.Length / 2);
        for (var k = 0; k + 1 < box.Points.Length; k += 2)
        {
            var (x, y) = fit.ToPicture(box.Points[k], box.Points[k + 1]);
            points.Add(new MarkPoint(x, y).Rounded());
        }

        return new FaceMark(fit.ToPicture(box.Left, box.Top, box.Right, box.Bottom).Rounded(), MarkPoint.Round(box.Score), points.ToImmutable());
    }
}

/// <summary>Options of <see cref="FacesMetric"/>.</summary>
public sealed record FacesMetricOptions
{
    /// <summary>Id of a model.</summary>
    [Display(Name = "Model", Description = "The face detector.")]
    [ModelName(ModelTask.FaceDetection)]
    public string Model { get; init; } = "yunet";

    /// <summary>0..1.</summary>
    [Display(Name = "Least certainty", Description = "Faces of which the detector is less sure are left out.")]
    [Range(0.1, 1)]
    public double MinScore { get; init; } = 0.7;

    /// <summary>Pixels.</summary>
    [Display(Name = "Detail", Description = "Long side in pixels of the picture in which faces are looked for, for detectors that take any size: larger finds smaller faces and takes longer. More than the analysis view has adds nothing.")]
    [Range(64, 2048)]
    public int Detail { get; init; } = 512;
}

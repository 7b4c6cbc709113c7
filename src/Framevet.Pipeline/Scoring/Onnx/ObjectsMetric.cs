using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Finds things with a name (of the 80 classes of COCO, with the usual models) and notes them for the gate that asks for some, and for pages.</summary>
[Part("objects", "Things", "Finds things such as people, dogs and cars; the gate 'object-presence' asks for some of them.")]
public sealed class ObjectsMetric(ObjectsMetricOptions options, OnnxModels? models = null) : SingleModelMetric(options.Model, models)
{
    /// <summary>The score that says that somebody looked for things.</summary>
    internal const string CountScore = "object-count";

    private const int MaxObjects = 1000;
    private const string Person = "person";
    private const string Method = "boxes of the object detector after non-maximum suppression";

    /// <inheritdoc/>
    public override ImmutableArray<MetricSpec> Outputs { get; } =
    [
        new(CountScore, "Things", 0, MaxObjects, HigherIsBetter: true, "", $"number of things; {Method}"),
        new("object-confidence", "Surest thing", 0, 1, HigherIsBetter: true, "", $"the detector's certainty of the surest thing; {Method}"),
        new("person-count", "Persons", 0, MaxObjects, HigherIsBetter: true, "", $"number of things called 'person'; {Method}"),
    ];

    private protected override void Measure(LoadedModel model, FrameBatch frames, Span<float> scores)
    {
        var found = new ImmutableArray<ObjectMark>[frames.Count];
        var labels = (model.Entry.Head as BoxesHead)?.Labels ?? [];
        BoxSearch.Run(model, frames, options.Detail, options.MinScore, (frame, boxes, fit) =>
            found[frame] = [.. boxes.Take(MaxObjects).Select(b => new ObjectMark(labels[b.Label], MarkPoint.Round(Math.Clamp(b.Score, 0, 1)), fit.ToPicture(b.Left, b.Top, b.Right, b.Bottom).Rounded()))]);
        for (var i = 0; i < found.Length; i++)
        {
            var objects = found[i];
            frames.Note(i, before => (before ?? new()) with { Objects = objects });
            var row = scores.Slice(i * Outputs.Length, Outputs.Length);
            row[0] = objects.Length;
            row[1] = objects.IsEmpty ? float.NaN : objects[0].Score;
            row[2] = objects.Count(o => o.Label == Person);
        }
    }
}

/// <summary>Options of <see cref="ObjectsMetric"/>.</summary>
public sealed record ObjectsMetricOptions
{
    /// <summary>Id of a model.</summary>
    [Display(Name = "Model", Description = "The object detector.")]
    [ModelName(ModelTask.ObjectDetection)]
    public string Model { get; init; } = "fastestdet";

    /// <summary>0..1.</summary>
    [Display(Name = "Least certainty", Description = "Things of which the detector is less sure are left out.")]
    [Range(0.1, 1)]
    public double MinScore { get; init; } = 0.65;

    /// <summary>Pixels.</summary>
    [Display(Name = "Detail", Description = "Long side in pixels of the picture in which things are looked for, for detectors that take any size.")]
    [Range(64, 2048)]
    public int Detail { get; init; } = 512;
}

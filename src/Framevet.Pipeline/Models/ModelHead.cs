using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Models;

/// <summary>How the output of a graph is read. <c>kind</c> names which.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(DistributionHead), "distribution-10")]
[JsonDerivedType(typeof(LabelsHead), "labels")]
[JsonDerivedType(typeof(ScalarHead), "scalar")]
[JsonDerivedType(typeof(EmbeddingHead), "embedding")]
[JsonDerivedType(typeof(BoxesHead), "boxes")]
[JsonDerivedType(typeof(MaskHead), "mask")]
[JsonDerivedType(typeof(LandmarksHead), "landmarks")]
public abstract record ModelHead
{
    /// <summary>What is still to be applied to the raw output; the graph did the rest.</summary>
    public ModelActivation Activation { get; init; }
}

/// <summary>Ten probabilities of the ratings 1..10, [N, 10]: mean and standard deviation are the scores.</summary>
public sealed record DistributionHead : ModelHead
{
    /// <summary>Name of the tensor; null = the graph's only output.</summary>
    public string? Output { get; init; }
}

/// <summary>A probability per label, [N, labels].</summary>
public sealed record LabelsHead : ModelHead
{
    /// <summary>Name of the tensor; null = the graph's only output.</summary>
    public string? Output { get; init; }

    /// <summary>The model's labels in the order of the tensor.</summary>
    public required ImmutableArray<string> Labels { get; init; }
}

/// <summary>One number, [N, 1] or [N].</summary>
public sealed record ScalarHead : ModelHead
{
    /// <summary>Name of the tensor; null = the graph's only output.</summary>
    public string? Output { get; init; }

    /// <summary>Least value that the model usually gives.</summary>
    public required double Min { get; init; }

    /// <summary>Largest value that the model usually gives.</summary>
    public required double Max { get; init; }

    /// <summary>Whether larger is better.</summary>
    public bool HigherIsBetter { get; init; } = true;

    /// <summary>Meaning of both ends, e.g. <c>0 best, 100 worst</c>.</summary>
    public string? Meaning { get; init; }
}

/// <summary>A vector whose angle to another says how alike two things are, [N, length].</summary>
public sealed record EmbeddingHead : ModelHead
{
    /// <summary>Name of the tensor; null = the graph's only output.</summary>
    public string? Output { get; init; }

    /// <summary>Numbers of the vector.</summary>
    public required int Length { get; init; }
}

/// <summary>Boxes with a label and a score.</summary>
public sealed record BoxesHead : ModelHead
{
    /// <summary>How boxes are written.</summary>
    public required BoxFormat Format { get; init; }

    /// <summary>Names of the tensors in the order of the format; empty = in the order of the graph.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>The model's labels in the order of its classes.</summary>
    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>Boxes below are dropped, 0..1.</summary>
    public required double ScoreThreshold { get; init; }

    /// <summary>Of two boxes that overlap by more, the better one stays; intersection over union, 0..1.</summary>
    public required double IouThreshold { get; init; }
}

/// <summary>How a detector writes boxes.</summary>
public enum BoxFormat
{
    /// <summary>YuNet: class, object, box and points at strides 8, 16 and 32: cls_8 cls_16 cls_32 obj_8 … bbox_8 … kps_8 …</summary>
    Yunet,
    /// <summary>Ultra-light RFB: scores [1, n, background and face] and boxes [1, n, x1 y1 x2 y2] relative to the picture.</summary>
    Rfb,
    /// <summary>FastestDet: [1, 5 + classes, rows, columns] with object, tx, ty, tw, th.</summary>
    Fastestdet,
    /// <summary>YOLOv8: [N, 4 + classes, boxes] with centre, size in input pixels.</summary>
    Yolov8,
    /// <summary>SCRFD: score, distances and points at strides 8, 16 and 32, two anchors a cell.</summary>
    Scrfd,
}

/// <summary>A probability per pixel, [N, 1, rows, columns].</summary>
public sealed record MaskHead : ModelHead
{
    /// <summary>Name of the tensor; null = the graph's only output.</summary>
    public string? Output { get; init; }

    /// <summary>What the pixels belong to.</summary>
    public required string Label { get; init; }
}

/// <summary>Points relative to the crop, x and y in turn, [N, 2 points].</summary>
public sealed record LandmarksHead : ModelHead
{
    /// <summary>Name of the tensor; null = the graph's only output.</summary>
    public string? Output { get; init; }

    /// <summary>Number of points.</summary>
    public required int Points { get; init; }

    /// <summary>Name of their order, e.g. <c>ibug-68</c>.</summary>
    public required string Order { get; init; }
}

/// <summary>What is still to be applied to a raw output.</summary>
public enum ModelActivation
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Softmax over the last dimension.</summary>
    Softmax,
    /// <summary>Sigmoid of each number.</summary>
    Sigmoid,
}

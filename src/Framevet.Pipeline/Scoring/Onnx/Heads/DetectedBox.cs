using System.Collections.Immutable;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>
/// A box in pixels of the model's input, by its edges. <paramref name="Label"/>: position in the head's labels; <paramref name="Score"/> 0..1; <paramref name="Points"/>: x and y in turn,
/// empty when the model gives none.
/// </summary>
internal sealed record DetectedBox(int Label, float Score, float Left, float Top, float Right, float Bottom, ImmutableArray<float> Points)
{
    /// <summary>Area in square pixels.</summary>
    public float Area => Math.Max(0, Right - Left) * Math.Max(0, Bottom - Top);

    /// <summary>Intersection over union with another box, 0..1.</summary>
    public float Overlap(DetectedBox other)
    {
        var common = Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left)) * Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
        var union = Area + other.Area - common;
        return union > 0 ? common / union : 0;
    }
}

/// <summary>Reads the boxes of one item in one of the formats that detectors write. Thread-safe.</summary>
internal interface IBoxReader
{
    /// <summary>Adds every box with at least this score, overlapping ones included.</summary>
    /// <exception cref="VettingException">ModelMismatch: the outputs have another shape.</exception>
    void Read(LoadedModel model, OnnxRun run, int item, PictureFit fit, float minScore, List<DetectedBox> into);
}

/// <summary>What formats of boxes share.</summary>
internal static class Boxes
{
    /// <summary>The reader of a head's format.</summary>
    public static IBoxReader Reader(BoxesHead head) => head.Format switch
    {
        BoxFormat.Yunet => new YunetBoxes(head),
        BoxFormat.Rfb => new RfbBoxes(head),
        BoxFormat.Fastestdet => new FastestdetBoxes(head),
        BoxFormat.Yolov8 => new Yolov8Boxes(head),
        BoxFormat.Scrfd => new ScrfdBoxes(head),
        _ => throw new ArgumentOutOfRangeException(nameof(head), head.Format, "Not a format of boxes."),
    };

    /// <summary>Of boxes of one label (with FastestDet, as published, of any label) that overlap by more than the head says only the best stays; the best first.</summary>
    public static List<DetectedBox> Best(List<DetectedBox> boxes, BoxesHead head)
    {
        var isAcross = head.Format == BoxFormat.Fastestdet;
        var kept = new List<DetectedBox>();
        foreach (var box in boxes.OrderByDescending(b => b.Score).ThenBy(b => b.Left).ThenBy(b => b.Top))
        {
            if (!kept.Any(k => (isAcross || k.Label == box.Label) && k.Overlap(box) > head.IouThreshold))
            {
                kept.Add(box);
            }
        }

        return kept;
    }

    /// <summary>Name of the output at a position of the head's list; where the entry names none, of the graph's.</summary>
    /// <exception cref="VettingException">ModelMismatch: there are fewer.</exception>
    public static string Name(LoadedModel model, BoxesHead head, int at) =>
        at < head.Outputs.Length ? head.Outputs[at]
        : head.Outputs.IsEmpty && at < model.Session.Outputs.Length ? model.Session.Outputs[at].Name
        : throw new VettingException(FailureCode.ModelMismatch, $"The model '{model.Entry.Id}' has too few outputs for boxes of the format {head.Format}.");

    /// <summary>The part of an output that belongs to one item.</summary>
    /// <exception cref="VettingException">ModelMismatch: it has not so many numbers.</exception>
    public static ReadOnlySpan<float> Item(LoadedModel model, OnnxRun run, string output, int item, int length)
    {
        var values = run.Values(model.Output(output));
        return values.Length >= (item + 1) * length && values.Length % length == 0 ? values.Slice(item * length, length)
            : throw new VettingException(FailureCode.ModelMismatch, $"Output '{output}' of the model '{model.Entry.Id}' holds {values.Length} numbers, which is not {length} per frame.");
    }
}

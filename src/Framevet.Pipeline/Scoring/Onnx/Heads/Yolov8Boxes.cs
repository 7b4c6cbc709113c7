using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>YOLOv8: rows [4 + classes x boxes]: centre and size in pixels of the input, then the probability of each class.</summary>
internal sealed class Yolov8Boxes(BoxesHead head) : IBoxReader
{
    private const int Fields = 4;

    /// <inheritdoc/>
    public void Read(LoadedModel model, OnnxRun run, int item, PictureFit fit, float minScore, List<DetectedBox> into)
    {
        var output = Boxes.Name(model, head, 0);
        var shape = run.Shape(model.Output(output));
        var count = shape.Length == 3 ? (int)shape[2] : 0;
        var values = Boxes.Item(model, run, output, item, (Fields + head.Labels.Length) * Math.Max(1, count));
        for (var i = 0; i < count; i++)
        {
            var (label, best) = (0, 0f);
            for (var c = 0; c < head.Labels.Length; c++)
            {
                var value = values[((Fields + c) * count) + i];
                (label, best) = value > best ? (c, value) : (label, best);
            }

            if (best >= minScore)
            {
                var (x, y, width, height) = (values[i], values[count + i], values[(2 * count) + i], values[(3 * count) + i]);
                into.Add(new DetectedBox(label, best, x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2), []));
            }
        }
    }
}

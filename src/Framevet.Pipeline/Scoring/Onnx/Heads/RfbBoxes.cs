using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>Ultra-light RFB: probabilities [n x (background, face)] and boxes [n x (left, top, right, bottom)] as shares of the picture, already decoded by the graph.</summary>
internal sealed class RfbBoxes(BoxesHead head) : IBoxReader
{
    private const int Classes = 2;

    /// <inheritdoc/>
    public void Read(LoadedModel model, OnnxRun run, int item, PictureFit fit, float minScore, List<DetectedBox> into)
    {
        var shape = run.Shape(model.Output(Boxes.Name(model, head, 0)));
        var count = shape.Length == 3 ? (int)shape[1] : 0;
        var scores = Boxes.Item(model, run, Boxes.Name(model, head, 0), item, Classes * Math.Max(1, count));
        var boxes = Boxes.Item(model, run, Boxes.Name(model, head, 1), item, 4 * Math.Max(1, count));
        for (var i = 0; i < count; i++)
        {
            if (scores[(Classes * i) + 1] >= minScore)
            {
                into.Add(new DetectedBox(1, scores[(Classes * i) + 1], boxes[4 * i] * fit.Width, boxes[(4 * i) + 1] * fit.Height, boxes[(4 * i) + 2] * fit.Width, boxes[(4 * i) + 3] * fit.Height, []));
            }
        }
    }
}

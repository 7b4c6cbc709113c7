using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>
/// FastestDet: planes [5 + classes x rows x columns] of object, tx, ty, tw, th and classes; score = object^0.6 class^0.4 of the best class, centre = (column + tanh tx) / columns,
/// (row + tanh ty) / rows, size = sigmoid tw, sigmoid th, as shares of the picture (its published decoding).
/// </summary>
internal sealed class FastestdetBoxes(BoxesHead head) : IBoxReader
{
    private const int Fields = 5;

    /// <inheritdoc/>
    public void Read(LoadedModel model, OnnxRun run, int item, PictureFit fit, float minScore, List<DetectedBox> into)
    {
        var shape = run.Shape(model.Output(Boxes.Name(model, head, 0)));
        var (rows, columns) = shape.Length == 4 ? ((int)shape[2], (int)shape[3]) : (0, 0);
        var cells = Math.Max(1, rows * columns);
        var values = Boxes.Item(model, run, Boxes.Name(model, head, 0), item, (Fields + head.Labels.Length) * cells);
        for (var i = 0; i < rows * columns; i++)
        {
            var (label, best) = (0, 0f);
            for (var c = 0; c < head.Labels.Length; c++)
            {
                var value = values[((Fields + c) * cells) + i];
                (label, best) = value > best ? (c, value) : (label, best);
            }

            var score = MathF.Pow(Math.Max(0, values[i]), 0.6f) * MathF.Pow(best, 0.4f);
            if (score >= minScore)
            {
                var x = ((i % columns) + MathF.Tanh(values[cells + i])) / columns * fit.Width;
                var y = ((i / columns) + MathF.Tanh(values[(2 * cells) + i])) / rows * fit.Height;
                var (width, height) = (Sigmoid(values[(3 * cells) + i]) * fit.Width, Sigmoid(values[(4 * cells) + i]) * fit.Height);
                into.Add(new DetectedBox(label, score, x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2), []));
            }
        }
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}

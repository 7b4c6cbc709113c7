using System.Collections.Immutable;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>
/// YuNet: per stride s a grid of cells, row by row; score = sqrt(class * object), centre = (column + b0) s, (row + b1) s, size = exp(b2) s, exp(b3) s, points = (k + column or row) s
/// (W. Wu, H. Peng and S. Yu, Machine Intelligence Research 20, 2023, and its published decoding).
/// </summary>
internal sealed class YunetBoxes(BoxesHead head) : IBoxReader
{
    private const int Points = 5;
    private static readonly int[] Strides = [8, 16, 32];

    /// <inheritdoc/>
    public void Read(LoadedModel model, OnnxRun run, int item, PictureFit fit, float minScore, List<DetectedBox> into)
    {
        for (var level = 0; level < Strides.Length; level++)
        {
            var stride = Strides[level];
            var (columns, cells) = (fit.Width / stride, fit.Width / stride * (fit.Height / stride));
            var classes = Boxes.Item(model, run, Boxes.Name(model, head, level), item, cells);
            var objects = Boxes.Item(model, run, Boxes.Name(model, head, Strides.Length + level), item, cells);
            var boxes = Boxes.Item(model, run, Boxes.Name(model, head, (2 * Strides.Length) + level), item, 4 * cells);
            var points = Boxes.Item(model, run, Boxes.Name(model, head, (3 * Strides.Length) + level), item, 2 * Points * cells);
            for (var i = 0; i < cells; i++)
            {
                var score = MathF.Sqrt(Math.Clamp(classes[i], 0, 1) * Math.Clamp(objects[i], 0, 1));
                if (score >= minScore)
                {
                    into.Add(Box(score, i % columns, i / columns, stride, boxes.Slice(4 * i, 4), points.Slice(2 * Points * i, 2 * Points)));
                }
            }
        }
    }

    private static DetectedBox Box(float score, int column, int row, int stride, ReadOnlySpan<float> box, ReadOnlySpan<float> points)
    {
        var (x, y) = ((column + box[0]) * stride, (row + box[1]) * stride);
        var (width, height) = (MathF.Exp(box[2]) * stride, MathF.Exp(box[3]) * stride);
        var places = ImmutableArray.CreateBuilder<float>(points.Length);
        for (var k = 0; k < points.Length; k++)
        {
            places.Add((points[k] + (k % 2 == 0 ? column : row)) * stride);
        }

        return new DetectedBox(0, score, x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2), places.MoveToImmutable());
    }
}

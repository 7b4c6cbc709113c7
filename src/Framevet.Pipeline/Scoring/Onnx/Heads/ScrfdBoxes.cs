using System.Collections.Immutable;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>
/// SCRFD: per stride s two anchors in each cell, whose centre is (column s, row s); box = centre minus and plus distances times s, points = centre plus offsets times s
/// (J. Guo et al., ICLR 2022, and its published decoding).
/// </summary>
internal sealed class ScrfdBoxes(BoxesHead head) : IBoxReader
{
    private const int Anchors = 2;
    private const int Points = 5;
    private static readonly int[] Strides = [8, 16, 32];

    /// <inheritdoc/>
    public void Read(LoadedModel model, OnnxRun run, int item, PictureFit fit, float minScore, List<DetectedBox> into)
    {
        for (var level = 0; level < Strides.Length; level++)
        {
            var stride = Strides[level];
            var columns = fit.Width / stride;
            var anchors = columns * (fit.Height / stride) * Anchors;
            var scores = Boxes.Item(model, run, Boxes.Name(model, head, level), item, anchors);
            var distances = Boxes.Item(model, run, Boxes.Name(model, head, Strides.Length + level), item, 4 * anchors);
            var points = Boxes.Item(model, run, Boxes.Name(model, head, (2 * Strides.Length) + level), item, 2 * Points * anchors);
            for (var i = 0; i < anchors; i++)
            {
                if (scores[i] >= minScore)
                {
                    var (x, y) = (i / Anchors % columns * stride, i / Anchors / columns * stride);
                    into.Add(Box(scores[i], x, y, stride, distances.Slice(4 * i, 4), points.Slice(2 * Points * i, 2 * Points)));
                }
            }
        }
    }

    private static DetectedBox Box(float score, int x, int y, int stride, ReadOnlySpan<float> distances, ReadOnlySpan<float> points)
    {
        var places = ImmutableArray.CreateBuilder<float>(points.Length);
        for (var k = 0; k < points.Length; k++)
        {
            places.Add((k % 2 == 0 ? x : y) + (points[k] * stride));
        }

        return new DetectedBox(0, score, x - (distances[0] * stride), y - (distances[1] * stride), x + (distances[2] * stride), y + (distances[3] * stride), places.MoveToImmutable());
    }
}

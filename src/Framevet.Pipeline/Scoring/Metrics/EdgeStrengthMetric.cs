using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Mean length of the 3x3 Sobel gradient over the inner pixels: 0 flat, some tens for ordinary pictures. Unlike sharpness it also answers
/// to broad edges and less to noise. Pictures below 3x3 have none.
/// </summary>
[Part("edge-strength", "Edge strength", "How strong the edges are on average (Sobel gradient).")]
public sealed class EdgeStrengthMetric() : PlaneMetric(new MetricSpec(
    "edge-strength", "Edge strength", 0, MaxGradient, HigherIsBetter: true, "", "mean sqrt(Sx² + Sy²), 3x3 operator of I. Sobel and G. Feldman, 1968; inner pixels only"))
{
    // The longest gradient a 3x3 window of 0 and 255 has is (4, 2) * 255.
    private const double MaxGradient = 2 * 2.2360679774997896964 * 255;

    internal override double OfPlane(ReadOnlySpan<byte> luma, int width, int height)
    {
        if (width < 3 || height < 3)
        {
            return double.NaN;
        }

        double sum = 0;
        for (var y = 1; y < height - 1; y++)
        {
            sum += SumRow(luma.Slice((y - 1) * width, 3 * width), width);
        }

        return sum / ((width - 2) * (height - 2));
    }

    internal override double OfPlaneScalar(ReadOnlySpan<byte> luma, int width, int height)
    {
        if (width < 3 || height < 3)
        {
            return double.NaN;
        }

        double sum = 0;
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                sum += Gradient(luma.Slice((y - 1) * width, 3 * width), width, x);
            }
        }

        return sum / ((width - 2) * (height - 2));
    }

    private static double Gradient(ReadOnlySpan<byte> rows, int width, int x)
    {
        var above = rows[..width];
        var here = rows.Slice(width, width);
        var below = rows.Slice(2 * width, width);
        var sx = above[x + 1] + (2 * here[x + 1]) + below[x + 1] - above[x - 1] - (2 * here[x - 1]) - below[x - 1];
        var sy = below[x - 1] + (2 * below[x]) + below[x + 1] - above[x - 1] - (2 * above[x]) - above[x + 1];
        return Math.Sqrt((sx * sx) + (sy * sy));
    }

    private static double SumRow(ReadOnlySpan<byte> rows, int width)
    {
        ref var start = ref MemoryMarshal.GetReference(rows);
        var lengths = Vector256<float>.Zero;
        var x = 1;
        for (; x < width - 1 - Vector256<short>.Count; x += Vector256<short>.Count)
        {
            var topLeft = Load(ref start, x - 1);
            var topRight = Load(ref start, x + 1);
            var bottomLeft = Load(ref start, (2 * width) + x - 1);
            var bottomRight = Load(ref start, (2 * width) + x + 1);
            var across = Load(ref start, width + x + 1) - Load(ref start, width + x - 1);
            var down = Load(ref start, (2 * width) + x) - Load(ref start, x);
            var falling = bottomRight - topLeft;
            var rising = topRight - bottomLeft;
            var sx = falling + rising + across + across;
            var sy = falling - rising + down + down;
            lengths += Lengths(sx, sy);
        }

        double sum = Vector256.Sum(lengths);
        for (; x < width - 1; x++)
        {
            sum += Gradient(rows, width, x);
        }

        return sum;
    }

    // Squares up to 1.3 million are exact in a float; only the roots and their sum over one row are rounded.
    private static Vector256<float> Lengths(Vector256<short> sx, Vector256<short> sy)
    {
        var (sxLow, sxHigh) = Vector256.Widen(sx);
        var (syLow, syHigh) = Vector256.Widen(sy);
        return Vector256.Sqrt(Vector256.ConvertToSingle((sxLow * sxLow) + (syLow * syLow)))
            + Vector256.Sqrt(Vector256.ConvertToSingle((sxHigh * sxHigh) + (syHigh * syHigh)));
    }

    private static Vector256<short> Load(ref byte start, int offset)
    {
        var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref start, (nuint)offset));
        return Vector256.Create(low, high).AsInt16();
    }
}

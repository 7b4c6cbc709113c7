using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Variance of the Laplacian with four neighbours over the inner pixels: 0 flat or a perfect ramp, some tens blurred, hundreds and more
/// sharp. It grows with noise and with the size of the analysis view, so compare values of one size only. Pictures below 3x3 have none.
/// </summary>
[Part("sharpness", "Sharpness", "How much fine detail the picture has (variance of the Laplacian).")]
public sealed class SharpnessMetric() : PlaneMetric(new MetricSpec(
    "sharpness", "Sharpness", 0, MaxLaplacian * MaxLaplacian, HigherIsBetter: true, "", "var(4c - l - r - u - d), J. L. Pech-Pacheco et al., ICPR 2000, section 3 (LAPV); inner pixels only"))
{
    // |4c - (l + r + u + d)| at its most, and its square the most the variance can be.
    private const double MaxLaplacian = 4 * 255;

    internal override double OfPlane(ReadOnlySpan<byte> luma, int width, int height)
    {
        if (width < 3 || height < 3)
        {
            return double.NaN;
        }

        long sum = 0;
        long squares = 0;
        for (var y = 1; y < height - 1; y++)
        {
            AddRow(luma.Slice((y - 1) * width, 3 * width), width, ref sum, ref squares);
        }

        return Variance(sum, squares, (width - 2) * (height - 2));
    }

    internal override double OfPlaneScalar(ReadOnlySpan<byte> luma, int width, int height)
    {
        if (width < 3 || height < 3)
        {
            return double.NaN;
        }

        long sum = 0;
        long squares = 0;
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var i = (y * width) + x;
                var laplacian = (4 * luma[i]) - luma[i - 1] - luma[i + 1] - luma[i - width] - luma[i + width];
                sum += laplacian;
                squares += laplacian * laplacian;
            }
        }

        return Variance(sum, squares, (width - 2) * (height - 2));
    }

    /// <summary>Sums of one row; <paramref name="rows"/> holds it with the rows above and below.</summary>
    private static void AddRow(ReadOnlySpan<byte> rows, int width, ref long sum, ref long squares)
    {
        ref var start = ref MemoryMarshal.GetReference(rows);
        var x = 1;

        // Sixteen pixels a step. Lanes hold at most 1020² * width / 8, which fits an int up to a width of 16000.
        var rowSum = Vector256<int>.Zero;
        var rowSquares = Vector256<int>.Zero;
        for (; x < width - 1 - Vector256<short>.Count; x += Vector256<short>.Count)
        {
            var centre = Load(ref start, width + x);
            var around = Load(ref start, width + x - 1) + Load(ref start, width + x + 1) + Load(ref start, x) + Load(ref start, (2 * width) + x);
            var (low, high) = Vector256.Widen((centre << 2) - around);
            rowSum += low + high;
            rowSquares += (low * low) + (high * high);
        }

        sum += Vector256.Sum(rowSum);
        var (squaresLow, squaresHigh) = Vector256.Widen(rowSquares);
        squares += Vector256.Sum(squaresLow + squaresHigh);
        for (; x < width - 1; x++)
        {
            var laplacian = (4 * rows[width + x]) - rows[width + x - 1] - rows[width + x + 1] - rows[x] - rows[(2 * width) + x];
            sum += laplacian;
            squares += laplacian * laplacian;
        }
    }

    private static Vector256<short> Load(ref byte start, int offset)
    {
        var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref start, (nuint)offset));
        return Vector256.Create(low, high).AsInt16();
    }

    private static double Variance(long sum, long squares, int count)
    {
        var mean = (double)sum / count;
        return Math.Max(0, ((double)squares / count) - (mean * mean));
    }
}

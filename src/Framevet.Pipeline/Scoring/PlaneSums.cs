using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring;

/// <summary>Exact sums over a plane: of the values and of their squares.</summary>
internal readonly record struct PlaneSums(long Sum, long SumOfSquares, int Count)
{
    // Sixteen lanes of two pixels each: 2 * 255 * 128 = 65280 fits a ushort.
    private const int BlockLength = 128;

    /// <summary>Mean 0..255; NaN for an empty plane.</summary>
    public double Mean => Count == 0 ? double.NaN : (double)Sum / Count;

    /// <summary>Population variance; NaN for an empty plane.</summary>
    public double Variance => Count == 0 ? double.NaN : Math.Max(0, ((double)SumOfSquares / Count) - (Mean * Mean));

    /// <summary>Vectorised; equal to <see cref="OfScalar"/> to the bit.</summary>
    public static PlaneSums Of(ReadOnlySpan<byte> plane)
    {
        long sum = 0;
        long squares = 0;
        var i = 0;
        ref var start = ref MemoryMarshal.GetReference(plane);
        while (i <= plane.Length - Vector256<byte>.Count)
        {
            var blockSum = Vector256<ushort>.Zero;
            var blockSquares = Vector256<uint>.Zero;
            for (var n = 0; n < BlockLength && i <= plane.Length - Vector256<byte>.Count; n++, i += Vector256<byte>.Count)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref start, (nuint)i));
                blockSum += low + high;
                var (a, b) = Vector256.Widen(low * low);
                var (c, d) = Vector256.Widen(high * high);
                blockSquares += a + b + c + d;
            }

            var (sumLow, sumHigh) = Vector256.Widen(blockSum);
            sum += Vector256.Sum(sumLow + sumHigh);
            var (squaresLow, squaresHigh) = Vector256.Widen(blockSquares);
            squares += (long)Vector256.Sum(squaresLow + squaresHigh);
        }

        var rest = OfScalar(plane[i..]);
        return new PlaneSums(sum + rest.Sum, squares + rest.SumOfSquares, plane.Length);
    }

    /// <summary>Reference in plain form.</summary>
    public static PlaneSums OfScalar(ReadOnlySpan<byte> plane)
    {
        long sum = 0;
        long squares = 0;
        foreach (var value in plane)
        {
            sum += value;
            squares += value * value;
        }

        return new PlaneSums(sum, squares, plane.Length);
    }
}

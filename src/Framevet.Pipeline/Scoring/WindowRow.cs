using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Adds one row of 3x3 windows to <see cref="WindowSums"/>: thirty-two windows a step with AVX-512, sixteen with portable vectors, and one by
/// one. All three give the same integers; the roots are single precision in vectors, so that sum differs by less than 1e-6 of itself.
/// </summary>
internal static class WindowRow
{
    /// <summary>Whether this machine runs the wide form.</summary>
    public static bool HasWide => Avx512BW.IsSupported;

    /// <summary>Adds the inner pixels of the middle one of three rows of <paramref name="width"/> pixels, in the fastest form there is.</summary>
    public static void Add(ReadOnlySpan<byte> rows, int width, ref WindowSums sums)
    {
        var x = HasWide ? AddWide(rows, width, 1, ref sums) : 1;
        AddPlain(rows, width, AddNarrow(rows, width, x, ref sums), ref sums);
    }

    /// <summary>AVX-512; returns the first column that is left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AddWide(ReadOnlySpan<byte> rows, int width, int x, ref WindowSums sums)
    {
        ref var above = ref MemoryMarshal.GetReference(rows);
        ref var here = ref Unsafe.Add(ref above, width);
        ref var below = ref Unsafe.Add(ref here, width);
        var ones = Vector512<short>.One;
        var (laplacians, squares, noise, gradients) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
        var lengths = Vector512<float>.Zero;
        var last = width - 1 - Vector512<short>.Count;
        var counts = Vector512<short>.AllBitsSet;
        for (; x < width - 1; x += Vector512<short>.Count)
        {
            if (x > last)
            {
                // The last step goes back to a full load and leaves out the windows that are counted already.
                if (last < 1)
                {
                    break;
                }

                counts = Vector512.GreaterThanOrEqual(Vector512<short>.Indices, Vector512.Create((short)(x - last)));
                x = last;
            }

            var (topLeft, top, topRight) = (Wide(ref above, x - 1), Wide(ref above, x), Wide(ref above, x + 1));
            var (left, centre, right) = (Wide(ref here, x - 1), Wide(ref here, x), Wide(ref here, x + 1));
            var (bottomLeft, bottom, bottomRight) = (Wide(ref below, x - 1), Wide(ref below, x), Wide(ref below, x + 1));

            var around = left + right + top + bottom;
            var laplacian = ((centre << 2) - around) & counts;
            laplacians += Avx512BW.MultiplyAddAdjacent(laplacian, ones);
            squares += Avx512BW.MultiplyAddAdjacent(laplacian, laplacian);
            noise += Avx512BW.MultiplyAddAdjacent(Vector512.Abs(((centre << 2) - around - around + (topLeft + topRight + bottomLeft + bottomRight)) & counts), ones);

            var (falling, rising, across, down) = (bottomRight - topLeft, topRight - bottomLeft, right - left, bottom - top);
            var sx = (falling + rising + across + across) & counts;
            var sy = (falling - rising + down + down) & counts;

            // Pairs (sx, sy) side by side: the product sum of a pair with itself is the squared length.
            var low = Avx512BW.UnpackLow(sx, sy);
            var high = Avx512BW.UnpackHigh(sx, sy);
            var lowSquares = Avx512BW.MultiplyAddAdjacent(low, low);
            var highSquares = Avx512BW.MultiplyAddAdjacent(high, high);
            gradients += lowSquares + highSquares;
            lengths += Vector512.Sqrt(Vector512.ConvertToSingle(lowSquares)) + Vector512.Sqrt(Vector512.ConvertToSingle(highSquares));
        }

        // A lane of a sum grows by 2.6 million per step at most, so an int holds rows of 26000 pixels; sources have at most 16384.
        sums.Laplacian += Vector512.Sum(laplacians);
        sums.LaplacianSquares += Total(squares);
        sums.SobelSquares += Total(gradients);
        sums.Noise += Vector512.Sum(noise);
        sums.SobelLengths += Vector512.Sum(lengths);
        return x;
    }

    /// <summary>Portable vectors; returns the first column that is left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AddNarrow(ReadOnlySpan<byte> rows, int width, int x, ref WindowSums sums)
    {
        ref var above = ref MemoryMarshal.GetReference(rows);
        ref var here = ref Unsafe.Add(ref above, width);
        ref var below = ref Unsafe.Add(ref here, width);
        var (laplacians, squares, noise, gradients) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var lengths = Vector256<float>.Zero;
        for (; x <= width - 1 - Vector256<short>.Count; x += Vector256<short>.Count)
        {
            var (topLeft, top, topRight) = (Narrow(ref above, x - 1), Narrow(ref above, x), Narrow(ref above, x + 1));
            var (left, centre, right) = (Narrow(ref here, x - 1), Narrow(ref here, x), Narrow(ref here, x + 1));
            var (bottomLeft, bottom, bottomRight) = (Narrow(ref below, x - 1), Narrow(ref below, x), Narrow(ref below, x + 1));

            var around = left + right + top + bottom;
            var laplacian = (centre << 2) - around;
            var (first, second) = Vector256.Widen(laplacian);
            laplacians += first + second;
            squares += (first * first) + (second * second);
            (first, second) = Vector256.Widen(Vector256.Abs(laplacian - around + (topLeft + topRight + bottomLeft + bottomRight)));
            noise += first + second;

            var (falling, rising, across, down) = (bottomRight - topLeft, topRight - bottomLeft, right - left, bottom - top);
            var (sxLow, sxHigh) = Vector256.Widen(falling + rising + across + across);
            var (syLow, syHigh) = Vector256.Widen(falling - rising + down + down);
            var lowSquares = (sxLow * sxLow) + (syLow * syLow);
            var highSquares = (sxHigh * sxHigh) + (syHigh * syHigh);
            gradients += lowSquares + highSquares;
            lengths += Vector256.Sqrt(Vector256.ConvertToSingle(lowSquares)) + Vector256.Sqrt(Vector256.ConvertToSingle(highSquares));
        }

        sums.Laplacian += Vector256.Sum(laplacians);
        sums.LaplacianSquares += Total(squares);
        sums.SobelSquares += Total(gradients);
        sums.Noise += Vector256.Sum(noise);
        sums.SobelLengths += Vector256.Sum(lengths);
        return x;
    }

    /// <summary>One window at a time, as the formulas say.</summary>
    public static void AddPlain(ReadOnlySpan<byte> rows, int width, int x, ref WindowSums sums)
    {
        for (; x < width - 1; x++)
        {
            AddOne(rows, width, x, ref sums);
        }
    }

    /// <summary>Adds the window around column <paramref name="x"/> of the middle row.</summary>
    public static void AddOne(ReadOnlySpan<byte> rows, int width, int x, ref WindowSums sums)
    {
        var above = rows[..width];
        var here = rows.Slice(width, width);
        var below = rows.Slice(2 * width, width);
        var corners = above[x - 1] + above[x + 1] + below[x - 1] + below[x + 1];
        var around = here[x - 1] + here[x + 1] + above[x] + below[x];
        var laplacian = (4 * here[x]) - around;
        var sx = above[x + 1] + (2 * here[x + 1]) + below[x + 1] - above[x - 1] - (2 * here[x - 1]) - below[x - 1];
        var sy = below[x - 1] + (2 * below[x]) + below[x + 1] - above[x - 1] - (2 * above[x]) - above[x + 1];
        var squared = (sx * sx) + (sy * sy);
        sums.Laplacian += laplacian;
        sums.LaplacianSquares += laplacian * laplacian;
        sums.SobelSquares += squared;
        sums.SobelLengths += Math.Sqrt(squared);
        sums.Noise += Math.Abs((4 * here[x]) + corners - (2 * around));
    }

    private static Vector512<short> Wide(ref byte row, int x) => Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref row, (nuint)x));

    private static Vector256<short> Narrow(ref byte row, int x)
    {
        var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref row, (nuint)x));
        return Vector256.Create(low, high).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Total(Vector512<int> lanes)
    {
        var (low, high) = Vector512.Widen(lanes);
        return Vector512.Sum(low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Total(Vector256<int> lanes)
    {
        var (low, high) = Vector256.Widen(lanes);
        return Vector256.Sum(low + high);
    }
}

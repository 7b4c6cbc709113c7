using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// The source rows or columns that one target row or column covers: those from <paramref name="First"/> to before <paramref name="End"/> wholly, the one before by
/// <paramref name="Before"/> and the one behind by <paramref name="Behind"/> (0..1).
/// </summary>
internal readonly record struct Cover(int First, int End, float Before, float Behind)
{
    // Parts below this are what rounding leaves of none.
    private const double Least = 1e-6;

    /// <summary>What target <paramref name="i"/> covers of <paramref name="source"/> ones, <paramref name="step"/> of them to a target.</summary>
    public static Cover Of(int i, double step, int source)
    {
        var (start, end) = (i * step, Math.Min((i + 1) * step, source));
        var (first, last) = ((int)Math.Ceiling(start - 1e-9), (int)Math.Floor(end + 1e-9));
        if (last < first)
        {
            // Wholly within one, where the target is larger than the source.
            return new Cover(first, first, (float)(end - start), 0);
        }

        return new Cover(first, last, first - start > Least ? (float)(first - start) : 0, end - last > Least && last < source ? (float)(end - last) : 0);
    }
}

/// <summary>Sums over the columns of some rows of a plane: the pass of area averaging that touches every pixel. Whole rows are summed in whole numbers.</summary>
internal static class ColumnSums
{
    // Sixteen bits hold the sum of this many rows.
    private const int MaxRows = 256;

    /// <summary>Writes one sum per column for the covered rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(ReadOnlySpan<byte> plane, int stride, Cover rows, Span<float> sums)
    {
        var x = 0;
        if (rows.End - rows.First <= MaxRows)
        {
            x = Vector512.IsHardwareAccelerated ? WriteWide(plane, stride, rows, sums) : 0;
            x = WriteNarrow(plane, stride, rows, sums, x);
        }

        WritePlain(plane, stride, rows, sums, x);
    }

    /// <summary>One column at a time from <paramref name="x"/> on: what the others are tested against.</summary>
    public static void WritePlain(ReadOnlySpan<byte> plane, int stride, Cover rows, Span<float> sums, int x)
    {
        for (; x < sums.Length; x++)
        {
            var sum = 0;
            for (var row = rows.First; row < rows.End; row++)
            {
                sum += plane[(row * stride) + x];
            }

            float all = sum;
            all += rows.Before > 0 ? rows.Before * plane[((rows.First - 1) * stride) + x] : 0;
            sums[x] = all + (rows.Behind > 0 ? rows.Behind * plane[(rows.End * stride) + x] : 0);
        }
    }

    /// <summary>Sixty-four columns a step; returns the first that is left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int WriteWide(ReadOnlySpan<byte> plane, int stride, Cover rows, Span<float> sums)
    {
        ref var pixels = ref MemoryMarshal.GetReference(plane);
        ref var to = ref MemoryMarshal.GetReference(sums);
        var x = 0;
        for (; x <= sums.Length - Vector512<byte>.Count; x += Vector512<byte>.Count)
        {
            var (a, b) = (Vector512<ushort>.Zero, Vector512<ushort>.Zero);
            nint at = ((nint)rows.First * stride) + x;
            for (var row = rows.First; row < rows.End; row++, at += stride)
            {
                var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref Unsafe.Add(ref pixels, at)));
                a += low;
                b += high;
            }

            var ((s0, s1), (s2, s3)) = (Singles(a), Singles(b));
            if (rows.Before > 0)
            {
                Add(ref Unsafe.Add(ref pixels, ((nint)(rows.First - 1) * stride) + x), Vector512.Create(rows.Before), ref s0, ref s1, ref s2, ref s3);
            }

            if (rows.Behind > 0)
            {
                Add(ref Unsafe.Add(ref pixels, ((nint)rows.End * stride) + x), Vector512.Create(rows.Behind), ref s0, ref s1, ref s2, ref s3);
            }

            s0.StoreUnsafe(ref to, (nuint)x);
            s1.StoreUnsafe(ref to, (nuint)(x + Vector512<float>.Count));
            s2.StoreUnsafe(ref to, (nuint)(x + (2 * Vector512<float>.Count)));
            s3.StoreUnsafe(ref to, (nuint)(x + (3 * Vector512<float>.Count)));
        }

        return x;
    }

    /// <summary>Sixteen columns a step from <paramref name="x"/> on; returns the first that is left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int WriteNarrow(ReadOnlySpan<byte> plane, int stride, Cover rows, Span<float> sums, int x)
    {
        ref var pixels = ref MemoryMarshal.GetReference(plane);
        ref var to = ref MemoryMarshal.GetReference(sums);
        for (; x <= sums.Length - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            var sum = Vector256<ushort>.Zero;
            nint at = ((nint)rows.First * stride) + x;
            for (var row = rows.First; row < rows.End; row++, at += stride)
            {
                sum += Widened(ref Unsafe.Add(ref pixels, at));
            }

            var (low, high) = Singles(sum);
            if (rows.Before > 0)
            {
                var (l, h) = Singles(Widened(ref Unsafe.Add(ref pixels, ((nint)(rows.First - 1) * stride) + x)));
                low += l * rows.Before;
                high += h * rows.Before;
            }

            if (rows.Behind > 0)
            {
                var (l, h) = Singles(Widened(ref Unsafe.Add(ref pixels, ((nint)rows.End * stride) + x)));
                low += l * rows.Behind;
                high += h * rows.Behind;
            }

            low.StoreUnsafe(ref to, (nuint)x);
            high.StoreUnsafe(ref to, (nuint)(x + Vector256<float>.Count));
        }

        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref byte row, Vector512<float> part, ref Vector512<float> s0, ref Vector512<float> s1, ref Vector512<float> s2, ref Vector512<float> s3)
    {
        var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref row));
        var ((p0, p1), (p2, p3)) = (Singles(low), Singles(high));
        s0 += p0 * part;
        s1 += p1 * part;
        s2 += p2 * part;
        s3 += p3 * part;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Low, Vector512<float> High) Singles(Vector512<ushort> values)
    {
        var (low, high) = Vector512.Widen(values);
        return (Vector512.ConvertToSingle(low.AsInt32()), Vector512.ConvertToSingle(high.AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Singles(Vector256<ushort> values)
    {
        var (low, high) = Vector256.Widen(values);
        return (Vector256.ConvertToSingle(low.AsInt32()), Vector256.ConvertToSingle(high.AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Widened(ref byte pixels)
    {
        var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref pixels));
        return Vector256.Create(low, high);
    }
}

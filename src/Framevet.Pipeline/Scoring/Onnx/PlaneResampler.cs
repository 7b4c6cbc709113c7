using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Makes float planes of byte planes along two axes: first down (many columns at once), then across.</summary>
internal static class PlaneResampler
{
    /// <summary>Writes [down x across] values, row-major. <paramref name="stride"/>: bytes from one source row to the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Resample(ReadOnlySpan<byte> plane, int stride, ResampleAxis across, ResampleAxis down, Span<float> target)
    {
        var width = across.Count;

        // Only the columns that anybody reads.
        var (left, right) = Reach(across);
        var rented = down.IsPick ? [] : ArrayPool<float>.Shared.Rent(right - left);
        for (var y = 0; y < down.Count; y++)
        {
            var into = target.Slice(y * width, width);
            var first = plane.Slice(down.Starts[y] * stride, right);
            if (down.IsPick)
            {
                Across(first, across, into);
                continue;
            }

            var sums = rented.AsSpan(0, right - left);
            var weights = down.Weights.AsSpan(y * down.Taps, down.Taps);
            for (var t = 0; t < weights.Length; t++)
            {
                var row = plane.Slice(((down.Starts[y] + t) * stride) + left, right - left);
                if (t == 0)
                {
                    Times(row, weights[0], sums);
                }
                else if (weights[t] != 0)
                {
                    Add(row, weights[t], sums);
                }
            }

            Across(sums, left, across, into);
        }

        if (!down.IsPick)
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>The same value by value, in double precision: what the fast form is tested against.</summary>
    public static void ResamplePlain(ReadOnlySpan<byte> plane, int stride, ResampleAxis across, ResampleAxis down, Span<float> target)
    {
        for (var i = 0; i < across.Count * down.Count; i++)
        {
            var (x, y) = (i % across.Count, i / across.Count);
            double sum = 0;
            for (var v = 0; v < down.Taps; v++)
            {
                for (var u = 0; u < across.Taps; u++)
                {
                    sum += (double)down.Weights[(y * down.Taps) + v] * across.Weights[(x * across.Taps) + u] * plane[((down.Starts[y] + v) * stride) + across.Starts[x] + u];
                }
            }

            target[i] = (float)sum;
        }
    }

    private static (int Left, int Right) Reach(ResampleAxis axis) => (axis.Starts.Min(), axis.Starts.Max() + axis.Taps);

    // Straight from bytes, without a row in between.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Across(ReadOnlySpan<byte> row, ResampleAxis axis, Span<float> target)
    {
        ref var from = ref MemoryMarshal.GetReference(row);
        var starts = axis.Starts;
        var weights = axis.Weights;
        var taps = axis.Taps;
        for (var x = 0; x < target.Length; x++)
        {
            if (taps == 1)
            {
                target[x] = Unsafe.Add(ref from, starts[x]);
                continue;
            }

            float sum = 0;
            for (var t = 0; t < taps; t++)
            {
                sum += weights[(x * taps) + t] * Unsafe.Add(ref from, starts[x] + t);
            }

            target[x] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Across(ReadOnlySpan<float> row, int left, ResampleAxis axis, Span<float> target)
    {
        ref var from = ref MemoryMarshal.GetReference(row);
        ref var weight = ref MemoryMarshal.GetArrayDataReference(axis.Weights);
        var starts = axis.Starts;
        var taps = axis.Taps;
        if (taps == 2)
        {
            for (var x = 0; x < target.Length; x++)
            {
                ref var pair = ref Unsafe.Add(ref from, starts[x] - left);
                target[x] = (weight * pair) + (Unsafe.Add(ref weight, 1) * Unsafe.Add(ref pair, 1));
                weight = ref Unsafe.Add(ref weight, 2);
            }

            return;
        }

        for (var x = 0; x < target.Length; x++)
        {
            ref var value = ref Unsafe.Add(ref from, starts[x] - left);
            var (even, odd) = (0f, 0f);
            var t = 0;
            for (; t < taps - 1; t += 2)
            {
                even += Unsafe.Add(ref weight, t) * Unsafe.Add(ref value, t);
                odd += Unsafe.Add(ref weight, t + 1) * Unsafe.Add(ref value, t + 1);
            }

            target[x] = t < taps ? even + odd + (Unsafe.Add(ref weight, t) * Unsafe.Add(ref value, t)) : even + odd;
            weight = ref Unsafe.Add(ref weight, taps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Times(ReadOnlySpan<byte> row, float weight, Span<float> sums)
    {
        ref var from = ref MemoryMarshal.GetReference(row);
        ref var to = ref MemoryMarshal.GetReference(sums);
        var x = 0;
        for (; x <= row.Length - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            var (low, high) = Singles(ref from, x);
            (low * weight).StoreUnsafe(ref to, (nuint)x);
            (high * weight).StoreUnsafe(ref to, (nuint)(x + Vector256<float>.Count));
        }

        for (; x < row.Length; x++)
        {
            sums[x] = row[x] * weight;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<byte> row, float weight, Span<float> sums)
    {
        ref var from = ref MemoryMarshal.GetReference(row);
        ref var to = ref MemoryMarshal.GetReference(sums);
        var x = 0;
        for (; x <= row.Length - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            var (low, high) = Singles(ref from, x);
            (Vector256.LoadUnsafe(ref to, (nuint)x) + (low * weight)).StoreUnsafe(ref to, (nuint)x);
            (Vector256.LoadUnsafe(ref to, (nuint)(x + Vector256<float>.Count)) + (high * weight)).StoreUnsafe(ref to, (nuint)(x + Vector256<float>.Count));
        }

        for (; x < row.Length; x++)
        {
            sums[x] += row[x] * weight;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Singles(ref byte pixels, int at)
    {
        var (a, b) = Vector128.Widen(Vector128.LoadUnsafe(ref pixels, (nuint)at));
        var (low, high) = Vector256.Widen(Vector256.Create(a, b));
        return (Vector256.ConvertToSingle(low.AsInt32()), Vector256.ConvertToSingle(high.AsInt32()));
    }
}

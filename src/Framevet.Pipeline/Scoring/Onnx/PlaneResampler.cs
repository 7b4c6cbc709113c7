using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
        var reach = right - left;

        // Room behind the row for whole vectors of weights, which are 0 there.
        var rented = down.IsPick ? [] : ArrayPool<float>.Shared.Rent(reach + ResampleAxis.Lanes);
        var sums = rented.AsSpan();
        sums.Clear();
        for (var y = 0; y < down.Count; y++)
        {
            var into = target.Slice(y * width, width);
            var rows = plane[(down.Starts[y] * stride)..];
            if (down.IsPick)
            {
                Across(rows[..right], across, into);
                continue;
            }

            Down(rows[left..], stride, down.WeightsOf(y), sums[..reach]);
            if (across.Taps == 2)
            {
                Pairs(sums, left, across, into);
            }
            else
            {
                Across(sums, left, across, into);
            }
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
    private static void Pairs(ReadOnlySpan<float> row, int left, ResampleAxis axis, Span<float> target)
    {
        ref var from = ref MemoryMarshal.GetReference(row);
        ref var weight = ref MemoryMarshal.GetArrayDataReference(axis.Weights);
        var starts = axis.Starts;
        for (var x = 0; x < target.Length; x++)
        {
            ref var pair = ref Unsafe.Add(ref from, starts[x] - left);
            target[x] = (weight * pair) + (Unsafe.Add(ref weight, 1) * Unsafe.Add(ref pair, 1));
            weight = ref Unsafe.Add(ref weight, 2);
        }
    }

    // A vector of taps at a time, four outputs together where the processor adds within vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Across(ReadOnlySpan<float> row, int left, ResampleAxis axis, Span<float> target)
    {
        ref var from = ref Unsafe.Subtract(ref MemoryMarshal.GetReference(row), left);
        ref var weight = ref MemoryMarshal.GetArrayDataReference(axis.LaneWeights);
        ref var to = ref MemoryMarshal.GetReference(target);
        var starts = axis.Starts;
        var taps = axis.LaneWeights.Length / axis.Count;
        var x = 0;
        for (; Avx.IsSupported && x <= target.Length - 4; x += 4)
        {
            var pairs = Avx.HorizontalAdd(
                Avx.HorizontalAdd(Products(ref weight, ref Unsafe.Add(ref from, starts[x]), taps), Products(ref Unsafe.Add(ref weight, taps), ref Unsafe.Add(ref from, starts[x + 1]), taps)),
                Avx.HorizontalAdd(Products(ref Unsafe.Add(ref weight, 2 * taps), ref Unsafe.Add(ref from, starts[x + 2]), taps), Products(ref Unsafe.Add(ref weight, 3 * taps), ref Unsafe.Add(ref from, starts[x + 3]), taps)));
            (pairs.GetLower() + pairs.GetUpper()).StoreUnsafe(ref to, (nuint)x);
            weight = ref Unsafe.Add(ref weight, 4 * taps);
        }

        for (; x < target.Length; x++)
        {
            target[x] = Vector256.Sum(Products(ref weight, ref Unsafe.Add(ref from, starts[x]), taps));
            weight = ref Unsafe.Add(ref weight, taps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Products(ref float weight, ref float value, int taps)
    {
        var sum = Vector512.LoadUnsafe(ref weight) * Vector512.LoadUnsafe(ref value);
        for (var t = ResampleAxis.Lanes; t < taps; t += ResampleAxis.Lanes)
        {
            sum = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref weight, (nuint)t), Vector512.LoadUnsafe(ref value, (nuint)t), sum);
        }

        return sum.GetLower() + sum.GetUpper();
    }

    // The weighted sum of rows. Columns in blocks, so that sums stay in registers from the first row to the last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Down(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<float> weights, Span<float> sums)
    {
        ref var from = ref MemoryMarshal.GetReference(rows);
        ref var to = ref MemoryMarshal.GetReference(sums);
        const int Step = 16;
        var x = 0;
        for (; x <= sums.Length - (4 * Step); x += 4 * Step)
        {
            var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            ref var pixels = ref Unsafe.Add(ref from, x);
            foreach (var factor in weights)
            {
                var weight = Vector512.Create(factor);
                a = Vector512.MultiplyAddEstimate(Singles(ref pixels), weight, a);
                b = Vector512.MultiplyAddEstimate(Singles(ref Unsafe.Add(ref pixels, Step)), weight, b);
                c = Vector512.MultiplyAddEstimate(Singles(ref Unsafe.Add(ref pixels, 2 * Step)), weight, c);
                d = Vector512.MultiplyAddEstimate(Singles(ref Unsafe.Add(ref pixels, 3 * Step)), weight, d);
                pixels = ref Unsafe.Add(ref pixels, stride);
            }

            a.StoreUnsafe(ref to, (nuint)x);
            b.StoreUnsafe(ref to, (nuint)(x + Step));
            c.StoreUnsafe(ref to, (nuint)(x + (2 * Step)));
            d.StoreUnsafe(ref to, (nuint)(x + (3 * Step)));
        }

        for (; x <= sums.Length - Step; x += Step)
        {
            var sum = Vector512<float>.Zero;
            for (var t = 0; t < weights.Length; t++)
            {
                sum = Vector512.MultiplyAddEstimate(Singles(ref Unsafe.Add(ref from, (t * stride) + x)), Vector512.Create(weights[t]), sum);
            }

            sum.StoreUnsafe(ref to, (nuint)x);
        }

        for (; x < sums.Length; x++)
        {
            float sum = 0;
            for (var t = 0; t < weights.Length; t++)
            {
                sum += rows[(t * stride) + x] * weights[t];
            }

            sums[x] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Singles(ref byte pixels)
    {
        var levels = Vector128.LoadUnsafe(ref pixels);
        if (Avx512F.IsSupported)
        {
            return Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(levels));
        }

        var (a, b) = Vector128.Widen(levels);
        var (low, high) = Vector256.Widen(Vector256.Create(a, b));
        return Vector512.Create(Vector256.ConvertToSingle(low.AsInt32()), Vector256.ConvertToSingle(high.AsInt32()));
    }
}

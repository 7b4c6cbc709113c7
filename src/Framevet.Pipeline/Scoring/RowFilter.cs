using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring;

/// <summary>What a filter sees beyond the edge of a picture.</summary>
internal enum Beyond
{
    /// <summary>The pixel at the edge again.</summary>
    Edge,
    /// <summary>Zero.</summary>
    Zero,
}

/// <summary>Smooths planes of doubles with a symmetric kernel along rows and columns; the result has the size of the source.</summary>
internal static class RowFilter
{
    /// <summary>A Gaussian sampled at <paramref name="size"/> places (odd), with sum 1.</summary>
    public static double[] Gaussian(int size, double sigma)
    {
        var weights = Enumerable.Range(-(size / 2), size).Select(d => Math.Exp(-(d * d) / (2 * sigma * sigma))).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    /// <summary>Writes the smoothed plane [height x width] to <paramref name="target"/>, which may not be the source.</summary>
    public static void Smooth(ReadOnlySpan<double> source, int width, int height, ReadOnlySpan<double> kernel, Beyond beyond, Span<double> target)
    {
        var radius = kernel.Length / 2;
        var rented = ArrayPool<double>.Shared.Rent((width * height) + width + (2 * radius));
        var across = rented.AsSpan(0, width * height);
        var padded = rented.AsSpan(width * height, width + (2 * radius));
        for (var y = 0; y < height; y++)
        {
            var row = source.Slice(y * width, width);
            padded[..radius].Fill(beyond == Beyond.Edge ? row[0] : 0);
            row.CopyTo(padded[radius..]);
            padded[(radius + width)..].Fill(beyond == Beyond.Edge ? row[^1] : 0);
            var sums = across.Slice(y * width, width);
            sums.Clear();
            for (var i = 0; i < kernel.Length; i++)
            {
                AddScaled(padded.Slice(i, width), kernel[i], sums);
            }
        }

        for (var y = 0; y < height; y++)
        {
            var sums = target.Slice(y * width, width);
            sums.Clear();
            for (var i = 0; i < kernel.Length; i++)
            {
                var from = y + i - radius;
                if (beyond == Beyond.Edge || (from >= 0 && from < height))
                {
                    AddScaled(across.Slice(Math.Clamp(from, 0, height - 1) * width, width), kernel[i], sums);
                }
            }
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>sums += weight * row.</summary>
    public static void AddScaled(ReadOnlySpan<double> row, double weight, Span<double> sums)
    {
        ref var source = ref MemoryMarshal.GetReference(row);
        ref var target = ref MemoryMarshal.GetReference(sums);
        var factor = Vector256.Create(weight);
        var x = 0;
        for (; x <= sums.Length - Vector256<double>.Count; x += Vector256<double>.Count)
        {
            (Vector256.LoadUnsafe(ref target, (nuint)x) + (factor * Vector256.LoadUnsafe(ref source, (nuint)x))).StoreUnsafe(ref target, (nuint)x);
        }

        for (; x < sums.Length; x++)
        {
            sums[x] += weight * row[x];
        }
    }
}

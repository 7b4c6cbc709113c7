using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Scales a plane by exact area averaging: each target pixel is the mean of the source area it covers, with fractions of pixels at the edges.
/// Works for any sizes; a smaller source is spread without smoothing. The aspect ratio is the caller's concern.
/// </summary>
internal static class AreaScaler
{
    /// <summary>Writes <paramref name="target"/> [height x width], row-major, values 0..255.</summary>
    public static void Scale(ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, Span<float> target, int width, int height)
    {
        var rented = ArrayPool<float>.Shared.Rent(sourceWidth);
        var column = rented.AsSpan(0, sourceWidth);
        var stepY = (double)sourceHeight / height;
        for (var y = 0; y < height; y++)
        {
            // Columns first: the pass over all pixels runs along rows and vectorises, the other touches one row per target row.
            column.Clear();
            var (top, bottom) = (y * stepY, (y + 1) * stepY);
            for (var row = (int)top; row < sourceHeight && row < bottom; row++)
            {
                var weight = Math.Min(row + 1, bottom) - Math.Max(row, top);
                AddRow(source.Slice(row * sourceWidth, sourceWidth), (float)weight, column);
            }

            ReduceRow(column, target.Slice(y * width, width), (float)(1 / stepY));
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private static void AddRow(ReadOnlySpan<byte> row, float weight, Span<float> sums)
    {
        var x = 0;
        ref var source = ref MemoryMarshal.GetReference(row);
        ref var target = ref MemoryMarshal.GetReference(sums);
        var factor = Vector256.Create(weight);
        for (; x <= row.Length - Vector256<byte>.Count; x += Vector256<byte>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)x));
            AddSixteen(low, factor, ref target, x);
            AddSixteen(high, factor, ref target, x + Vector256<ushort>.Count);
        }

        for (; x < row.Length; x++)
        {
            sums[x] += weight * row[x];
        }
    }

    private static void AddSixteen(Vector256<ushort> pixels, Vector256<float> factor, ref float target, int x)
    {
        var (low, high) = Vector256.Widen(pixels);
        var first = Vector256.LoadUnsafe(ref target, (nuint)x) + (factor * Vector256.ConvertToSingle(low.AsInt32()));
        var second = Vector256.LoadUnsafe(ref target, (nuint)(x + Vector256<float>.Count)) + (factor * Vector256.ConvertToSingle(high.AsInt32()));
        first.StoreUnsafe(ref target, (nuint)x);
        second.StoreUnsafe(ref target, (nuint)(x + Vector256<float>.Count));
    }

    private static void ReduceRow(ReadOnlySpan<float> sums, Span<float> target, float scale)
    {
        var step = (double)sums.Length / target.Length;
        for (var x = 0; x < target.Length; x++)
        {
            var (left, right) = (x * step, (x + 1) * step);
            double sum = 0;
            for (var i = (int)left; i < sums.Length && i < right; i++)
            {
                sum += sums[i] * (Math.Min(i + 1, right) - Math.Max(i, left));
            }

            target[x] = (float)(sum / step * scale);
        }
    }
}

using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Scales a plane by exact area averaging: each target pixel is the mean of the source area it covers, with fractions of pixels at the edges.
/// Works for any sizes; a smaller source is spread without smoothing. The aspect ratio is the caller's concern.
/// </summary>
internal static class AreaScaler
{
    private const int MostOnStack = 256;

    /// <summary>Writes <paramref name="target"/> [height x width], row-major, values 0..255.</summary>
    [SkipLocalsInit]
    public static void Scale(ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, Span<float> target, int width, int height)
    {
        var rented = ArrayPool<float>.Shared.Rent(sourceWidth);
        var sums = rented.AsSpan(0, sourceWidth);
        var (stepX, stepY) = ((double)sourceWidth / width, (double)sourceHeight / height);
        var columns = width <= MostOnStack ? stackalloc Cover[width] : new Cover[width];
        for (var x = 0; x < width; x++)
        {
            columns[x] = Cover.Of(x, stepX, sourceWidth);
        }

        // Columns first: the pass over all pixels runs along rows and vectorises, the other touches one row per target row.
        var scale = (float)(1 / stepX / stepY);
        for (var y = 0; y < height; y++)
        {
            Row(source, Cover.Of(y, stepY, sourceHeight), columns, scale, sums, target.Slice(y * width, width));
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>One target row. <paramref name="sums"/> is room for one row of the source; <paramref name="scale"/> is 1 over the source pixels of a target pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Row(ReadOnlySpan<byte> source, Cover rows, ReadOnlySpan<Cover> columns, float scale, Span<float> sums, Span<float> target)
    {
        ColumnSums.Write(source, sums.Length, rows, sums);
        for (var x = 0; x < target.Length; x++)
        {
            target[x] = Sum(sums, columns[x]) * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(ReadOnlySpan<float> sums, Cover cover)
    {
        ref var first = ref MemoryMarshal.GetReference(sums);
        var all = Vector256<float>.Zero;
        var x = cover.First;
        for (; x <= cover.End - Vector256<float>.Count; x += Vector256<float>.Count)
        {
            all += Vector256.LoadUnsafe(ref first, (nuint)x);
        }

        var sum = Vector256.Sum(all);
        for (; x < cover.End; x++)
        {
            sum += sums[x];
        }

        sum += cover.Before > 0 ? cover.Before * sums[cover.First - 1] : 0;
        return sum + (cover.Behind > 0 ? cover.Behind * sums[cover.End] : 0);
    }
}

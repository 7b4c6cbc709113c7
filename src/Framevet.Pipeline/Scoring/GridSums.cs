using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Sums of |p - q| of neighbours: pairs that straddle a border of the 8x8 grid (<paramref name="Border"/>) and the pairs within a cell
/// (<paramref name="Inside"/>), horizontal and vertical pairs together, each with its number of pairs. Exact.
/// </summary>
internal record struct GridSums(long Border, long Inside, long BorderPairs, long InsidePairs)
{
    /// <summary>Pixels per side of a coding block.</summary>
    public const int Cell = 8;

    /// <summary>Adds the pairs that end in this row: with the pixel to the left, and with the row <paramref name="above"/> (empty for the first).</summary>
    public void AddRow(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int y)
    {
        var (all, border) = row.Length < 2 ? (0L, 0L) : Across(row);
        var borders = (row.Length - 1) / Cell;
        Border += border;
        Inside += all - border;
        BorderPairs += borders;
        InsidePairs += row.Length - 1 - borders;
        if (above.IsEmpty)
        {
            return;
        }

        var down = Down(row, above);
        if (y % Cell == 0)
        {
            Border += down;
            BorderPairs += row.Length;
        }
        else
        {
            Inside += down;
            InsidePairs += row.Length;
        }
    }

    // Column x meets x - 1; the border pairs are those with x a multiple of 8. Starting at x = 8 keeps every eighth lane on a border.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (long All, long Border) Across(ReadOnlySpan<byte> row)
    {
        var (all, border) = AcrossPlain(row[..Math.Min(row.Length, Cell)], 1, 0);
        var x = Cell;
        if (Avx2.IsSupported)
        {
            ref var start = ref MemoryMarshal.GetReference(row);
            var firstOfEight = Vector256.Create(0xFFUL).AsByte();
            var (sum, edge) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero);
            for (; x <= row.Length - Vector256<byte>.Count; x += Vector256<byte>.Count)
            {
                var a = Vector256.LoadUnsafe(ref start, (nuint)x);
                var b = Vector256.LoadUnsafe(ref start, (nuint)(x - 1));
                sum += Avx2.SumAbsoluteDifferences(a, b).AsUInt64();
                edge += Avx2.SumAbsoluteDifferences(a & firstOfEight, b & firstOfEight).AsUInt64();
            }

            all += (long)Vector256.Sum(sum);
            border += (long)Vector256.Sum(edge);
        }

        var rest = AcrossPlain(row, x, x);
        return (all + rest.All, border + rest.Border);
    }

    private static (long All, long Border) AcrossPlain(ReadOnlySpan<byte> row, int x, int firstBorder)
    {
        var (all, border) = (0L, 0L);
        for (; x < row.Length; x++)
        {
            var difference = Math.Abs(row[x] - row[x - 1]);
            all += difference;
            border += x >= firstBorder && x % Cell == 0 ? difference : 0;
        }

        return (all, border);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Down(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above)
    {
        long all = 0;
        var x = 0;
        if (Avx2.IsSupported)
        {
            ref var here = ref MemoryMarshal.GetReference(row);
            ref var before = ref MemoryMarshal.GetReference(above);
            var sum = Vector256<ulong>.Zero;
            for (; x <= row.Length - Vector256<byte>.Count; x += Vector256<byte>.Count)
            {
                sum += Avx2.SumAbsoluteDifferences(Vector256.LoadUnsafe(ref here, (nuint)x), Vector256.LoadUnsafe(ref before, (nuint)x)).AsUInt64();
            }

            all = (long)Vector256.Sum(sum);
        }

        for (; x < row.Length; x++)
        {
            all += Math.Abs(row[x] - above[x]);
        }

        return all;
    }

    /// <summary>Reference in plain form: all pairs of a plane.</summary>
    public static GridSums OfPlain(ReadOnlySpan<byte> plane, int width, int height)
    {
        var sums = default(GridSums);
        for (var i = 0; i < plane.Length; i++)
        {
            var (x, y) = (i % width, i / width);
            if (x > 0)
            {
                sums.AddPair(Math.Abs(plane[i] - plane[i - 1]), x % Cell == 0);
            }

            if (y > 0)
            {
                sums.AddPair(Math.Abs(plane[i] - plane[i - width]), y % Cell == 0);
            }
        }

        return sums;
    }

    private void AddPair(int difference, bool isBorder)
    {
        if (isBorder)
        {
            Border += difference;
            BorderPairs++;
        }
        else
        {
            Inside += difference;
            InsidePairs++;
        }
    }
}

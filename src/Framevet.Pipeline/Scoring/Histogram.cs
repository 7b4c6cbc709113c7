using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Framevet.Pipeline.Scoring;

/// <summary>Counts of the 256 gray levels and what follows from them alone.</summary>
internal static class Histogram
{
    /// <summary>Number of levels.</summary>
    public const int Levels = 256;

    private const int Tables = 8;

    /// <summary>Room for <see cref="Add"/>: one table per pixel of a group of eight.</summary>
    public const int Room = Tables * Levels;

    /// <summary>
    /// Adds pixels to eight tables in turn: neighbours are often equal, and adding to the same counter again must wait for the last sum. One load per pixel
    /// is quicker than taking eight pixels out of one word. <paramref name="tables"/> has <see cref="Room"/> counters, which <see cref="Join"/> brings together.
    /// </summary>
    public static void Add(ReadOnlySpan<byte> pixels, Span<int> tables)
    {
        ref var bins = ref MemoryMarshal.GetReference(tables[..Room]);
        ref var pixel = ref MemoryMarshal.GetReference(pixels);
        nint i = 0;
        for (; i <= pixels.Length - Tables; i += Tables)
        {
            // An index is a byte plus the start of its table, so it cannot leave the counters.
            Unsafe.Add(ref bins, (nint)Unsafe.Add(ref pixel, i))++;
            Unsafe.Add(ref bins, Levels + (nint)Unsafe.Add(ref pixel, i + 1))++;
            Unsafe.Add(ref bins, (2 * Levels) + (nint)Unsafe.Add(ref pixel, i + 2))++;
            Unsafe.Add(ref bins, (3 * Levels) + (nint)Unsafe.Add(ref pixel, i + 3))++;
            Unsafe.Add(ref bins, (4 * Levels) + (nint)Unsafe.Add(ref pixel, i + 4))++;
            Unsafe.Add(ref bins, (5 * Levels) + (nint)Unsafe.Add(ref pixel, i + 5))++;
            Unsafe.Add(ref bins, (6 * Levels) + (nint)Unsafe.Add(ref pixel, i + 6))++;
            Unsafe.Add(ref bins, (7 * Levels) + (nint)Unsafe.Add(ref pixel, i + 7))++;
        }

        AddPlain(pixels[(int)i..], tables);
    }

    /// <summary>The same, one counter after the other in one table.</summary>
    public static void AddPlain(ReadOnlySpan<byte> pixels, Span<int> counts)
    {
        foreach (var value in pixels)
        {
            counts[value]++;
        }
    }

    /// <summary>Writes the sums of the tables to <paramref name="counts"/> [256].</summary>
    public static void Join(ReadOnlySpan<int> tables, Span<int> counts)
    {
        for (var level = 0; level < Levels; level++)
        {
            var sum = 0;
            for (var table = 0; table < Tables; table++)
            {
                sum += tables[(table * Levels) + level];
            }

            counts[level] = sum;
        }
    }

    /// <summary>Exact sums of all values and squares.</summary>
    public static PlaneSums Sums(ReadOnlySpan<int> counts)
    {
        var (count, sum, squares) = (0, 0L, 0L);
        for (var level = 0; level < counts.Length; level++)
        {
            count += counts[level];
            sum += (long)level * counts[level];
            squares += (long)level * level * counts[level];
        }

        return new PlaneSums(sum, squares, count);
    }

    /// <summary>Shannon entropy in bits 0..8; NaN without any pixel.</summary>
    public static double Bits(ReadOnlySpan<int> counts)
    {
        var total = 0;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return double.NaN;
        }

        double bits = 0;
        foreach (var count in counts)
        {
            if (count > 0)
            {
                var p = (double)count / total;
                bits -= p * Math.Log2(p);
            }
        }

        return Math.Max(0, bits);
    }

    /// <summary>Pixels whose level lies in <paramref name="from"/>..<paramref name="to"/>.</summary>
    public static int Between(ReadOnlySpan<int> counts, int from, int to)
    {
        var sum = 0;
        for (var level = from; level <= to; level++)
        {
            sum += counts[level];
        }

        return sum;
    }

    /// <summary>The smallest level that at least <paramref name="percent"/> of all pixels do not exceed; 0 without any pixel.</summary>
    public static int Percentile(ReadOnlySpan<int> counts, double percent)
    {
        var total = Between(counts, 0, Levels - 1);
        long seen = 0;
        for (var level = 0; level < Levels; level++)
        {
            seen += counts[level];
            if (seen > 0 && seen * 100.0 >= percent * total)
            {
                return level;
            }
        }

        return 0;
    }
}

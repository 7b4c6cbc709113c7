using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>Shannon entropy of the 256-bin histogram of the Y plane in bits: 0 one single gray level, 8 all levels equally often.</summary>
[Part("entropy", "Entropy", "How much information the gray levels carry.")]
public sealed class EntropyMetric() : PlaneMetric(new MetricSpec(
    "entropy", "Entropy", 0, 8, HigherIsBetter: true, "bit", "-sum p log2 p over the histogram of Y (C. E. Shannon, 1948)"))
{
    private const int Levels = 256;

    internal override double OfPlane(ReadOnlySpan<byte> luma, int width, int height)
    {
        // Four histograms in turn: neighbouring pixels are often equal, and adding to the same counter again must wait for the last sum.
        Span<int> counts = stackalloc int[4 * Levels];
        counts.Clear();
        ref var bins = ref MemoryMarshal.GetReference(counts);
        var blocks = MemoryMarshal.Cast<byte, ulong>(luma);
        foreach (var block in blocks)
        {
            // An index is a byte plus the start of its table, so it cannot leave the 1024 counters.
            Unsafe.Add(ref bins, (nint)(byte)block)++;
            Unsafe.Add(ref bins, Levels + (nint)(byte)(block >> 8))++;
            Unsafe.Add(ref bins, (2 * Levels) + (nint)(byte)(block >> 16))++;
            Unsafe.Add(ref bins, (3 * Levels) + (nint)(byte)(block >> 24))++;
            Unsafe.Add(ref bins, (nint)(byte)(block >> 32))++;
            Unsafe.Add(ref bins, Levels + (nint)(byte)(block >> 40))++;
            Unsafe.Add(ref bins, (2 * Levels) + (nint)(byte)(block >> 48))++;
            Unsafe.Add(ref bins, (3 * Levels) + (nint)(byte)(block >> 56))++;
        }

        foreach (var value in luma[(blocks.Length * sizeof(ulong))..])
        {
            counts[value]++;
        }

        for (var level = 0; level < Levels; level++)
        {
            counts[level] += counts[Levels + level] + counts[(2 * Levels) + level] + counts[(3 * Levels) + level];
        }

        return Bits(counts[..Levels], luma.Length);
    }

    internal override double OfPlaneScalar(ReadOnlySpan<byte> luma, int width, int height)
    {
        Span<int> counts = stackalloc int[Levels];
        counts.Clear();
        foreach (var value in luma)
        {
            counts[value]++;
        }

        return Bits(counts, luma.Length);
    }

    private static double Bits(ReadOnlySpan<int> counts, int total)
    {
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
}

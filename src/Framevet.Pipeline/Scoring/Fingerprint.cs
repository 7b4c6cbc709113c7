using System.Numerics;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// 64-bit perceptual hash of the Y plane: area average to 32x32 (of the 64x64 tiles that motion looks at, too), two-dimensional DCT-II, the 8x8 lowest frequencies compared with
/// their median (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section 3.2.1; like the widespread
/// implementations the constant term is kept). It sees structure, not level: brighter or scaled copies stay near, and flat pictures all look alike.
/// </summary>
public static class Fingerprint
{
    private const int Side = 32;
    private const int Kept = 8;

    // Coefficients that differ by rounding alone must not decide a bit; pictures step in whole units of 1/255.
    private const float Tolerance = 0.01f;

    private static readonly float[] Cosines = MakeCosines();

    /// <summary>The fingerprint of a frame; bit 0 is the constant term, bits run row by row from low to high frequency.</summary>
    public static ulong Of(in Frame frame) => Of(frame.Luma, frame.Layout.Width, frame.Layout.Height);

    /// <summary>The fingerprint of a frame of a batch, from the sums that all scores share.</summary>
    internal static ulong Of(FrameBatch batch, int i) => Of(batch.Stats(i, PlaneGroups.Tiles).Tiles);

    /// <summary>Hamming distance 0..64: 0 same look, around 32 unrelated.</summary>
    public static int Distance(ulong a, ulong b) => BitOperations.PopCount(a ^ b);

    internal static ulong Of(ReadOnlySpan<byte> luma, int width, int height)
    {
        Span<float> tiles = stackalloc float[PlaneTiles.Side * PlaneTiles.Side];
        AreaScaler.Scale(luma, width, height, tiles, PlaneTiles.Side, PlaneTiles.Side);
        return Of(tiles);
    }

    /// <summary>The fingerprint from the means of the 64x64 tiles.</summary>
    internal static ulong Of(ReadOnlySpan<float> tiles)
    {
        Span<float> small = stackalloc float[Side * Side];
        for (var i = 0; i < small.Length; i++)
        {
            var at = (i / Side * 2 * PlaneTiles.Side) + (i % Side * 2);
            small[i] = (tiles[at] + tiles[at + 1] + tiles[at + PlaneTiles.Side] + tiles[at + PlaneTiles.Side + 1]) / 4;
        }

        Span<float> low = stackalloc float[Kept * Kept];
        LowFrequencies(small, low);

        Span<float> sorted = stackalloc float[Kept * Kept];
        low.CopyTo(sorted);
        sorted.Sort();
        var median = (sorted[(Kept * Kept / 2) - 1] + sorted[Kept * Kept / 2]) / 2;

        ulong bits = 0;
        for (var i = 0; i < low.Length; i++)
        {
            bits |= low[i] > median + Tolerance ? 1UL << i : 0;
        }

        return bits;
    }

    /// <summary>low[v, u] = sum over y, x of cos(v, y) cos(u, x) picture[y, x]: orthonormal DCT-II, the corner of low frequencies only.</summary>
    private static void LowFrequencies(ReadOnlySpan<float> picture, Span<float> low)
    {
        Span<float> rows = stackalloc float[Side * Kept];
        for (var y = 0; y < Side; y++)
        {
            for (var u = 0; u < Kept; u++)
            {
                rows[(u * Side) + y] = Dot(picture.Slice(y * Side, Side), Cosines.AsSpan(u * Side, Side));
            }
        }

        for (var v = 0; v < Kept; v++)
        {
            for (var u = 0; u < Kept; u++)
            {
                low[(v * Kept) + u] = Dot(rows.Slice(u * Side, Side), Cosines.AsSpan(v * Side, Side));
            }
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static float[] MakeCosines()
    {
        var cosines = new float[Kept * Side];
        for (var u = 0; u < Kept; u++)
        {
            var scale = Math.Sqrt((u == 0 ? 1.0 : 2.0) / Side);
            for (var x = 0; x < Side; x++)
            {
                cosines[(u * Side) + x] = (float)(scale * Math.Cos(Math.PI * u * ((2 * x) + 1) / (2 * Side)));
            }
        }

        return cosines;
    }
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Structural similarity (Z. Wang, A. Bovik, H. Sheikh, E. Simoncelli, IEEE Trans. Image Processing 13(4), 2004, section III): Gaussian window 11x11, sigma 1.5,
/// K1 = 0.01, K2 = 0.03, L = 255, mean over the places where the window lies wholly inside.
/// </summary>
internal static class Ssim
{
    private const int Window = 11;
    private const double Sigma = 1.5;
    private const double C1 = 0.01 * 255 * 0.01 * 255;
    private const double C2 = 0.03 * 255 * 0.03 * 255;

    private static readonly float[] Weights = MakeWeights();

    /// <summary>Similarity -1..1 of two square pictures [y, x] with values 0..255; 1 only for equal ones. <paramref name="side"/> at least 11.</summary>
    public static double Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int side)
    {
        var (meanA, meanB) = (Smooth(a, side), Smooth(b, side));
        var (squareA, squareB, product) = (Smooth(Product(a, a), side), Smooth(Product(b, b), side), Smooth(Product(a, b), side));
        double sum = 0;
        for (var i = 0; i < meanA.Length; i++)
        {
            double ma = meanA[i];
            double mb = meanB[i];
            var means = ((2 * ma * mb) + C1) / ((ma * ma) + (mb * mb) + C1);
            var spreads = ((2 * (product[i] - (ma * mb))) + C2) / (squareA[i] - (ma * ma) + (squareB[i] - (mb * mb)) + C2);
            sum += means * spreads;
        }

        return sum / meanA.Length;
    }

    private static float[] Product(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var product = new float[a.Length];
        for (var i = 0; i < product.Length; i++)
        {
            product[i] = a[i] * b[i];
        }

        return product;
    }

    /// <summary>Weighted mean over the window, down and then across; [side - 10, side - 10].</summary>
    private static float[] Smooth(ReadOnlySpan<float> picture, int side)
    {
        var places = side - Window + 1;
        var smooth = new float[places * places];
        Span<float> row = stackalloc float[side];
        for (var y = 0; y < places; y++)
        {
            row.Clear();
            var across = smooth.AsSpan(y * places, places);
            for (var k = 0; k < Window; k++)
            {
                AddScaled(row, picture.Slice((y + k) * side, side), Weights[k]);
            }

            for (var k = 0; k < Window; k++)
            {
                AddScaled(across, row.Slice(k, places), Weights[k]);
            }
        }

        return smooth;
    }

    private static void AddScaled(Span<float> sums, ReadOnlySpan<float> values, float weight)
    {
        var wideSums = MemoryMarshal.Cast<float, Vector<float>>(sums);
        var wideValues = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (var i = 0; i < wideSums.Length; i++)
        {
            wideSums[i] += wideValues[i] * weight;
        }

        for (var i = wideSums.Length * Vector<float>.Count; i < sums.Length; i++)
        {
            sums[i] += values[i] * weight;
        }
    }

    private static float[] MakeWeights()
    {
        var weights = Enumerable.Range(-(Window / 2), Window).Select(x => Math.Exp(-x * x / (2 * Sigma * Sigma))).ToArray();
        return [.. weights.Select(w => (float)(w / weights.Sum()))];
    }
}

using System.Buffers;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Natural scene statistics of a plane: mean subtracted, contrast normalised coefficients (MSCN) and the 18 numbers that describe them and their
/// products with four neighbours (A. Mittal, A. K. Moorthy and A. C. Bovik, IEEE Trans. Image Processing 21, 2012, section III).
/// </summary>
internal static class NaturalScene
{
    /// <summary>Numbers per scale.</summary>
    public const int PerScale = 18;

    private static readonly double[] Window = RowFilter.Gaussian(7, 7.0 / 6);
    private static readonly (int Down, int Right)[] Neighbours = [(0, 1), (1, 0), (1, 1), (-1, 1)];

    // Half of the bicubic kernel for halving (a = -1/2, stretched by two), from the centre outwards; it has eight taps.
    private const int Taps = 4;

    private static readonly double[] Halving = [0.43359375, 0.11328125, -0.03515625, -0.01171875];

    /// <summary>MSCN coefficients (v - mean) / (deviation + 1) of values 0..255, with a 7x7 Gaussian of deviation 7/6.</summary>
    public static void Normalise(ReadOnlySpan<double> plane, int width, int height, Beyond beyond, Span<double> target)
    {
        var size = width * height;
        var rented = ArrayPool<double>.Shared.Rent(3 * size);
        var mean = rented.AsSpan(0, size);
        var squares = rented.AsSpan(size, size);
        var smoothed = rented.AsSpan(2 * size, size);
        RowFilter.Smooth(plane, width, height, Window, beyond, mean);
        for (var i = 0; i < size; i++)
        {
            squares[i] = plane[i] * plane[i];
        }

        RowFilter.Smooth(squares, width, height, Window, beyond, smoothed);
        for (var i = 0; i < size; i++)
        {
            target[i] = (plane[i] - mean[i]) / (Math.Sqrt(Math.Abs(smoothed[i] - (mean[i] * mean[i]))) + 1);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>Half the size, rounded up, by antialiased bicubic interpolation; pixels beyond the edge mirror it.</summary>
    public static void Halve(ReadOnlySpan<double> source, int width, int height, Span<double> target)
    {
        var halfWidth = (width + 1) / 2;
        var rented = ArrayPool<double>.Shared.Rent((halfWidth * height) + Math.Max(width, height) + (2 * Taps));
        var padded = rented.AsSpan(halfWidth * height, width + (2 * Taps));
        for (var y = 0; y < height; y++)
        {
            for (var x = -Taps; x < width + Taps; x++)
            {
                padded[x + Taps] = x >= 0 && x < width ? source[(y * width) + x] : source[(y * width) + Mirrored(x, width)];
            }

            for (var x = 0; x < halfWidth; x++)
            {
                var around = padded.Slice((2 * x) + Taps - 3, 2 * Taps);
                rented[(y * halfWidth) + x] = (Halving[0] * (around[3] + around[4])) + (Halving[1] * (around[2] + around[5]))
                    + (Halving[2] * (around[1] + around[6])) + (Halving[3] * (around[0] + around[7]));
            }
        }

        for (var y = 0; y < (height + 1) / 2; y++)
        {
            var row = target.Slice(y * halfWidth, halfWidth);
            row.Clear();
            for (var i = 0; i < Taps; i++)
            {
                RowFilter.AddScaled(rented.AsSpan(Mirrored((2 * y) - i, height) * halfWidth, halfWidth), Halving[i], row);
                RowFilter.AddScaled(rented.AsSpan(Mirrored((2 * y) + 1 + i, height) * halfWidth, halfWidth), Halving[i], row);
            }
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>Moments of the products with one of the four neighbours (0 right, 1 below, 2 below right, 3 above right); the rectangle wraps around.</summary>
    public static SceneMoments Products(ReadOnlySpan<double> plane, int stride, Rectangle area, int neighbour)
    {
        var moments = default(SceneMoments);
        var (down, right) = Neighbours[neighbour];
        for (var y = 0; y < area.Height; y++)
        {
            var here = Row(plane, stride, area, y);
            var there = Row(plane, stride, area, (y + down + area.Height) % area.Height);
            moments.AddProducts(here[..(area.Width - right)], there[right..]);
            moments.AddProducts(here[(area.Width - right)..], there[..right]);
        }

        return moments;
    }

    /// <summary>Moments of the coefficients of a rectangle.</summary>
    public static SceneMoments Values(ReadOnlySpan<double> plane, int stride, Rectangle area)
    {
        var moments = default(SceneMoments);
        for (var y = 0; y < area.Height; y++)
        {
            moments.Add(Row(plane, stride, area, y));
        }

        return moments;
    }

    private static ReadOnlySpan<double> Row(ReadOnlySpan<double> plane, int stride, Rectangle area, int y) =>
        plane.Slice(((area.Top + y) * stride) + area.Left, area.Width);

    private static int Mirrored(int i, int length)
    {
        var period = 2 * length;
        i = ((i % period) + period) % period;
        return i < length ? i : period - 1 - i;
    }

    /// <summary>A part of a plane in pixels.</summary>
    internal readonly record struct Rectangle(int Left, int Top, int Width, int Height);
}

namespace Framevet.Pipeline.Tools;

/// <summary>Pixel work around the JPEG codec.</summary>
internal static class JpegPixels
{
    /// <summary>Long side of the grid of averages that a blurred picture is made of.</summary>
    public const int BlurGrid = 12;

    /// <summary>Long side of a blurred picture.</summary>
    public const int BlurSide = 160;

    /// <summary>The plane with its last column and row repeated where width or height is odd.</summary>
    public static byte[] PadToEven(ReadOnlySpan<byte> plane, int width, int height)
    {
        var (w, h) = (width + (width & 1), height + (height & 1));
        var padded = new byte[w * h];
        for (var y = 0; y < h; y++)
        {
            var source = plane.Slice(Math.Min(y, height - 1) * width, width);
            var target = padded.AsSpan(y * w, w);
            source.CopyTo(target);
            target[w - 1] = source[width - 1];
        }

        return padded;
    }

    /// <summary>
    /// Averages the picture to a grid of at most <paramref name="cells"/> cells a side and draws it at <see cref="BlurSide"/> with a cubic
    /// B-spline, which only smooths (it has no overshoot and does not pass through its points). Everything finer than a cell is gone.
    /// </summary>
    public static RgbImage Blur(RgbImage image, int cells = BlurGrid)
    {
        var longSide = Math.Max(image.Width, image.Height);
        var grid = Average(image, Cells(image.Width, longSide, cells), Cells(image.Height, longSide, cells));
        var width = Math.Max(1, (int)Math.Round(BlurSide * (double)image.Width / longSide));
        var height = Math.Max(1, (int)Math.Round(BlurSide * (double)image.Height / longSide));
        var pixels = new byte[width * height * 3];
        Span<double> sum = stackalloc double[3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                Spline(grid, (x + 0.5) * grid.Width / width - 0.5, (y + 0.5) * grid.Height / height - 0.5, sum);
                for (var c = 0; c < 3; c++)
                {
                    pixels[(((y * width) + x) * 3) + c] = (byte)Math.Clamp(Math.Round(sum[c]), 0, 255);
                }
            }
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>The picture without colour: BT.601 luma in all three channels.</summary>
    public static RgbImage Grey(RgbImage image)
    {
        var pixels = new byte[image.Pixels.Length];
        for (var i = 0; i + 2 < pixels.Length; i += 3)
        {
            var luma = ((299 * image.Pixels[i]) + (587 * image.Pixels[i + 1]) + (114 * image.Pixels[i + 2]) + 500) / 1000;
            pixels.AsSpan(i, 3).Fill((byte)luma);
        }

        return new RgbImage(image.Width, image.Height, pixels);
    }

    private static int Cells(int side, int longSide, int most) => Math.Clamp((int)Math.Round(most * (double)side / longSide), 1, Math.Min(side, most));

    /// <summary>Mean of each cell; every pixel counts in exactly one cell.</summary>
    private static RgbImage Average(RgbImage image, int columns, int rows)
    {
        var cells = new byte[columns * rows * 3];
        for (var row = 0; row < rows; row++)
        {
            var (top, bottom) = (row * image.Height / rows, (row + 1) * image.Height / rows);
            for (var column = 0; column < columns; column++)
            {
                var (left, right) = (column * image.Width / columns, (column + 1) * image.Width / columns);
                for (var c = 0; c < 3; c++)
                {
                    long sum = 0;
                    for (var y = top; y < bottom; y++)
                    {
                        for (var x = left; x < right; x++)
                        {
                            sum += image.Pixels[(((y * image.Width) + x) * 3) + c];
                        }
                    }

                    cells[(((row * columns) + column) * 3) + c] = (byte)(sum / Math.Max(1, (right - left) * (bottom - top)));
                }
            }
        }

        return new RgbImage(columns, rows, cells);
    }

    private static void Spline(RgbImage grid, double x, double y, Span<double> sum)
    {
        sum.Clear();
        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        for (var j = -1; j <= 2; j++)
        {
            var row = Math.Clamp(top + j, 0, grid.Height - 1);
            var vertical = Weight(y - (top + j));
            for (var i = -1; i <= 2; i++)
            {
                var column = Math.Clamp(left + i, 0, grid.Width - 1);
                var weight = vertical * Weight(x - (left + i));
                for (var c = 0; c < 3; c++)
                {
                    sum[c] += weight * grid.Pixels[(((row * grid.Width) + column) * 3) + c];
                }
            }
        }
    }

    /// <summary>Uniform cubic B-spline: the four weights around any point sum to 1.</summary>
    private static double Weight(double distance)
    {
        var d = Math.Abs(distance);
        return d < 1 ? ((4 - (6 * d * d) + (3 * d * d * d)) / 6)
            : d < 2 ? (2 - d) * (2 - d) * (2 - d) / 6
            : 0;
    }
}

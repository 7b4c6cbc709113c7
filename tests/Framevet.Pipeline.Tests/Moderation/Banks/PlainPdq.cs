using System.Text;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Tests.Moderation.Banks;

/// <summary>PDQ once more, straight from the words of the paper: double precision, no running sums, no shared tables. For comparison only.</summary>
internal static class PlainPdq
{
    public static (string Hash, int Quality, double[] Margins) Of(RgbImage image)
    {
        var luma = new double[image.Height, image.Width];
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var at = 3 * ((y * image.Width) + x);
                luma[y, x] = (0.299 * image.Pixels[at]) + (0.587 * image.Pixels[at + 1]) + (0.114 * image.Pixels[at + 2]);
            }
        }

        for (var pass = 0; pass < 2; pass++)
        {
            luma = Box(Box(luma, along: true), along: false);
        }

        var small = new double[64, 64];
        for (var y = 0; y < 64; y++)
        {
            for (var x = 0; x < 64; x++)
            {
                small[y, x] = luma[(int)((y + 0.5) * image.Height / 64), (int)((x + 0.5) * image.Width / 64)];
            }
        }

        return Bits(small);
    }

    private static double[,] Box(double[,] from, bool along)
    {
        var (height, width) = (from.GetLength(0), from.GetLength(1));
        var length = along ? width : height;
        var window = (length + 127) / 128;
        var ahead = (window + 2) / 2;
        var to = new double[height, width];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = along ? x : y;
                var (first, last) = (Math.Max(0, at + ahead - window), Math.Min(length - 1, at + ahead - 1));
                for (var i = first; i <= last; i++)
                {
                    to[y, x] += (along ? from[y, i] : from[i, x]) / (last - first + 1);
                }
            }
        }

        return to;
    }

    private static (string Hash, int Quality, double[] Margins) Bits(double[,] small)
    {
        var gradient = 0;
        for (var y = 0; y < 64; y++)
        {
            for (var x = 0; x < 64; x++)
            {
                gradient += y < 63 ? (int)Math.Abs((small[y, x] - small[y + 1, x]) * 100 / 255) : 0;
                gradient += x < 63 ? (int)Math.Abs((small[y, x] - small[y, x + 1]) * 100 / 255) : 0;
            }
        }

        var low = new double[256];
        for (var u = 0; u < 16; u++)
        {
            for (var v = 0; v < 16; v++)
            {
                for (var y = 0; y < 64; y++)
                {
                    for (var x = 0; x < 64; x++)
                    {
                        low[(u * 16) + v] += small[y, x] * Cos(u + 1, y) * Cos(v + 1, x);
                    }
                }
            }
        }

        var median = low.Order().ElementAt(127);
        var text = new StringBuilder();
        for (var digit = 63; digit >= 0; digit--)
        {
            var value = Enumerable.Range(0, 4).Sum(b => low[(digit * 4) + b] > median ? 1 << b : 0);
            text.Append(value.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
        }

        return (text.ToString(), Math.Min(100, gradient / 90), [.. low.Select(l => Math.Abs(l - median))]);

        static double Cos(int u, int x) => Math.Sqrt(2 / 64.0) * Math.Cos(Math.PI * u * ((2 * x) + 1) / 128);
    }
}

using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>
/// The perceptual hash PDQ (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019): luma, two passes of a box filter each way, 64 x 64 samples, 16 x 16
/// low frequencies of a cosine transform without the constant ones, one bit for each above their median. Quality is the sum of differences between neighbouring samples. Copies that were
/// encoded again, resized or slightly edited stay within a distance of about 31. Pure.
/// </summary>
public static class Pdq
{
    /// <summary>Hashes at most so far apart are the same picture.</summary>
    public const int MatchDistance = 31;

    /// <summary>Hashes of at most this quality are compared with nothing.</summary>
    public const int PoorQuality = 49;

    private const int Side = 64;
    private const int Kept = 16;
    private const int MinSide = 5;

    private static readonly float[] Cosines = CosineTable();

    /// <summary>Hash and quality of a picture; of one smaller than 5 pixels no bits and quality 0.</summary>
    public static PdqPicture Of(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var luma = new float[image.Width * image.Height];
        for (var i = 0; i < luma.Length; i++)
        {
            luma[i] = (0.299f * image.Pixels[3 * i]) + (0.587f * image.Pixels[(3 * i) + 1]) + (0.114f * image.Pixels[(3 * i) + 2]);
        }

        return Of(luma, image.Width, image.Height);
    }

    /// <summary>The same from luma 0..255, row-major; the array is overwritten.</summary>
    public static PdqPicture Of(float[] luma, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(luma);
        ArgumentOutOfRangeException.ThrowIfNotEqual(luma.Length, width * height, nameof(luma));
        if (Math.Min(width, height) < MinSide)
        {
            return default;
        }

        var other = new float[luma.Length];
        for (var pass = 0; pass < 2; pass++)
        {
            BoxAlongRows(luma, other, width, height);
            BoxAlongColumns(other, luma, width, height);
        }

        var small = Sampled(luma, width, height);
        return new PdqPicture(HashOf(LowFrequencies(small)), QualityOf(small));
    }

    private static int Window(int length) => (length + (2 * Side) - 1) / (2 * Side);

    // Mean over a window that shrinks at the edges; an even window reaches one further to the right.
    private static void BoxAlongRows(float[] from, float[] to, int width, int height)
    {
        var window = Window(width);
        for (var y = 0; y < height; y++)
        {
            BoxLine(from, to, y * width, 1, width, window);
        }
    }

    private static void BoxAlongColumns(float[] from, float[] to, int width, int height)
    {
        var window = Window(height);
        for (var x = 0; x < width; x++)
        {
            BoxLine(from, to, x, width, height, window);
        }
    }

    private static void BoxLine(float[] from, float[] to, int start, int stride, int length, int window)
    {
        var half = (window + 2) / 2;
        var (sum, left, right) = (0f, 0, 0);
        for (var i = 0; i < length; i++)
        {
            for (var end = Math.Min(length, i + half); right < end; right++)
            {
                sum += from[start + (right * stride)];
            }

            for (var begin = Math.Max(0, i + half - window); left < begin; left++)
            {
                sum -= from[start + (left * stride)];
            }

            to[start + (i * stride)] = sum / (right - left);
        }
    }

    private static float[] Sampled(float[] luma, int width, int height)
    {
        var small = new float[Side * Side];
        for (var y = 0; y < Side; y++)
        {
            var row = (int)((y + 0.5) * height / Side) * width;
            for (var x = 0; x < Side; x++)
            {
                small[(y * Side) + x] = luma[row + (int)((x + 0.5) * width / Side)];
            }
        }

        return small;
    }

    private static int QualityOf(float[] small)
    {
        var sum = 0;
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var at = (y * Side) + x;
                sum += y + 1 < Side ? Math.Abs((int)((small[at] - small[at + Side]) * 100 / 255)) : 0;
                sum += x + 1 < Side ? Math.Abs((int)((small[at] - small[at + 1]) * 100 / 255)) : 0;
            }
        }

        return Math.Min(100, sum / 90);
    }

    private static float[] LowFrequencies(float[] small)
    {
        var half = new float[Kept * Side];
        for (var u = 0; u < Kept; u++)
        {
            for (var x = 0; x < Side; x++)
            {
                var sum = 0f;
                for (var y = 0; y < Side; y++)
                {
                    sum += Cosines[(u * Side) + y] * small[(y * Side) + x];
                }

                half[(u * Side) + x] = sum;
            }
        }

        var low = new float[Kept * Kept];
        for (var u = 0; u < Kept; u++)
        {
            for (var v = 0; v < Kept; v++)
            {
                var sum = 0f;
                for (var x = 0; x < Side; x++)
                {
                    sum += half[(u * Side) + x] * Cosines[(v * Side) + x];
                }

                low[(u * Kept) + v] = sum;
            }
        }

        return low;
    }

    private static PdqHash HashOf(float[] low)
    {
        // The lower of the two middle values.
        var sorted = (float[])low.Clone();
        Array.Sort(sorted);
        var median = sorted[(low.Length - 1) / 2];
        Span<ulong> words = stackalloc ulong[4];
        for (var i = 0; i < low.Length; i++)
        {
            if (low[i] > median)
            {
                words[i / 64] |= 1UL << (i % 64);
            }
        }

        return new PdqHash(words[0], words[1], words[2], words[3]);
    }

    // Frequencies 1..16: the constant one says nothing about the picture.
    private static float[] CosineTable()
    {
        var table = new float[Kept * Side];
        for (var u = 0; u < Kept; u++)
        {
            for (var x = 0; x < Side; x++)
            {
                table[(u * Side) + x] = (float)(Math.Sqrt(2.0 / Side) * Math.Cos(Math.PI / 2 / Side * (u + 1) * ((2 * x) + 1)));
            }
        }

        return table;
    }
}

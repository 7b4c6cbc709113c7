using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>Real pictures as gray planes, decoded by ffmpeg and converted here, so that no filter of the product is in between.</summary>
internal static class Photos
{
    /// <summary>Luma 0.299 R + 0.587 G + 0.114 B of a picture or of the first frame of a clip, after the given ffmpeg filter (e.g. <c>scale=320:-2</c>).</summary>
    public static async Task<Picture> GrayAsync(string path, string filter, CancellationToken ct)
    {
        var bytes = await ReferenceTools.FfmpegAsync(["-i", path, "-frames:v", "1", "-vf", filter, "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "-"], ct);
        var (width, height, start) = Header(bytes);
        var pixels = new byte[width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            var rgb = bytes.AsSpan(start + (3 * i), 3);
            pixels[i] = (byte)Math.Round((0.299 * rgb[0]) + (0.587 * rgb[1]) + (0.114 * rgb[2]));
        }

        return new Picture(width, height, pixels);
    }

    /// <summary>Red, green and blue of a picture, after the given ffmpeg filter.</summary>
    public static async Task<RgbImage> RgbAsync(string path, CancellationToken ct, string filter = "null")
    {
        var bytes = await ReferenceTools.FfmpegAsync(["-i", path, "-frames:v", "1", "-vf", filter, "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "-"], ct);
        var (width, height, start) = Header(bytes);
        return new RgbImage(width, height, bytes[start..]);
    }

    /// <summary>Gaussian blur, rounded to whole levels; pixels beyond the edge repeat the edge.</summary>
    public static Picture GaussianBlurred(this Picture picture, double sigma)
    {
        var radius = (int)Math.Ceiling(4 * sigma);
        var weights = Enumerable.Range(-radius, (2 * radius) + 1).Select(d => Math.Exp(-d * d / (2 * sigma * sigma))).ToArray();
        var total = weights.Sum();
        var across = new double[picture.Pixels.Length];
        for (var i = 0; i < across.Length; i++)
        {
            var (x, y) = (i % picture.Width, i / picture.Width);
            for (var d = -radius; d <= radius; d++)
            {
                across[i] += weights[d + radius] * picture[x + d, y] / total;
            }
        }

        var pixels = new byte[across.Length];
        for (var i = 0; i < across.Length; i++)
        {
            var (x, y) = (i % picture.Width, i / picture.Width);
            double sum = 0;
            for (var d = -radius; d <= radius; d++)
            {
                sum += weights[d + radius] * across[(Math.Clamp(y + d, 0, picture.Height - 1) * picture.Width) + x] / total;
            }

            pixels[i] = (byte)Math.Round(sum);
        }

        return picture with { Pixels = pixels };
    }

    private static (int Width, int Height, int Start) Header(byte[] ppm)
    {
        var lines = System.Text.Encoding.ASCII.GetString(ppm, 0, Math.Min(64, ppm.Length)).Split('\n');
        var size = lines[1].Split(' ').Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return (size[0], size[1], lines[0].Length + lines[1].Length + lines[2].Length + 3);
    }
}

using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Tools;

/// <summary>Makes RGB pictures smaller by exact area averaging.</summary>
internal static class RgbScaler
{
    /// <summary>The picture inside a box, aspect kept, never enlarged; the same object when it fits already.</summary>
    public static RgbImage Within(RgbImage image, int maxWidth, int maxHeight)
    {
        var scale = Math.Min(1, Math.Min(maxWidth / (double)image.Width, maxHeight / (double)image.Height));
        return scale >= 1 ? image : To(image, Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
    }

    /// <summary>The picture at exactly this size.</summary>
    public static RgbImage To(RgbImage image, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        var plane = new byte[image.Width * image.Height];
        var scaled = new float[width * height];
        for (var c = 0; c < 3; c++)
        {
            for (var i = 0; i < plane.Length; i++)
            {
                plane[i] = image.Pixels[(i * 3) + c];
            }

            AreaScaler.Scale(plane, image.Width, image.Height, scaled, width, height);
            for (var i = 0; i < scaled.Length; i++)
            {
                pixels[(i * 3) + c] = (byte)Math.Clamp(MathF.Round(scaled[i]), 0, 255);
            }
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>Copies the picture into another at a place; what would stick out is cut off.</summary>
    public static void Paste(RgbImage image, RgbImage onto, int left, int top)
    {
        var width = Math.Min(image.Width, onto.Width - left);
        for (var y = 0; y < image.Height && top + y < onto.Height; y++)
        {
            image.Pixels.AsSpan(y * image.Width * 3, width * 3).CopyTo(onto.Pixels.AsSpan((((top + y) * onto.Width) + left) * 3));
        }
    }
}

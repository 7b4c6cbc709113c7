using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Tools;

namespace Framevet.Web.Api;

/// <summary>Which piece of a picture shows a face.</summary>
internal static class FaceFrame
{
    /// <summary>Side of the piece relative to the longer side of the face's box: hair and chin belong to a face.</summary>
    private const double Room = 1.5;

    /// <summary>A square around the box in whole pixels, moved into the picture; smaller only where the picture is.</summary>
    public static (int Left, int Top, int Width, int Height) Around(MarkBox box, int width, int height)
    {
        var side = Math.Max(1, (int)Math.Round(Room * Math.Max(box.Width * width, box.Height * height)));
        var (w, h) = (Math.Min(side, width), Math.Min(side, height));
        var left = (int)Math.Round((box.Center.X * width) - (w / 2.0));
        var top = (int)Math.Round((box.Center.Y * height) - (h / 2.0));
        return (Math.Clamp(left, 0, width - w), Math.Clamp(top, 0, height - h), w, h);
    }

    /// <summary>The piece as a picture of its own.</summary>
    public static RgbImage Cut(RgbImage image, MarkBox box)
    {
        var (left, top, width, height) = Around(box, image.Width, image.Height);
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            image.Pixels.AsSpan((((top + y) * image.Width) + left) * 3, width * 3).CopyTo(pixels.AsSpan(y * width * 3));
        }

        return new RgbImage(width, height, pixels);
    }
}

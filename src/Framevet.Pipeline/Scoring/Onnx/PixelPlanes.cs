using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// A picture as three byte planes without padding: either Y, Cb and Cr (4:2:0, full range, BT.601, as frames are) or red, green and blue of full size. Borrowed.
/// </summary>
internal readonly ref struct PixelPlanes
{
    private PixelPlanes(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, int width, int height, bool isRgb)
    {
        First = first;
        Second = second;
        Third = third;
        (Width, Height, IsRgb) = (width, height, isRgb);
    }

    /// <summary>Y, or red.</summary>
    public ReadOnlySpan<byte> First { get; }

    /// <summary>Cb, or green.</summary>
    public ReadOnlySpan<byte> Second { get; }

    /// <summary>Cr, or blue.</summary>
    public ReadOnlySpan<byte> Third { get; }

    /// <summary>Pixels of a row of the first plane.</summary>
    public int Width { get; }

    /// <summary>Rows of the first plane.</summary>
    public int Height { get; }

    /// <summary>Whether the planes are red, green and blue.</summary>
    public bool IsRgb { get; }

    /// <summary>Pixels of a row of the second and third plane.</summary>
    public int SmallWidth => IsRgb ? Width : (Width + 1) / 2;

    /// <summary>Rows of the second and third plane.</summary>
    public int SmallHeight => IsRgb ? Height : (Height + 1) / 2;

    /// <summary>A frame's own planes.</summary>
    public static PixelPlanes Of(in Frame frame) => new(frame.Luma, frame.Cb, frame.Cr, frame.Layout.Width, frame.Layout.Height, isRgb: false);

    /// <summary>The planes of an RGB picture, taken apart into a buffer of at least width x height x 3 bytes.</summary>
    public static PixelPlanes Of(RgbImage image, Span<byte> buffer)
    {
        var size = image.Width * image.Height;
        var red = buffer[..size];
        var green = buffer.Slice(size, size);
        var blue = buffer.Slice(2 * size, size);
        var pixels = image.Pixels.AsSpan(0, 3 * size);
        for (int i = 0, at = 0; i < size; i++, at += 3)
        {
            (red[i], green[i], blue[i]) = (pixels[at], pixels[at + 1], pixels[at + 2]);
        }

        return new PixelPlanes(red, green, blue, image.Width, image.Height, isRgb: true);
    }

    /// <summary>
    /// Colour at a place, in pixels with the centre of the first one at 0, 0: bilinear between pixels, beyond the picture <paramref name="outside"/> where it is set, else its edge.
    /// </summary>
    public (float Red, float Green, float Blue) At(double x, double y, float? outside = null)
    {
        if (outside is { } pad && (x < -0.5 || y < -0.5 || x > Width - 0.5 || y > Height - 0.5))
        {
            return (pad, pad, pad);
        }

        if (IsRgb)
        {
            return (Between(First, Width, Height, x, y), Between(Second, Width, Height, x, y), Between(Third, Width, Height, x, y));
        }

        // The centre of a chroma value lies between two by two pixels.
        var (cx, cy) = ((x - 0.5) / 2, (y - 0.5) / 2);
        return ColorMix.ToRgb(Between(First, Width, Height, x, y), Between(Second, SmallWidth, SmallHeight, cx, cy), Between(Third, SmallWidth, SmallHeight, cx, cy));
    }

    private static float Between(ReadOnlySpan<byte> plane, int width, int height, double x, double y)
    {
        (x, y) = (Math.Clamp(x, 0, width - 1), Math.Clamp(y, 0, height - 1));
        var (left, top) = ((int)x, (int)y);
        var (right, bottom) = (Math.Min(left + 1, width - 1), Math.Min(top + 1, height - 1));
        var (u, v) = ((float)(x - left), (float)(y - top));
        var upper = plane[(top * width) + left] + (u * (plane[(top * width) + right] - plane[(top * width) + left]));
        var lower = plane[(bottom * width) + left] + (u * (plane[(bottom * width) + right] - plane[(bottom * width) + left]));
        return upper + (v * (lower - upper));
    }
}

using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Sampling;

/// <summary>Full-range BT.601 to RGB (ITU-T T.871).</summary>
internal static class FrameColours
{
    /// <summary>One colour.</summary>
    public static (byte Red, byte Green, byte Blue) Rgb(byte y, byte cb, byte cr)
    {
        // Sixteen bits of fraction, rounded.
        var (luma, u, v) = ((y << 16) + 32768, cb - 128, cr - 128);
        return (Clip((luma + (91881 * v)) >> 16), Clip((luma - (22554 * u) - (46802 * v)) >> 16), Clip((luma + (116130 * u)) >> 16));
    }

    /// <summary>Writes the frame as RGB, row-major, three bytes a pixel; chroma is repeated.</summary>
    public static void ToRgb(in Frame frame, Span<byte> rgb)
    {
        var layout = frame.Layout;
        var luma = frame.Luma;
        var cb = frame.Cb;
        var cr = frame.Cr;
        for (int y = 0, to = 0; y < layout.Height; y++)
        {
            for (var x = 0; x < layout.Width; x++, to += 3)
            {
                var at = (y / 2 * layout.ChromaWidth) + (x / 2);
                (rgb[to], rgb[to + 1], rgb[to + 2]) = Rgb(luma[(y * layout.Width) + x], cb[at], cr[at]);
            }
        }
    }

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}

using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>Writes a text across pictures, again and again, so that no crop is without it. Thread-safe.</summary>
public sealed class Watermark(JpegCodec jpeg)
{
    private const int LongSide = 2560, Quality = 88;
    private const double Opacity = 0.35;

    /// <summary>The JPEG with the text on it, at most 2560 pixels wide or high. The text keeps no metadata of the picture.</summary>
    public byte[] Draw(byte[] picture, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clear = RgbScaler.Within(jpeg.Decode(picture, LongSide), LongSide, LongSide);
        var marked = new RgbImage(clear.Width, clear.Height, [.. clear.Pixels]);
        var scale = Math.Clamp(Math.Min(clear.Width, clear.Height) / 160, 1, 12);
        var (wide, high) = (BitmapFont.Width(text, scale) + (8 * scale), BitmapFont.Height * scale * 5);
        for (var (top, row) = (high / 4, 0); top < clear.Height; top += high, row++)
        {
            for (var left = row % 2 == 0 ? 0 : -wide / 2; left < clear.Width; left += wide)
            {
                // Dark under light: to be seen on every ground.
                BitmapFont.Draw(marked, text, left + Math.Max(1, scale / 2), top + Math.Max(1, scale / 2), scale, 0);
                BitmapFont.Draw(marked, text, left, top, scale, 255);
            }
        }

        for (var i = 0; i < marked.Pixels.Length; i++)
        {
            marked.Pixels[i] = (byte)Math.Round((clear.Pixels[i] * (1 - Opacity)) + (marked.Pixels[i] * Opacity));
        }

        return jpeg.Encode(marked, Quality);
    }
}

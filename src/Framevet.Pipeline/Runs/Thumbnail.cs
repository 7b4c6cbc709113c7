using System.Buffers;
using Framevet.Pipeline.Decode.Library;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Runs;

/// <summary>The small picture of a frame that is judged, shown and stored: at most 512 pixels on its long side, however large the analysis view is.</summary>
internal static class Thumbnail
{
    /// <summary>Long side.</summary>
    public const int MaxSide = 512;

    /// <summary>JPEG of the frame. <paramref name="quality"/> 1..100.</summary>
    public static byte[] Of(in Frame frame, JpegCodec jpeg, int quality)
    {
        var (width, height) = (frame.Layout.Width, frame.Layout.Height);
        if (Math.Max(width, height) <= MaxSide)
        {
            return jpeg.Encode(in frame, quality);
        }

        var scale = MaxSide / (double)Math.Max(width, height);
        var layout = new FrameLayout(Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
        var pixels = ArrayPool<byte>.Shared.Rent(layout.FrameBytes);
        try
        {
            var picture = new PlanarPicture
            {
                Y = frame.Luma,
                Cb = frame.Cb,
                Cr = frame.Cr,
                LumaStride = width,
                ChromaStride = frame.Layout.ChromaWidth,
                Width = width,
                Height = height,
                IsFullRange = true,
            };
            new ViewScaler(layout, matrix: null).Write(in picture, pixels.AsSpan(0, layout.FrameBytes));
            return jpeg.Encode(frame with { Layout = layout, Pixels = pixels.AsMemory(0, layout.FrameBytes) }, quality);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }
}

using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Tools;

/// <summary>JPEG through the system's libturbojpeg. Thread-safe: every call has a handle of its own.</summary>
public sealed class JpegCodec
{
    /// <summary>TJSAMP_420: chroma at half size both ways.</summary>
    private const int Subsampling420 = 2;

    /// <summary>TJPF_RGB: three bytes, red first.</summary>
    private const int FormatRgb = 0;

    /// <summary>Encodes a frame's planes as they are (no colour conversion). <paramref name="quality"/> 1..100.</summary>
    /// <exception cref="VettingException">ToolMissing without the library.</exception>
    public unsafe byte[] Encode(in Frame frame, int quality)
    {
        CheckQuality(quality);
        var (width, height) = (frame.Layout.Width, frame.Layout.Height);
        var chromaWidth = frame.Layout.ChromaWidth;

        // The library reads whole 2x2 blocks of luma; an odd picture gets its last column and row once more.
        var isOdd = ((width | height) & 1) != 0;
        var luma = isOdd ? JpegPixels.PadToEven(frame.Luma, width, height) : frame.Luma;
        var jpeg = TurboJpeg.Required;
        fixed (byte* y = luma, cb = frame.Cb, cr = frame.Cr)
        {
            var planes = stackalloc byte*[3] { y, cb, cr };
            var strides = stackalloc int[3] { isOdd ? chromaWidth * 2 : width, chromaWidth, chromaWidth };
            var handle = Opened(jpeg.InitCompress());
            byte* written = null;
            nuint size = 0;
            try
            {
                Check(jpeg, handle, jpeg.CompressPlanes(handle, planes, width, strides, height, Subsampling420, &written, &size, quality, 0), FailureCode.ToolFailed);
                return new ReadOnlySpan<byte>(written, checked((int)size)).ToArray();
            }
            finally
            {
                jpeg.Free(written);
                _ = jpeg.Destroy(handle);
            }
        }
    }

    /// <summary>Encodes RGB24 pixels. <paramref name="quality"/> 1..100.</summary>
    /// <exception cref="VettingException">ToolMissing without the library.</exception>
    public unsafe byte[] Encode(RgbImage image, int quality)
    {
        ArgumentNullException.ThrowIfNull(image);
        CheckQuality(quality);
        ArgumentOutOfRangeException.ThrowIfNotEqual(image.Pixels.Length, image.Width * image.Height * 3, nameof(image));
        var jpeg = TurboJpeg.Required;
        fixed (byte* pixels = image.Pixels)
        {
            var handle = Opened(jpeg.InitCompress());
            byte* written = null;
            nuint size = 0;
            try
            {
                Check(jpeg, handle, jpeg.CompressRgb(handle, pixels, image.Width, 0, image.Height, FormatRgb, &written, &size, Subsampling420, quality, 0), FailureCode.ToolFailed);
                return new ReadOnlySpan<byte>(written, checked((int)size)).ToArray();
            }
            finally
            {
                jpeg.Free(written);
                _ = jpeg.Destroy(handle);
            }
        }
    }

    /// <summary>Decodes to RGB24, row-major, using the decoder's own scaling (1/8 steps) so that the long side is at most about <paramref name="maxSide"/>.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when it is no valid JPEG; ToolMissing without the library.</exception>
    public unsafe RgbImage Decode(ReadOnlySpan<byte> jpeg, int maxSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSide, 1);
        var library = TurboJpeg.Required;
        fixed (byte* data = jpeg)
        {
            var handle = Opened(library.InitDecompress());
            try
            {
                int width, height, subsampling, colors;
                Check(library, handle, library.ReadHeader(handle, data, (nuint)jpeg.Length, &width, &height, &subsampling, &colors), FailureCode.UnsupportedMedia);

                // The largest n/8 that fits, as the library computes it: rounded up.
                var eighths = 8;
                while (eighths > 1 && Scaled(Math.Max(width, height), eighths) > maxSide)
                {
                    eighths--;
                }

                var (w, h) = (Scaled(width, eighths), Scaled(height, eighths));
                var pixels = new byte[checked(w * h * 3)];
                fixed (byte* target = pixels)
                {
                    Check(library, handle, library.Decompress(handle, data, (nuint)jpeg.Length, target, w, 0, h, FormatRgb, 0), FailureCode.UnsupportedMedia);
                }

                return new RgbImage(w, h, pixels);
            }
            finally
            {
                _ = library.Destroy(handle);
            }
        }
    }

    /// <summary>A small JPEG in which no detail survives: for people who may not see the original. Long side 160 px, from at most 12 x 12 averages.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when it is no valid JPEG; ToolMissing without the library.</exception>
    public byte[] Blur(ReadOnlySpan<byte> jpeg) => Blur(jpeg, 100, isGrey: false);

    /// <summary>
    /// A small blurred JPEG. <paramref name="strength"/> 0..100: 100 leaves at most 12 averages a side, each third less doubles that; 0 still leaves
    /// no small detail. Grey: without colour.
    /// </summary>
    /// <exception cref="VettingException">UnsupportedMedia when it is no valid JPEG; ToolMissing without the library.</exception>
    public byte[] Blur(ReadOnlySpan<byte> jpeg, int strength, bool isGrey)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(strength, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(strength, 100);
        var cells = (int)Math.Round(JpegPixels.BlurGrid * Math.Pow(2, (100 - strength) / 33.0));
        var blurred = JpegPixels.Blur(Decode(jpeg, strength == 100 ? 1 : cells * 2), cells);
        return Encode(isGrey ? JpegPixels.Grey(blurred) : blurred, 70);
    }

    private static int Scaled(int size, int eighths) => ((size * eighths) + 7) / 8;

    private static void CheckQuality(int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
    }

    private static nint Opened(nint handle) =>
        handle != 0 ? handle : throw new VettingException(FailureCode.ToolFailed, "libturbojpeg could not be started.");

    private static void Check(TurboJpeg jpeg, nint handle, int result, FailureCode code)
    {
        if (result != 0)
        {
            throw code == FailureCode.UnsupportedMedia
                ? new VettingException(code, "The picture is no readable JPEG.", jpeg.Error(handle))
                : new VettingException(code, "The picture could not be written as JPEG.", jpeg.Error(handle));
        }
    }
}

/// <summary>RGB24 pixels, row-major, no padding.</summary>
public sealed record RgbImage(int Width, int Height, byte[] Pixels);

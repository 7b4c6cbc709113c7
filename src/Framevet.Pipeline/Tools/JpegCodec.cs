using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Tools;

/// <summary>JPEG through the system's libturbojpeg. Thread-safe.</summary>
public sealed class JpegCodec
{
    /// <summary>Encodes a frame's planes as they are (no colour conversion). <paramref name="quality"/> 1..100.</summary>
    public byte[] Encode(in Frame frame, int quality) => throw new NotImplementedException();

    /// <summary>Decodes to RGB24, row-major, using the decoder's own scaling so that the long side is at most about <paramref name="maxSide"/>.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when it is no valid JPEG; ToolMissing without the library.</exception>
    public RgbImage Decode(ReadOnlySpan<byte> jpeg, int maxSide) => throw new NotImplementedException();

    /// <summary>A small JPEG in which no detail survives: for people who may not see the original.</summary>
    public byte[] Blur(ReadOnlySpan<byte> jpeg) => throw new NotImplementedException();
}

/// <summary>RGB24 pixels, row-major, no padding.</summary>
public sealed record RgbImage(int Width, int Height, byte[] Pixels);

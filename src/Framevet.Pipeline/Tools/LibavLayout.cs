namespace Framevet.Pipeline.Tools;

/// <summary>
/// Where fields lie in the structures of one release line of libavformat, libavcodec and libavutil on 64-bit systems, in bytes. Such places are fixed for a
/// major version (the libraries' own rule of binary compatibility: fields are only added behind), so a table per set of majors is enough.
/// </summary>
internal sealed record LibavLayout
{
    /// <summary>ffmpeg 5.1: libavformat 59, libavcodec 59, libavutil 57; compared with the C compiler's offsetof.</summary>
    public static readonly LibavLayout Five = new();

    /// <summary>The table for these majors; null for a release line that was not compared.</summary>
    public static LibavLayout? For(int format, int codec, int util) => (format, codec, util) is (59, 59, 57) && nint.Size == 8 ? Five : null;

    public int FormatStreamCount { get; init; } = 44;

    public int FormatStreams { get; init; } = 48;

    public int FormatDuration { get; init; } = 72;

    public int FormatInputFormat { get; init; } = 8;

    public int StreamTimeBase { get; init; } = 16;

    public int StreamStart { get; init; } = 24;

    public int StreamDuration { get; init; } = 32;

    public int StreamFrameCount { get; init; } = 40;

    public int StreamDisposition { get; init; } = 48;

    public int StreamDiscard { get; init; } = 52;

    public int StreamAspect { get; init; } = 56;

    public int StreamMetadata { get; init; } = 64;

    public int StreamRate { get; init; } = 72;

    public int StreamSideData { get; init; } = 184;

    public int StreamSideDataCount { get; init; } = 192;

    public int StreamFinestRate { get; init; } = 200;

    public int StreamParameters { get; init; } = 208;

    public int ParametersType { get; init; }

    public int ParametersCodec { get; init; } = 4;

    public int ParametersFormat { get; init; } = 28;

    public int ParametersWidth { get; init; } = 56;

    public int ParametersHeight { get; init; } = 60;

    public int ParametersAspect { get; init; } = 64;

    public int ParametersTransfer { get; init; } = 84;

    public int ParametersMatrix { get; init; } = 88;

    public int PacketPts { get; init; } = 8;

    public int PacketDts { get; init; } = 16;

    public int PacketData { get; init; } = 24;

    public int PacketSize { get; init; } = 32;

    public int PacketStream { get; init; } = 36;

    public int PacketFlags { get; init; } = 40;

    public int FramePlanes { get; init; }

    public int FrameStrides { get; init; } = 64;

    public int FrameWidth { get; init; } = 104;

    public int FrameHeight { get; init; } = 108;

    public int FrameFormat { get; init; } = 116;

    public int FrameIsKey { get; init; } = 120;

    public int FrameFlags { get; init; } = 316;

    public int FrameRange { get; init; } = 320;

    public int FrameStamp { get; init; } = 344;

    public int FrameErrors { get; init; } = 376;
}

using System.Runtime.InteropServices;
using System.Text;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// The entry points of libavformat, libavcodec and libavutil that are used here. Bound by hand: the libraries are optional, exist in several incompatible
/// versions, and only those whose structures are known (<see cref="LibavLayout"/>) may be touched. Everywhere else ffmpeg runs as a program.
/// </summary>
internal sealed unsafe class Libav
{
    /// <summary>AVERROR_EOF: nothing more will come.</summary>
    public const int EndOfFile = -541478725;

    /// <summary>AV_NOPTS_VALUE.</summary>
    public const long NoStamp = long.MinValue;

    private const int LogQuiet = -8;

    private static readonly Lazy<Libav?> Instance = new(Load);

    private Libav(nint format, nint codec, nint util, LibavLayout layout)
    {
        Layout = layout;
        OpenInput = (delegate* unmanaged<nint*, byte*, nint, nint*, int>)NativeLibrary.GetExport(format, "avformat_open_input");
        CloseInput = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(format, "avformat_close_input");
        FindInputFormat = (delegate* unmanaged<byte*, nint>)NativeLibrary.GetExport(format, "av_find_input_format");
        FindStreamFacts = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(format, "avformat_find_stream_info");
        ReadPacket = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(format, "av_read_frame");
        SeekFrame = (delegate* unmanaged<nint, int, long, int, int>)NativeLibrary.GetExport(format, "av_seek_frame");
        FindDecoder = (delegate* unmanaged<int, nint>)NativeLibrary.GetExport(codec, "avcodec_find_decoder");
        CodecName = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(codec, "avcodec_get_name");
        NewDecoder = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(codec, "avcodec_alloc_context3");
        FreeDecoder = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(codec, "avcodec_free_context");
        UseParameters = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_parameters_to_context");
        OpenDecoder = (delegate* unmanaged<nint, nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_open2");
        SendPacket = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_send_packet");
        ReceiveFrame = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_receive_frame");
        FlushDecoder = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(codec, "avcodec_flush_buffers");
        NewPacket = (delegate* unmanaged<nint>)NativeLibrary.GetExport(codec, "av_packet_alloc");
        FreePacket = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(codec, "av_packet_free");
        ClearPacket = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(codec, "av_packet_unref");
        NewFrame = (delegate* unmanaged<nint>)NativeLibrary.GetExport(util, "av_frame_alloc");
        FreeFrame = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(util, "av_frame_free");
        SetNumber = (delegate* unmanaged<nint, byte*, long, int, int>)NativeLibrary.GetExport(util, "av_opt_set_int");
        SetEntry = (delegate* unmanaged<nint*, byte*, byte*, int, int>)NativeLibrary.GetExport(util, "av_dict_set");
        FreeEntries = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(util, "av_dict_free");
        FindEntry = (delegate* unmanaged<nint, byte*, nint, int, nint>)NativeLibrary.GetExport(util, "av_dict_get");
        PixelFormatName = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(util, "av_get_pix_fmt_name");
        MatrixName = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(util, "av_color_space_name");
        TransferName = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(util, "av_color_transfer_name");
        Describe = (delegate* unmanaged<int, byte*, nuint, int>)NativeLibrary.GetExport(util, "av_strerror");

        // The libraries would write to our standard error; what matters comes as a return value.
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(util, "av_log_set_level"))(LogQuiet);
    }

    /// <summary>Whether a known version of all three libraries can be loaded.</summary>
    public static bool IsAvailable => Instance.Value is not null;

    /// <summary>The libraries; null when they are missing or of an unknown version.</summary>
    public static Libav? Loaded => Instance.Value;

    /// <summary>AVERROR(EAGAIN): first the other side must move.</summary>
    public static int TryAgain { get; } = OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? -35 : -11;

    /// <summary>Where fields lie.</summary>
    public LibavLayout Layout { get; }

    /// <summary>in/out context, URL, demuxer, options.</summary>
    public delegate* unmanaged<nint*, byte*, nint, nint*, int> OpenInput { get; }

    public delegate* unmanaged<nint*, void> CloseInput { get; }

    public delegate* unmanaged<byte*, nint> FindInputFormat { get; }

    public delegate* unmanaged<nint, nint, int> FindStreamFacts { get; }

    public delegate* unmanaged<nint, nint, int> ReadPacket { get; }

    /// <summary>context, stream, stamp, flags.</summary>
    public delegate* unmanaged<nint, int, long, int, int> SeekFrame { get; }

    public delegate* unmanaged<int, nint> FindDecoder { get; }

    public delegate* unmanaged<int, byte*> CodecName { get; }

    public delegate* unmanaged<nint, nint> NewDecoder { get; }

    public delegate* unmanaged<nint*, void> FreeDecoder { get; }

    public delegate* unmanaged<nint, nint, int> UseParameters { get; }

    public delegate* unmanaged<nint, nint, nint, int> OpenDecoder { get; }

    public delegate* unmanaged<nint, nint, int> SendPacket { get; }

    public delegate* unmanaged<nint, nint, int> ReceiveFrame { get; }

    public delegate* unmanaged<nint, void> FlushDecoder { get; }

    public delegate* unmanaged<nint> NewPacket { get; }

    public delegate* unmanaged<nint*, void> FreePacket { get; }

    public delegate* unmanaged<nint, void> ClearPacket { get; }

    public delegate* unmanaged<nint> NewFrame { get; }

    public delegate* unmanaged<nint*, void> FreeFrame { get; }

    /// <summary>object, option, value, search flags.</summary>
    public delegate* unmanaged<nint, byte*, long, int, int> SetNumber { get; }

    public delegate* unmanaged<nint*, byte*, byte*, int, int> SetEntry { get; }

    public delegate* unmanaged<nint*, void> FreeEntries { get; }

    /// <summary>entries, key, entry before, flags.</summary>
    public delegate* unmanaged<nint, byte*, nint, int, nint> FindEntry { get; }

    public delegate* unmanaged<int, byte*> PixelFormatName { get; }

    public delegate* unmanaged<int, byte*> MatrixName { get; }

    public delegate* unmanaged<int, byte*> TransferName { get; }

    private delegate* unmanaged<int, byte*, nuint, int> Describe { get; }

    /// <summary>What an error number means.</summary>
    public string Error(int code)
    {
        var text = stackalloc byte[128];
        return Describe(code, text, 128) >= 0 ? Marshal.PtrToStringUTF8((nint)text)! : $"error {code}";
    }

    /// <summary>Text for the libraries, with its end.</summary>
    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    /// <summary>A field of a structure.</summary>
    public static T Field<T>(nint structure, int offset)
        where T : unmanaged => *(T*)((byte*)structure + offset);

    private static Libav? Load()
    {
        // Highest first; only releases with a known layout are looked for at all.
        return Open("avutil", 57) is { } util && Open("avcodec", 59) is { } codec && Open("avformat", 59) is { } format
            && LibavLayout.For(Major(format, "avformat_version"), Major(codec, "avcodec_version"), Major(util, "avutil_version")) is { } layout
            ? new Libav(format, codec, util, layout)
            : null;
    }

    private static nint? Open(string name, int major)
    {
        var file = OperatingSystem.IsWindows() ? $"{name}-{major}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.{major}.dylib" : $"lib{name}.so.{major}";
        return NativeLibrary.TryLoad(file, out var library) ? library : null;
    }

    private static int Major(nint library, string function) =>
        NativeLibrary.TryGetExport(library, function, out var entry) ? (int)(((delegate* unmanaged<uint>)entry)() >> 16) : 0;
}

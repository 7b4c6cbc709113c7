using System.Runtime.InteropServices;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Tools;

/// <summary>One opened media file with one chosen video stream. Used by one thread at a time; disposed when no thread reads any more.</summary>
internal sealed unsafe class LibavInput : IDisposable
{
    private const int DiscardAll = 48;
    private const int SeekBackward = 1;
    private readonly Libav _libav;
    private readonly nint _stream;
    private readonly int _index;
    private nint _context;

    private LibavInput(Libav libav, nint context, int index)
    {
        _libav = libav;
        _context = context;
        _index = index;
        _stream = Stream(index);
        for (var i = 0; i < StreamCount; i++)
        {
            // Demuxers skip the data of streams that nobody wants.
            *(int*)((byte*)Stream(i) + libav.Layout.StreamDiscard) = i == index ? 0 : DiscardAll;
        }
    }

    /// <summary>Name of the codec, as ffprobe prints it.</summary>
    public string Codec => Marshal.PtrToStringUTF8((nint)_libav.CodecName(CodecId)) ?? "";

    /// <summary>Unit of all stamps.</summary>
    public TimeBase TimeBase => new(Libav.Field<int>(_stream, _libav.Layout.StreamTimeBase), Libav.Field<int>(_stream, _libav.Layout.StreamTimeBase + 4));

    private int StreamCount => Libav.Field<int>(_context, _libav.Layout.FormatStreamCount);

    private nint Parameters => Libav.Field<nint>(_stream, _libav.Layout.StreamParameters);

    private int CodecId => Libav.Field<int>(Parameters, _libav.Layout.ParametersCodec);

    /// <summary>Opens a local file with one demuxer; null when the libraries cannot. <paramref name="options"/> as those of the ffmpeg program, without dashes.</summary>
    public static LibavInput? Open(string url, string demuxer, int stream, IEnumerable<(string Name, string Value)> options)
    {
        if (Libav.Loaded is not { } libav)
        {
            return null;
        }

        var context = OpenContext(libav, url, demuxer, options);
        if (context == 0)
        {
            return null;
        }

        // An MP4 tells everything in its index. Other containers need a look at the first packets, e.g. for the order of frames.
        var isOpen = (demuxer == "mov" || libav.FindStreamFacts(context, 0) >= 0)
            && stream < Libav.Field<int>(context, libav.Layout.FormatStreamCount);
        if (!isOpen)
        {
            libav.CloseInput(&context);
            return null;
        }

        return new LibavInput(libav, context, stream);
    }

    /// <summary>The opened file; 0 when it cannot be opened.</summary>
    internal static nint OpenContext(Libav libav, string url, string demuxer, IEnumerable<(string Name, string Value)> options)
    {
        nint entries = 0;
        nint context = 0;
        try
        {
            foreach (var (name, value) in options)
            {
                fixed (byte* n = Libav.Text(name), v = Libav.Text(value))
                {
                    _ = libav.SetEntry(&entries, n, v, 0);
                }
            }

            fixed (byte* name = Libav.Text(demuxer), path = Libav.Text(url))
            {
                var format = libav.FindInputFormat(name);
                return format != 0 && libav.OpenInput(&context, path, format, &entries) >= 0 ? context : 0;
            }
        }
        finally
        {
            libav.FreeEntries(&entries);
        }
    }

    /// <summary>Opens a decoder for the stream; null when there is none.</summary>
    public LibavDecoder? NewDecoder(int threads, bool onlyKeyframes, long maxPixels)
    {
        var codec = _libav.FindDecoder(CodecId);
        if (codec == 0)
        {
            return null;
        }

        var context = _libav.NewDecoder(codec);
        var isOpen = context != 0
            && _libav.UseParameters(context, Parameters) >= 0
            && Set(context, "threads", threads) >= 0
            && Set(context, "max_pixels", maxPixels) >= 0
            && (!onlyKeyframes || Set(context, "skip_frame", 32) >= 0)
            && _libav.OpenDecoder(context, codec, 0) >= 0;
        if (!isOpen)
        {
            _libav.FreeDecoder(&context);
            return null;
        }

        return new LibavDecoder(_libav, context);
    }

    /// <summary>Reads the next packet of the stream into <paramref name="packet"/>; false at the end of the file, or where it cannot be read any further.</summary>
    public bool Read(LibavPacket packet)
    {
        while (true)
        {
            var result = _libav.ReadPacket(_context, packet.Handle);
            if (result == Libav.TryAgain)
            {
                continue;
            }

            if (result < 0)
            {
                IsBroken = result != Libav.EndOfFile;
                return false;
            }

            if (packet.Stream == _index)
            {
                return true;
            }

            packet.Clear();
        }
    }

    /// <summary>Goes to a keyframe at or before the stamp, as well as the container can tell; the next packet shows where. False when it cannot.</summary>
    public bool Seek(long stamp) => _libav.SeekFrame(_context, _index, stamp, SeekBackward) >= 0;

    /// <summary>Whether reading ended with an error.</summary>
    public bool IsBroken { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        var context = _context;
        _context = 0;
        _libav.CloseInput(&context);
    }

    private nint Stream(int i) => Libav.Field<nint>(Libav.Field<nint>(_context, _libav.Layout.FormatStreams), i * nint.Size);

    private int Set(nint context, string option, long value)
    {
        fixed (byte* name = Libav.Text(option))
        {
            return _libav.SetNumber(context, name, value, 0);
        }
    }
}

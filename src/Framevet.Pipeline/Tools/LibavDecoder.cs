namespace Framevet.Pipeline.Tools;

/// <summary>A decoder with room for the one picture that came out last. Used by one thread at a time.</summary>
internal sealed unsafe class LibavDecoder : IDisposable
{
    private readonly Libav _libav;
    private nint _context;
    private nint _frame;

    internal LibavDecoder(Libav libav, nint context)
    {
        _libav = libav;
        _context = context;
        _frame = libav.NewFrame();
    }

    /// <summary>The picture that <see cref="Receive"/> brought, valid until the next call.</summary>
    public LibavPicture Picture => new(_libav, _frame);

    /// <summary>Hands a packet in, null = the end; 0 or an error number.</summary>
    public int Send(LibavPacket? packet) => _libav.SendPacket(_context, packet?.Handle ?? 0);

    /// <summary>Takes the next picture out; 0, <see cref="Libav.TryAgain"/>, <see cref="Libav.EndOfFile"/> or an error number.</summary>
    public int Receive() => _libav.ReceiveFrame(_context, _frame);

    /// <summary>Forgets everything, ready for a new beginning at a keyframe.</summary>
    public void Flush() => _libav.FlushDecoder(_context);

    /// <summary>What an error number means.</summary>
    public string Error(int code) => _libav.Error(code);

    /// <inheritdoc/>
    public void Dispose()
    {
        var (context, frame) = (_context, _frame);
        (_context, _frame) = (0, 0);
        _libav.FreeDecoder(&context);
        _libav.FreeFrame(&frame);
    }
}

/// <summary>A decoded picture, borrowed from its decoder.</summary>
internal readonly unsafe struct LibavPicture(Libav libav, nint frame)
{
    private const int FormatYuv420 = 0;
    private const int FormatYuv420Full = 12;
    private const int RangeFull = 2;
    private const int FlagCorrupt = 1;

    /// <summary>Width in pixels.</summary>
    public int Width => Libav.Field<int>(frame, libav.Layout.FrameWidth);

    /// <summary>Height in pixels.</summary>
    public int Height => Libav.Field<int>(frame, libav.Layout.FrameHeight);

    /// <summary>Whether it is 8-bit planar YUV 4:2:0.</summary>
    public bool IsPlanar420 => Format is FormatYuv420 or FormatYuv420Full;

    /// <summary>Whether values fill 0..255; otherwise 16..235 and 16..240.</summary>
    public bool IsFullRange => Format == FormatYuv420Full || Libav.Field<int>(frame, libav.Layout.FrameRange) == RangeFull;

    /// <summary>Whether the decoder marks it as keyframe.</summary>
    public bool IsKey => Libav.Field<int>(frame, libav.Layout.FrameIsKey) != 0;

    /// <summary>Whether the decoder had to repair it.</summary>
    public bool IsDamaged => (Libav.Field<int>(frame, libav.Layout.FrameFlags) & FlagCorrupt) != 0 || Libav.Field<int>(frame, libav.Layout.FrameErrors) != 0;

    /// <summary>Presentation stamp (best effort, as the ffmpeg program shows it), or <see cref="Libav.NoStamp"/>.</summary>
    public long Stamp => Libav.Field<long>(frame, libav.Layout.FrameStamp);

    private int Format => Libav.Field<int>(frame, libav.Layout.FrameFormat);

    /// <summary>Bytes from one row of a plane to the next; not positive for pictures stored upside down.</summary>
    public int Stride(int plane) => Libav.Field<int>(frame, libav.Layout.FrameStrides + (plane * sizeof(int)));

    /// <summary>A plane (0 = Y, 1 = Cb, 2 = Cr) of <paramref name="height"/> rows with <paramref name="width"/> bytes, rows <see cref="Stride"/> apart.</summary>
    public ReadOnlySpan<byte> Plane(int plane, int width, int height) =>
        new((void*)Libav.Field<nint>(frame, libav.Layout.FramePlanes + (plane * nint.Size)), ((height - 1) * Stride(plane)) + width);
}

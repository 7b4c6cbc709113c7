namespace Framevet.Pipeline.Tools;

/// <summary>One compressed packet. Owned by one thread at a time.</summary>
internal sealed unsafe class LibavPacket : IDisposable
{
    private const int FlagKey = 1;
    private const int FlagDiscard = 4;
    private readonly Libav _libav;
    private nint _packet;

    /// <summary>An empty packet.</summary>
    /// <exception cref="InsufficientMemoryException">The library has no memory.</exception>
    public LibavPacket()
    {
        _libav = Libav.Loaded ?? throw new InvalidOperationException("The libraries are not there.");
        _packet = _libav.NewPacket();
        if (_packet == 0)
        {
            throw new InsufficientMemoryException("No memory for a packet.");
        }
    }

    /// <summary>The native structure.</summary>
    public nint Handle => _packet;

    /// <summary>Index of its stream.</summary>
    public int Stream => Libav.Field<int>(_packet, _libav.Layout.PacketStream);

    /// <summary>Presentation stamp, or <see cref="Libav.NoStamp"/>.</summary>
    public long Pts => Libav.Field<long>(_packet, _libav.Layout.PacketPts);

    /// <summary>Decode stamp, or <see cref="Libav.NoStamp"/>.</summary>
    public long Dts => Libav.Field<long>(_packet, _libav.Layout.PacketDts);

    /// <summary>Whether the container calls it a keyframe.</summary>
    public bool IsKey => (Libav.Field<int>(_packet, _libav.Layout.PacketFlags) & FlagKey) != 0;

    /// <summary>Whether it is decoded but not to be shown (edit lists).</summary>
    public bool IsHidden => (Libav.Field<int>(_packet, _libav.Layout.PacketFlags) & FlagDiscard) != 0;

    /// <summary>The compressed bytes; valid until <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Data => new((void*)Libav.Field<nint>(_packet, _libav.Layout.PacketData), Libav.Field<int>(_packet, _libav.Layout.PacketSize));

    /// <summary>Lets the bytes go; the packet can be read into again.</summary>
    public void Clear() => _libav.ClearPacket(_packet);

    /// <inheritdoc/>
    public void Dispose()
    {
        var packet = _packet;
        _packet = 0;
        _libav.FreePacket(&packet);
    }
}

using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// Reads the packets of a file in their order and cuts them into chains. There are no seeks: nothing can land wrong, and numbers follow from counting.
/// </summary>
internal sealed class PacketFeed(LibavInput input, string codec, PacketPool pool, ChainBoard board)
{
    // Starting a decoder afresh costs some pictures of delay, so very short groups of pictures stay together.
    private const int MinChain = 48;

    // Compressed bytes read ahead of decoding.
    private const long MaxAhead = 48 * 1024 * 1024;

    private PacketChain? _chain;
    private PacketBlock? _block;
    private bool _isStart = true;
    private long _highest = long.MinValue;
    private int _inChain;
    private LibavPacket? _entry;

    /// <summary>Whether the file may be cut at all.</summary>
    public bool MayCut { get; init; }

    /// <summary>Only the packets of this segment; null = those of the whole file.</summary>
    public Segment? Segment { get; init; }

    /// <summary>Reads to the end; all chains are complete then.</summary>
    public void Run(CancellationToken ct)
    {
        try
        {
            ReadAll(ct);
        }
        finally
        {
            _chain?.Blocks.CompleteAdding();
        }
    }

    /// <summary>After a reading that was given up: what is still here goes back.</summary>
    public void Abandon() => _block?.Dispose();

    private void ReadAll(CancellationToken ct)
    {
        _entry = Segment is { Number: > 0 } segment ? Enter(segment, ct) : null;
        while (!ct.IsCancellationRequested)
        {
            if (Next() is not { } packet)
            {
                break;
            }

            var isStart = MayCut && CleanStart.IsOne(codec, packet);
            if (_block is not null && (_block.IsFull || isStart))
            {
                Push(ct);
                _isStart = isStart;
            }

            _block ??= pool.Block();
            _block.Packets.Add(packet);
            var bytes = packet.Data.Length;
            _block.Bytes += bytes;
            pool.Grown(bytes);
        }

        if (_block is not null)
        {
            Push(ct);
        }
    }

    /// <summary>The next packet that belongs here; null at the end.</summary>
    private LibavPacket? Next()
    {
        if (_entry is { } entry)
        {
            _entry = null;
            return entry;
        }

        var packet = pool.Packet();
        if (input.Read(packet) && !(Segment?.To is { } end && packet.Pts != Libav.NoStamp && packet.Pts >= end))
        {
            return packet;
        }

        pool.Return(packet);
        return null;
    }

    /// <summary>Seeks, and reads on from wherever the container landed to the first packet; a landing behind it is mended by reading from the beginning.</summary>
    private LibavPacket Enter(Segment segment, CancellationToken ct)
    {
        foreach (var stamp in new[] { segment.From, segment.Origin })
        {
            var isPast = !input.Seek(stamp);
            while (!isPast)
            {
                ct.ThrowIfCancellationRequested();
                var packet = pool.Packet();
                if (!input.Read(packet))
                {
                    pool.Return(packet);
                    break;
                }

                if (packet.IsKey && packet.Pts == segment.From)
                {
                    return packet;
                }

                isPast = packet.IsKey && packet.Pts > segment.From;
                pool.Return(packet);
            }
        }

        throw new LibraryGaveUpException("the segment's first packet cannot be found");
    }

    private void Push(CancellationToken ct)
    {
        var block = _block!;
        if (_chain is null || (_isStart && _inChain >= MinChain && CleanStart.IsApart(block.Packets, _highest)))
        {
            _chain?.Blocks.CompleteAdding();
            _chain = board.Begin(ct);
            _inChain = 0;
        }

        foreach (var packet in block.Packets)
        {
            _highest = Math.Max(_highest, packet.Pts);
        }

        _inChain += block.Packets.Count;
        _block = null;
        _chain.Blocks.Add(block);
        ChainBoard.AwaitRoom(pool, MaxAhead, ct);
    }
}

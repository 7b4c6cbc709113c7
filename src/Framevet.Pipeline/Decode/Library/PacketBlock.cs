using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>Some packets that follow each other in the file. Owned by one thread at a time.</summary>
internal sealed class PacketBlock : IDisposable
{
    /// <summary>Most packets of one block: more than any picture can be moved forward in the order of presentation.</summary>
    public const int Capacity = 64;

    private readonly PacketPool _pool;

    internal PacketBlock(PacketPool pool) => _pool = pool;

    /// <summary>The packets in the order of decoding.</summary>
    public List<LibavPacket> Packets { get; } = new(Capacity);

    /// <summary>Bytes of all of them.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether no packet may be added.</summary>
    public bool IsFull => Packets.Count == Capacity;

    /// <summary>Gives everything back to the pool.</summary>
    public void Dispose() => _pool.Return(this);
}

/// <summary>Packets and blocks that are used again and again, so that a long file costs no more than a short one. Thread-safe.</summary>
internal sealed class PacketPool : IDisposable
{
    private readonly Stack<LibavPacket> _packets = [];
    private readonly Stack<PacketBlock> _blocks = [];
    private int _packetsMade;
    private int _blocksMade;
    private long _bytes;

    /// <summary>Compressed bytes in the blocks that are out.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>An empty packet.</summary>
    public LibavPacket Packet()
    {
        lock (_packets)
        {
            if (_packets.TryPop(out var packet))
            {
                return packet;
            }

            // Room for all to come back at once is made with them, and not at some later time.
            _ = _packets.EnsureCapacity(++_packetsMade);
        }

        return new LibavPacket();
    }

    /// <summary>Takes a packet back.</summary>
    public void Return(LibavPacket packet)
    {
        packet.Clear();
        lock (_packets)
        {
            _packets.Push(packet);
        }
    }

    /// <summary>An empty block.</summary>
    public PacketBlock Block()
    {
        lock (_blocks)
        {
            if (_blocks.TryPop(out var block))
            {
                return block;
            }

            _ = _blocks.EnsureCapacity(++_blocksMade);
        }

        return new PacketBlock(this);
    }

    /// <summary>Counts a packet that was put into a block.</summary>
    public void Grown(int bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void Return(PacketBlock block)
    {
        foreach (var packet in block.Packets)
        {
            Return(packet);
        }

        block.Packets.Clear();
        Interlocked.Add(ref _bytes, -block.Bytes);
        block.Bytes = 0;
        lock (_blocks)
        {
            _blocks.Push(block);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_packets.TryPop(out var packet))
        {
            packet.Dispose();
        }
    }
}

using System.Collections.Concurrent;
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
    private readonly ConcurrentBag<LibavPacket> _packets = [];
    private readonly ConcurrentBag<PacketBlock> _blocks = [];
    private long _bytes;

    /// <summary>Compressed bytes in the blocks that are out.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>An empty packet.</summary>
    public LibavPacket Packet() => _packets.TryTake(out var packet) ? packet : new LibavPacket();

    /// <summary>Takes a packet back.</summary>
    public void Return(LibavPacket packet)
    {
        packet.Clear();
        _packets.Add(packet);
    }

    /// <summary>An empty block.</summary>
    public PacketBlock Block() => _blocks.TryTake(out var block) ? block : new PacketBlock(this);

    /// <summary>Counts a packet that was put into a block.</summary>
    public void Grown(int bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void Return(PacketBlock block)
    {
        block.Packets.ForEach(Return);
        block.Packets.Clear();
        Interlocked.Add(ref _bytes, -block.Bytes);
        block.Bytes = 0;
        _blocks.Add(block);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_packets.TryTake(out var packet))
        {
            packet.Dispose();
        }
    }
}

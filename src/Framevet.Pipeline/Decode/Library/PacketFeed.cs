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

    /// <summary>Whether the file may be cut at all.</summary>
    public bool MayCut { get; init; }

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
        while (!ct.IsCancellationRequested)
        {
            var packet = pool.Packet();
            if (!input.Read(packet))
            {
                pool.Return(packet);
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

namespace Framevet.Pipeline.Decode.Library;

/// <summary>Blocks on their way from the reading thread to one decoding thread. Used again for one chain after the other, so that a long file costs no more memory than a short one.</summary>
internal sealed class BlockQueue : IDisposable
{
    private readonly Queue<PacketBlock> _blocks = new();

    // One for each block and one for the end.
    private readonly SemaphoreSlim _signs = new(0);

    /// <summary>Adds a block.</summary>
    public void Add(PacketBlock block)
    {
        lock (_blocks)
        {
            _blocks.Enqueue(block);
        }

        _ = _signs.Release();
    }

    /// <summary>No further block will come; said once for each chain.</summary>
    public void CompleteAdding() => _signs.Release();

    /// <summary>The next block; waits for it. Null at the end, which is told once: from then on the queue may be used for another chain.</summary>
    public PacketBlock? Take(CancellationToken ct)
    {
        _signs.Wait(ct);
        return TryTake();
    }

    /// <summary>Drops what nobody took. Only when no thread works here any more.</summary>
    public void Dispose()
    {
        while (TryTake() is { } block)
        {
            block.Dispose();
        }

        _signs.Dispose();
    }

    private PacketBlock? TryTake()
    {
        lock (_blocks)
        {
            return _blocks.TryDequeue(out var block) ? block : null;
        }
    }
}

using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>Chains on their way: from the reading thread to the decoding threads, and in their order to the consumer. Few at a time, so that memory is bounded.</summary>
internal sealed class ChainBoard(int chains, int batchesAhead) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    // The reading thread has usually read that far before the first decoder is open.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(15);

    private readonly SemaphoreSlim _room = new(chains);
    private readonly ManualResetEventSlim _isKnown = new();
    private readonly List<PacketChain> _all = [];
    private readonly ConcurrentQueue<PacketChain> _spare = [];
    private readonly Channel<PacketChain> _order = Channel.CreateUnbounded<PacketChain>(new UnboundedChannelOptions { SingleReader = true });
    private int _count;

    /// <summary>Chains that no decoding thread has taken yet.</summary>
    public BlockingCollection<PacketChain> Waiting { get; } = [];

    /// <summary>Whether the file has been read to its end and every chain has been taken.</summary>
    public bool IsTaken => Waiting.IsCompleted;

    /// <summary>All chains in the order of the file.</summary>
    public ChannelReader<PacketChain> Order => _order.Reader;

    /// <summary>Starts a chain; waits while there are too many.</summary>
    public PacketChain Begin(CancellationToken ct)
    {
        _room.Wait(ct);
        if (!_spare.TryDequeue(out var chain))
        {
            chain = new PacketChain(batchesAhead);
            lock (_all)
            {
                _all.Add(chain);
            }
        }

        chain.Begin(_count++);
        Waiting.Add(chain, CancellationToken.None);
        _ = _order.Writer.TryWrite(chain);
        if (_count >= chains)
        {
            _isKnown.Set();
        }

        return chain;
    }

    /// <summary>Whether there are as many chains as are under way at once; waits a moment for the reading thread to find out.</summary>
    public bool HasMany(CancellationToken ct)
    {
        _ = _isKnown.Wait(Glance, ct);
        return Volatile.Read(ref _count) >= chains;
    }

    /// <summary>Waits while more than so many compressed bytes are out.</summary>
    public static void AwaitRoom(PacketPool pool, long bytes, CancellationToken ct)
    {
        while (pool.Bytes > bytes)
        {
            ct.ThrowIfCancellationRequested();
            _ = ct.WaitHandle.WaitOne(Pause);
        }
    }

    /// <summary>The consumer is done with a chain.</summary>
    public void End(PacketChain chain)
    {
        _spare.Enqueue(chain);
        _ = _room.Release();
    }

    /// <summary>No further chain will come.</summary>
    public void Complete(Exception? error)
    {
        _isKnown.Set();
        Waiting.CompleteAdding();
        _ = _order.Writer.TryComplete(error);
    }

    /// <summary>Lets the consumer go on wherever it waits.</summary>
    public void Wake()
    {
        _ = _order.Writer.TryComplete();
        lock (_all)
        {
            _all.ForEach(c => c.Wake());
        }
    }

    /// <summary>Drops what nobody took. Only when no thread works here any more.</summary>
    public void Drop() => _all.ForEach(c => c.Dispose());

    /// <inheritdoc/>
    public void Dispose()
    {
        _isKnown.Dispose();
        Waiting.Dispose();
        _room.Dispose();
    }
}

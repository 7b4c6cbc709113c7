using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// A stretch of the file that decodes on its own: it begins with a keyframe and nothing in it looks back beyond that. The reading thread adds blocks of
/// packets, one decoding thread takes them and gives batches of frames, the consumer takes those. Used again for later stretches.
/// </summary>
internal sealed class PacketChain(int ahead) : IDisposable
{
    // Never completed, since it is used again: null marks the end. One reader that waits without a token allocates nothing.
    private readonly Channel<FrameBatch?> _frames = Channel.CreateUnbounded<FrameBatch?>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _room = new(ahead);
    private ExceptionDispatchInfo? _error;

    /// <summary>Position among the chains of the file.</summary>
    public int Number { get; private set; }

    /// <summary>What to decode.</summary>
    public BlockQueue Blocks { get; } = new();

    /// <summary>Pictures that came out of the decoder; final at the end of the frames.</summary>
    public int Seen { get; set; }

    /// <summary>Pictures that a full decode of the chain shows, told from its packets; final at the end of the frames, 0 where nobody counts them.</summary>
    public int Shown { get; set; }

    /// <summary>Makes it the next stretch. Only when all frames of the one before were taken.</summary>
    public void Begin(int number) => (Number, Seen, Shown) = (number, 0, 0);

    /// <summary>Hands a batch on; waits while the consumer is too far behind.</summary>
    public void Give(FrameBatch batch, CancellationToken ct)
    {
        _room.Wait(ct);
        _ = _frames.Writer.TryWrite(batch);
    }

    /// <summary>Takes the next batch, numbered from the first frame of the chain: true with null at the end; false when there is none yet (<see cref="ArrivalAsync"/>).</summary>
    /// <exception cref="Exception">What the decoding thread failed with.</exception>
    public bool TryTake(out FrameBatch? batch)
    {
        if (!_frames.Reader.TryRead(out batch))
        {
            return false;
        }

        if (batch is not null)
        {
            _ = _room.Release();
        }
        else
        {
            _error?.Throw();
        }

        return true;
    }

    /// <summary>Completes when there is something to take.</summary>
    public ValueTask<bool> ArrivalAsync() => _frames.Reader.WaitToReadAsync(CancellationToken.None);

    /// <summary>No further frame will come.</summary>
    public void Complete(Exception? error)
    {
        _error = error is null ? null : ExceptionDispatchInfo.Capture(error);
        Wake();
    }

    /// <summary>Lets the consumer go on, which finds out that nobody wants the reading any more.</summary>
    public void Wake() => _frames.Writer.TryWrite(null);

    /// <summary>Drops what nobody took. Only when no thread works on the chain any more.</summary>
    public void Dispose()
    {
        Blocks.Dispose();
        while (_frames.Reader.TryRead(out var batch))
        {
            batch?.Dispose();
        }

        _room.Dispose();
    }
}

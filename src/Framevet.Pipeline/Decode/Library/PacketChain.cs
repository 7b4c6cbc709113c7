using System.Collections.Concurrent;
using System.Threading.Channels;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// A stretch of the file that decodes on its own: it begins with a keyframe and nothing in it looks back beyond that. The reading thread adds blocks of
/// packets, one decoding thread takes them and gives batches of frames, the consumer takes those.
/// </summary>
internal sealed class PacketChain(int number, int ahead) : IDisposable
{
    private readonly Channel<FrameBatch> _frames = Channel.CreateUnbounded<FrameBatch>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _room = new(ahead);

    /// <summary>Position among the chains of the file.</summary>
    public int Number => number;

    /// <summary>What to decode.</summary>
    public BlockingCollection<PacketBlock> Blocks { get; } = [];

    /// <summary>Finished frames, numbered from the first of the chain.</summary>
    public ChannelReader<FrameBatch> Frames => _frames.Reader;

    /// <summary>Pictures that came out of the decoder; final when <see cref="Frames"/> is complete.</summary>
    public int Seen { get; set; }

    /// <summary>Pictures that a full decode of the chain shows, told from its packets; final when <see cref="Frames"/> is complete, 0 where nobody counts them.</summary>
    public int Shown { get; set; }

    /// <summary>Hands a batch on; waits while the consumer is too far behind.</summary>
    public void Give(FrameBatch batch, CancellationToken ct)
    {
        _room.Wait(ct);
        _ = _frames.Writer.TryWrite(batch);
    }

    /// <summary>Says that a batch was taken.</summary>
    public void Taken() => _room.Release();

    /// <summary>No further frame will come.</summary>
    public void Complete(Exception? error) => _frames.Writer.TryComplete(error);

    /// <summary>Drops what nobody took. Only when no thread works on the chain any more.</summary>
    public void Dispose()
    {
        while (Blocks.TryTake(out var block))
        {
            block.Dispose();
        }

        while (_frames.Reader.TryRead(out var batch))
        {
            batch.Dispose();
        }

        Blocks.Dispose();
        _room.Dispose();
    }
}

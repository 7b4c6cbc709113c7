using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Framevet.Pipeline.Frames;

/// <summary>Lets a producer of batches run ahead of its consumer.</summary>
public static class FramePrefetch
{
    /// <summary>
    /// Reads <paramref name="source"/> on its own task, at most <paramref name="batches"/> finished batches ahead. Ownership of each batch
    /// moves to the caller with the yield. Leaving the loop in any way (end, break, failure, cancellation) stops the producer,
    /// waits for it and disposes what was read ahead: no rented buffer stays behind.
    /// </summary>
    public static async IAsyncEnumerable<FrameBatch> Prefetch(this IAsyncEnumerable<FrameBatch> source, int batches, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        var channel = Channel.CreateBounded<FrameBatch>(new BoundedChannelOptions(batches) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var producer = Task.Run(() => PumpAsync(source, channel.Writer, stop.Token), CancellationToken.None);
        try
        {
            // Without the token: after a cancellation the producer's own answer (cancelled, or a failure) comes through the channel.
            while (await channel.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (!ct.IsCancellationRequested && channel.Reader.TryRead(out var batch))
                {
                    yield return batch;
                }

                ct.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            _ = channel.Writer.TryComplete();
            await producer.ConfigureAwait(false);
            while (channel.Reader.TryRead(out var batch))
            {
                batch.Dispose();
            }
        }
    }

    /// <summary>Never throws: whatever ends the source travels through the channel.</summary>
    private static async Task PumpAsync(IAsyncEnumerable<FrameBatch> source, ChannelWriter<FrameBatch> writer, CancellationToken stop)
    {
        Exception? error = null;
        try
        {
            await foreach (var batch in source.WithCancellation(stop).ConfigureAwait(false))
            {
                var owned = batch;
                try
                {
                    // Without the token, whose registration would be memory for each batch: who stops completes the channel.
                    while (!writer.TryWrite(owned))
                    {
                        if (!await writer.WaitToWriteAsync(CancellationToken.None).ConfigureAwait(false))
                        {
                            throw new OperationCanceledException(stop);
                        }
                    }

                    owned = null;
                }
                finally
                {
                    owned?.Dispose();
                }
            }
        }
#pragma warning disable CA1031 // Every failure is handed to the consumer, who decides.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }
        finally
        {
            _ = writer.TryComplete(error);
        }
    }
}

using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Runs;

/// <summary>Renews a lease in the store while work goes on, also when nothing is written for a while.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    /// <summary>Time between two beats.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>A run without a beat for so long has lost its worker.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _over = new();
    private readonly Task _beating;

    /// <param name="lease">What is renewed; a beat comes at least three times in its length.</param>
    /// <param name="beat">One beat.</param>
    /// <param name="onLost">Called when the store says that somebody else has the run; there is no further beat.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of missed beats.</param>
    public Heartbeat(Lease lease, Func<CancellationToken, Task> beat, Func<Task> onLost, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(lease);
        _beating = BeatAsync(lease, beat, onLost, time, logger, _over.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        _over.Dispose();
    }

    private static async Task BeatAsync(Lease lease, Func<CancellationToken, Task> beat, Func<Task> onLost, TimeProvider time, ILogger logger, CancellationToken over)
    {
        using var timer = new PeriodicTimer(lease.Length / 3 < Period ? lease.Length / 3 : Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                await TryBeatAsync(lease, beat, logger, over).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The work is over.
        }
        catch (LeaseLostException)
        {
            await onLost().ConfigureAwait(false);
        }
    }

    // A missed beat is no reason to stop: the next one, or the next saved frame, says the same.
    private static async Task TryBeatAsync(Lease lease, Func<CancellationToken, Task> beat, ILogger logger, CancellationToken over)
    {
        try
        {
            await beat(over).ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is not (OperationCanceledException or LeaseLostException))
        {
            logger.BeatMissed(trouble, lease.What);
        }
    }
}

using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Runs;

/// <summary>Renews a run's heartbeat in the store while work goes on, also when no frame comes for a while.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    /// <summary>Time between two beats.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>A run without a beat for so long has lost its worker.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _over = new();
    private readonly Task _beating;

    /// <param name="journal">The journal of the run.</param>
    /// <param name="lease">A beat comes at least three times in it.</param>
    /// <param name="onLost">Called when the store says that somebody else has the run; there is no further beat.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of missed beats.</param>
    public Heartbeat(RunJournal journal, TimeSpan lease, Func<Task> onLost, TimeProvider time, ILogger logger) =>
        _beating = BeatAsync(journal, lease / 3 < Period ? lease / 3 : Period, onLost, time, logger, _over.Token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        _over.Dispose();
    }

    private static async Task BeatAsync(RunJournal journal, TimeSpan period, Func<Task> onLost, TimeProvider time, ILogger logger, CancellationToken over)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                await TryBeatAsync(journal, logger, over).ConfigureAwait(false);
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
    private static async Task TryBeatAsync(RunJournal journal, ILogger logger, CancellationToken over)
    {
        try
        {
            await journal.BeatAsync(over).ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is not (OperationCanceledException or LeaseLostException))
        {
            logger.BeatMissed(trouble, journal.Run.Id);
        }
    }
}

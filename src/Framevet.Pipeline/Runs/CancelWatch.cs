namespace Framevet.Pipeline.Runs;

/// <summary>Hears that somebody cancels a run that is in hand here, on whatever node he does.</summary>
internal sealed class CancelWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Task _watching;

    public CancelWatch(RunId run, IRunEvents events, RunWork work) => _watching = WatchAsync(run, events, work, _over.Token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _over.Dispose();
    }

    private static async Task WatchAsync(RunId run, IRunEvents events, RunWork work, CancellationToken over)
    {
        try
        {
            await foreach (var news in events.WatchAsync(run, over).ConfigureAwait(false))
            {
                if (news is RunStateChanged { State: RunState.Cancelling })
                {
                    await work.CancelAsync().ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The work is over.
        }
    }
}

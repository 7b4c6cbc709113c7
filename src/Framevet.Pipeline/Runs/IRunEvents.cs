namespace Framevet.Pipeline.Runs;

/// <summary>In-process news. Correctness never depends on an event: the store is the truth.</summary>
public interface IRunEvents
{
    /// <summary>Tells every watcher. Never blocks, never throws; a slow watcher loses its oldest events.</summary>
    void Publish(RunEvent news);

    /// <summary>Events of one run, or of all runs when null, from now on, until cancelled.</summary>
    IAsyncEnumerable<RunEvent> WatchAsync(RunId? run, CancellationToken ct);
}

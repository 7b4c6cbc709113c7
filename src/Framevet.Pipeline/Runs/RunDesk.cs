using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Runs;

/// <summary>What a page, the API, the CLI or a job can do with runs: one place for every rule. Thread-safe.</summary>
public sealed class RunDesk
{
    /// <summary>
    /// Takes a finished local file (moved into the blob store under its SHA-256), snapshots the recipe and queues a run. A recipe of null
    /// means the default one. Same bytes again make a new run on the same media.
    /// </summary>
    /// <exception cref="VettingException">InvalidRequest (recipe), SourceTooLarge, UnsupportedMedia (empty file), Forbidden.</exception>
    public Task<Run> SubmitAsync(SubmitRequest request, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Cancels: a queued or waiting run at once, a running one through Cancelling. No effect on a final state.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public Task CancelAsync(RunId id, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Queues a failed or cancelled run again, from the start.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict.</exception>
    public Task RetryAsync(RunId id, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>
    /// Does whatever act is due (Queued, Running after a crash, Finishing); called by the job. Returns how it ended; never throws for a failed run.
    /// <paramref name="stopping"/> is the host's wish to stop: the run goes back to Queued and nothing is lost.
    /// </summary>
    public Task<RunOutcome> WorkAsync(RunId id, CancellationToken stopping) => throw new NotImplementedException();

    /// <summary>At start and now and then: puts runs with an old heartbeat back to Queued and sets missing triggers again. Returns how many it touched.</summary>
    public Task<int> ReconcileAsync(bool isStart, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>A file to vet. <paramref name="Path"/> is consumed (moved). <paramref name="Recipe"/> null = default.</summary>
public sealed record SubmitRequest(string Path, string SourceName, Recipe? Recipe, int Priority = 5);

/// <summary>How a piece of work ended.</summary>
public enum RunOutcome
{
    /// <summary>This act is finished (the run may rest, go on, or be done).</summary>
    Completed,
    /// <summary>The run failed for good; its row says why.</summary>
    Failed,
    /// <summary>A transient failure: try again later with back-off.</summary>
    RetryLater,
    /// <summary>The host stops; the run is queued again.</summary>
    HandedBack,
    /// <summary>The user cancelled.</summary>
    Cancelled,
    /// <summary>Nothing to do (somebody else has it, or it is final).</summary>
    Nothing,
}

using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;

namespace Framevet.Pipeline.Runs;

/// <summary>What a page, the API, the CLI or a job can do with runs: one place for every rule. Thread-safe.</summary>
public sealed class RunDesk : IDisposable
{
    private readonly SemaphoreSlim _retrying = new(1, 1);
    private readonly RunPorts _ports;
    private readonly RunIntake _intake;
    private readonly RunWorker _worker;
    private readonly RunSweep _sweep;
    private readonly WorkInHand _inHand;

    private readonly WorkNode _node;

    internal RunDesk(RunPorts ports, RunIntake intake, RunWorker worker, RunSweep sweep, WorkInHand inHand, WorkNode node) =>
        (_ports, _intake, _worker, _sweep, _inHand, _node) = (ports, intake, worker, sweep, inHand, node);

    /// <summary>
    /// Takes a finished local file (moved into the blob store under its SHA-256), snapshots the recipe and queues a run. A recipe of null
    /// means the default one. Same bytes again make a new run on the same media.
    /// </summary>
    /// <exception cref="VettingException">InvalidRequest (recipe, name, priority), SourceTooLarge, UnsupportedMedia (empty file, kind not accepted),
    /// SourceUnavailable, Conflict (too many unfinished runs), Forbidden, OutOfSpace.</exception>
    public Task<Run> SubmitAsync(SubmitRequest request, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(actor);
        return _intake.SubmitAsync(request, actor, ct);
    }

    /// <summary>Cancels: a queued or waiting run at once, a running one through Cancelling. No effect on a final state.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task CancelAsync(RunId id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        while (true)
        {
            var run = actor.MustSteer(await _ports.Store.GetAsync(id, ct).ConfigureAwait(false), id, "cancel");
            if (run.State.IsFinal() || await TryCancelAsync(run, actor, ct).ConfigureAwait(false))
            {
                return;
            }

            // A worker moved the run meanwhile: look again and cancel what it is now. Each turn needs such a move, so this ends.
        }
    }

    /// <summary>Queues a failed or cancelled run again, from the start.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict.</exception>
    public async Task RetryAsync(RunId id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);

        // Clearing and moving belong together: a second retry must not clear what the first one's worker has begun to store.
        await _retrying.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var run = actor.MustSteer(await _ports.Store.GetAsync(id, ct).ConfigureAwait(false), id, "retry");
            if (run.State is not (RunState.Failed or RunState.Cancelled) || _inHand.Has(id))
            {
                throw new VettingException(FailureCode.Conflict, $"{run.SourceName}: only a failed or cancelled run can be retried, this one is {run.State}.");
            }

            if (run.Upkeep.SourceRemovedAt is { } removed)
            {
                throw new VettingException(FailureCode.Conflict, $"{run.SourceName}: the source was removed on {RunUpkeep.Day(removed)}, as the rules of this server say; submit the file again.");
            }

            if (await _ports.Store.TryTakeAsync(id, _node, ct).ConfigureAwait(false) is not { } lease)
            {
                throw new VettingException(FailureCode.Conflict, $"{run.SourceName}: its last worker has not stopped yet, or somebody else tries it again at this moment.");
            }

            var held = _ports with { Store = _ports.Store.Under(lease) };
            await held.Store.ClearAsync(id, ct).ConfigureAwait(false);
            await held.Store.SaveProgressAsync(id, new Funnel(), null, ct).ConfigureAwait(false);
            if (!await held.MoveAsync(id, run.State, RunState.Queued, "Waiting for a worker.", null, ct).ConfigureAwait(false))
            {
                throw new VettingException(FailureCode.Conflict, $"{run.SourceName}: somebody else changed the run at the same time.");
            }

            await _ports.Audit.AppendAsync(actor, "run.retry", id.ToString(), Audited.State(run.State), Audited.State(RunState.Queued), ct).ConfigureAwait(false);
            await _ports.Queue.EnqueueAsync(id, run.Priority, ct).ConfigureAwait(false);
        }
        finally
        {
            _retrying.Release();
        }
    }

    /// <summary>
    /// Does whatever act is due (Queued, Running after a crash, Finishing); called by the job. Act two follows act one at once when nobody
    /// has to look. Returns how it ended; never throws for a failed run. <paramref name="stopping"/> is the host's wish to stop: the run
    /// goes back to Queued and nothing is lost.
    /// </summary>
    public Task<RunOutcome> WorkAsync(RunId id, CancellationToken stopping) => _worker.WorkAsync(id, stopping);

    /// <summary>
    /// The same for the run whose turn it is in a group of work, among all that wait on all nodes; see <see cref="TurnRules"/>. Which one it was, or null when there was none to take.
    /// </summary>
    public Task<(RunId Run, RunOutcome Outcome)?> WorkNextAsync(string group, CancellationToken stopping) => _worker.WorkNextAsync(group, stopping);

    /// <summary>At start and now and then: puts runs with an old heartbeat back to Queued and sets missing triggers again. Returns how many it touched.</summary>
    public Task<int> ReconcileAsync(bool isStart, CancellationToken ct) => _sweep.ReconcileAsync(isStart, ct);

    /// <inheritdoc/>
    public void Dispose() => _retrying.Dispose();

    private async Task<bool> TryCancelAsync(Run run, Actor actor, CancellationToken ct)
    {
        var reason = run.OwnerId == actor.Id ? "Cancelled." : $"Cancelled by {actor.Name}.";
        var wasMoved = run.State switch
        {
            RunState.Cancelling => true,
            RunState.Queued or RunState.AwaitingReview => await _ports.FinishCancelAsync(run.Id, run.State, reason, ct).ConfigureAwait(false),
            _ => await _ports.MoveAsync(run.Id, run.State, RunState.Cancelling, "Being cancelled.", null, ct).ConfigureAwait(false),
        };
        if (!wasMoved)
        {
            return false;
        }

        await _inHand.CancelAsync(run.Id).ConfigureAwait(false);
        await _ports.Queue.WithdrawAsync(run.Id, ct).ConfigureAwait(false);
        if (run.State is RunState.Running or RunState.Finishing or RunState.Cancelling && !_inHand.Has(run.Id))
        {
            // Its worker is gone, here or elsewhere: nobody else would ever move it on. One that lives keeps its lease, and ends by the news or its next beat.
            if (await _ports.Store.TryTakeAsync(run.Id, _node, ct).ConfigureAwait(false) is { } lease)
            {
                var held = _ports with { Store = _ports.Store.Under(lease) };
                await held.FinishCancelAsync(run.Id, RunState.Cancelling, reason, ct).ConfigureAwait(false);
                await _ports.Store.ReleaseAsync(lease, ct).ConfigureAwait(false);
            }
        }

        if (run.State != RunState.Cancelling)
        {
            await _ports.Audit.AppendAsync(actor, "run.cancel", run.Id.ToString(), Audited.State(run.State), Audited.State(RunState.Cancelled), ct).ConfigureAwait(false);
        }

        return true;
    }
}

/// <summary>A file to vet. <paramref name="Path"/> is consumed (moved). <paramref name="Recipe"/> null = default.</summary>
public sealed record SubmitRequest(string Path, string SourceName, Recipe? Recipe, int Priority = 5)
{
    /// <summary>SHA-256 of the file (lower-case hex) where this server has computed it already; null = not yet. Media of this hash that are in the store do for a file that is not there.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Id chosen beforehand, so that a repeated submission can be told; null = a new one.</summary>
    public RunId? Id { get; init; }
}

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
    /// <summary>The disk is nearly full; the work is taken up again when there is room.</summary>
    Paused,
    /// <summary>The user cancelled.</summary>
    Cancelled,
    /// <summary>Nothing to do (somebody else has it, or it is final).</summary>
    Nothing,
}

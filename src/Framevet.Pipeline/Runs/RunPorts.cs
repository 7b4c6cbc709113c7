using Framevet.Pipeline.Review;

namespace Framevet.Pipeline.Runs;

/// <summary>The edges that every use case of a run needs, with the one way to move a run: check, store, then tell. Thread-safe.</summary>
public sealed record RunPorts(IRunStore Store, IRunQueue Queue, IRunEvents Events, IReviewQueue Reviews, IAuditTrail Audit, TimeProvider Time)
{
    /// <summary>Moves a run; false when it no longer stands in <paramref name="expected"/>.</summary>
    /// <exception cref="InvalidOperationException">The move is not in the table of <see cref="RunStates"/>.</exception>
    internal async Task<bool> MoveAsync(RunId id, RunState expected, RunState target, string reason, RunFailure? failure, CancellationToken ct)
    {
        if (!expected.CanMoveTo(target))
        {
            throw new InvalidOperationException($"A run never goes from {expected} to {target}.");
        }

        if (await Store.TryMoveAsync(id, expected, target, reason, failure, ct).ConfigureAwait(false) is not { } revision)
        {
            return false;
        }

        Telemetry.PipelineMeter.CountState(target);
        Events.Publish(new RunStateChanged(id, revision, Time.GetUtcNow(), target, reason));
        return true;
    }

    /// <summary>The same for as long as a run is in hand: what is written under a lost lease is refused.</summary>
    internal RunPorts Under(RunWork work) => work.Lease is { } lease ? this with { Store = Store.Under(lease) } : this;

    /// <summary>Takes a run out of the hands of everybody: cancelled, with nothing left in the review queue.</summary>
    internal async Task<bool> FinishCancelAsync(RunId id, RunState expected, string reason, CancellationToken ct)
    {
        if (!await MoveAsync(id, expected, RunState.Cancelled, reason, null, ct).ConfigureAwait(false))
        {
            return false;
        }

        foreach (var item in await Reviews.OpenForRunAsync(id, ct).ConfigureAwait(false))
        {
            await Reviews.WithdrawAsync(id, ct).ConfigureAwait(false);
            await TellReviewAsync(id, item.Id, ReviewState.Withdrawn, null, ct).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Publishes news about a review item with the run's stored revision.</summary>
    internal async Task TellReviewAsync(RunId id, Guid item, ReviewState state, string? by, CancellationToken ct)
    {
        var run = await Store.GetAsync(id, ct).ConfigureAwait(false);
        Events.Publish(new ReviewChanged(id, run?.Revision ?? 0, Time.GetUtcNow(), item, state, by));
    }
}

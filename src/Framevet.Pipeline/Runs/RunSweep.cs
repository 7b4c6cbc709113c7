using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// Sets right what a dead process left behind. Whoever takes a run back takes its lease first: a worker that lives keeps it, on whatever node, and one that only slept finds its writes refused.
/// </summary>
internal sealed class RunSweep(RunPorts ports, WorkInHand inHand, DiskReserve reserve, WorkNode node)
{
    /// <summary>See <see cref="RunDesk.ReconcileAsync"/>.</summary>
    public async Task<int> ReconcileAsync(bool isStart, CancellationToken ct)
    {
        var left = isStart && node.IsAlone
            ? await ports.Store.InStatesAsync([RunState.Running, RunState.Cancelling, RunState.Finishing], ct).ConfigureAwait(false)
            : await ports.Store.OrphansAsync(ct).ConfigureAwait(false);
        var touched = 0;
        foreach (var run in left.Where(r => !inHand.Has(r.Id)))
        {
            touched += await TakeBackAsync(run, ct).ConfigureAwait(false) ? 1 : 0;
        }

        foreach (var run in await ports.Store.InStatesAsync([RunState.AwaitingReview], ct).ConfigureAwait(false))
        {
            touched += await WakeAsync(run, ct).ConfigureAwait(false) ? 1 : 0;
        }

        if (reserve.IsShort)
        {
            return touched;
        }

        var due = await ports.Store.InStatesAsync([RunState.Queued, RunState.Finishing], ct).ConfigureAwait(false);
        foreach (var run in due.Where(r => !inHand.Has(r.Id) && (node.IsAlone || r.Worker is null)))
        {
            await ports.Queue.EnqueueAsync(run.Id, run.Priority, ct).ConfigureAwait(false);
        }

        return touched;
    }

    private async Task<bool> TakeBackAsync(Run run, CancellationToken ct)
    {
        if (await ports.Store.TryTakeAsync(run.Id, node, ct).ConfigureAwait(false) is not { } lease)
        {
            return false;
        }

        var held = ports with { Store = ports.Store.Under(lease) };
        var isMoved = run.State switch
        {
            RunState.Running => await held.MoveAsync(run.Id, RunState.Running, RunState.Queued, "Waiting: its worker went away, it goes on from the last stored frame.", null, ct).ConfigureAwait(false),
            RunState.Cancelling => await held.FinishCancelAsync(run.Id, RunState.Cancelling, "Cancelled.", ct).ConfigureAwait(false),

            // Act two is repeated as a whole, by whoever takes it up next.
            _ => false,
        };
        await ports.Store.ReleaseAsync(lease, ct).ConfigureAwait(false);
        return isMoved;
    }

    // A run rests only while an item is open: a crash between two steps of the desk may have left it without one.
    private async Task<bool> WakeAsync(Run run, CancellationToken ct)
    {
        if (!(await ports.Reviews.OpenForRunAsync(run.Id, ct).ConfigureAwait(false)).IsEmpty)
        {
            return false;
        }

        var frames = await ports.Store.CandidatesAsync(run.Id, ct).ConfigureAwait(false);
        ImmutableArray<Candidate> doubtful = [.. frames.Where(f => f.Judgement?.Verdict.Decision is not (Decision.Allow or Decision.Block))];
        if (doubtful.IsEmpty)
        {
            return await ports.MoveAsync(run.Id, RunState.AwaitingReview, RunState.Finishing, "Picking the best frames.", null, ct).ConfigureAwait(false);
        }

        var item = await ports.Reviews.AddAsync(ReviewCase.For(run.Id, doubtful, ports.Time.GetUtcNow()), ct).ConfigureAwait(false);
        await ports.TellReviewAsync(run.Id, item.Id, item.State, null, ct).ConfigureAwait(false);
        return true;
    }
}

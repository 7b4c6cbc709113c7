using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Runs;

/// <summary>Sets right what a dead process left behind. One server process works on a database; see DECISIONS.md for more than one.</summary>
internal sealed class RunSweep(RunPorts ports, WorkInHand inHand, DiskReserve reserve)
{
    /// <summary>See <see cref="RunDesk.ReconcileAsync"/>.</summary>
    public async Task<int> ReconcileAsync(bool isStart, CancellationToken ct)
    {
        var left = isStart
            ? await ports.Store.InStatesAsync([RunState.Running, RunState.Cancelling], ct).ConfigureAwait(false)
            : await ports.Store.StaleAsync(ports.Time.GetUtcNow() - Heartbeat.Patience, ct).ConfigureAwait(false);
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
        foreach (var run in due.Where(r => !inHand.Has(r.Id)))
        {
            await ports.Queue.EnqueueAsync(run.Id, run.Priority, ct).ConfigureAwait(false);
        }

        return touched;
    }

    private Task<bool> TakeBackAsync(Run run, CancellationToken ct) => run.State switch
    {
        RunState.Running => ports.MoveAsync(run.Id, RunState.Running, RunState.Queued, "Waiting: its worker went away, it goes on from the last stored frame.", null, ct),
        RunState.Cancelling => ports.FinishCancelAsync(run.Id, RunState.Cancelling, "Cancelled.", ct),
        _ => Task.FromResult(false),
    };

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

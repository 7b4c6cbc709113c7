using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Segments;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Runs;

/// <summary>Does the act that is due. How it ended is the story of <see cref="RunEnding"/>. Thread-safe.</summary>
internal sealed class RunWorker(RunPorts ports, Vetter vetter, ExportWriter exports, IBlobStore blobs, WorkInHand inHand, RunOptions options, ILogger logger, DiskReserve reserve, WorkNode node, TurnRules rules, IQuarantine? quarantine = null, FanOut? fanOut = null)
{
    private readonly RunEnding _ending = new(ports, options, logger, reserve, node, rules, quarantine);

    /// <summary>See <see cref="RunDesk.WorkAsync"/>.</summary>
    public async Task<RunOutcome> WorkAsync(RunId id, CancellationToken stopping)
    {
        if (reserve.IsShort)
        {
            // It waits in its row; reconciling brings it again when there is room.
            return RunOutcome.Paused;
        }

        using var work = inHand.TryBegin(id, options.TimeLimit, reserve.Pressure, stopping);
        if (work is null)
        {
            return RunOutcome.Nothing;
        }

        return await InHandAsync(id, work, () => TakeUpAsync(id, work)).ConfigureAwait(false);
    }

    /// <summary>See <see cref="RunDesk.WorkNextAsync"/>.</summary>
    public async Task<(RunId Run, RunOutcome Outcome)?> WorkNextAsync(string group, CancellationToken stopping)
    {
        if (reserve.IsShort || await ports.Store.TryTakeNextAsync(group, rules, node, stopping).ConfigureAwait(false) is not { } lease)
        {
            return null;
        }

        using var work = inHand.TryBegin(lease.Run, options.TimeLimit, reserve.Pressure, stopping);
        if (work is null)
        {
            // Its last worker here has not quite let go.
            await ports.Store.ReleaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
            return null;
        }

        work.Lease = lease;
        return (lease.Run, await InHandAsync(lease.Run, work, () => WorkUnderAsync(lease, work)).ConfigureAwait(false));
    }

    private async Task<RunOutcome> InHandAsync(RunId id, RunWork work, Func<Task<RunOutcome>> act)
    {
        try
        {
            return await ClearedAsync(id, await act().ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception trouble)
        {
            return await ClearedAsync(id, await _ending.RecordAsync(id, work, trouble).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseAsync(work).ConfigureAwait(false);
        }
    }

    private async Task<RunOutcome> TakeUpAsync(RunId id, RunWork work)
    {
        var run = await ports.Store.GetAsync(id, work.Token).ConfigureAwait(false);
        return run?.State is RunState.Queued or RunState.Running or RunState.Cancelling or RunState.Finishing
            && (work.Lease = await ports.Store.TryTakeAsync(id, node, work.Token).ConfigureAwait(false)) is { } lease
            ? await WorkUnderAsync(lease, work).ConfigureAwait(false)
            : RunOutcome.Nothing;
    }

    private async Task<RunOutcome> WorkUnderAsync(RunLease lease, RunWork work)
    {
        // What was read before the run was taken may be old.
        var id = lease.Run;
        var held = ports.Under(work);
        var run = await held.Store.GetAsync(id, work.Token).ConfigureAwait(false);
        if (run?.State == RunState.Queued)
        {
            var moved = await held.MoveAsync(id, RunState.Queued, RunState.Running, "Being vetted.", null, work.Token).ConfigureAwait(false);
            run = moved ? await held.Store.GetAsync(id, work.Token).ConfigureAwait(false) : null;
        }

        if (run?.State == RunState.Cancelling)
        {
            return await _ending.EndCancelledAsync(id, work).ConfigureAwait(false);
        }

        if (run?.State is not (RunState.Running or RunState.Finishing))
        {
            return RunOutcome.Nothing;
        }

        await CheckQuarantineAsync(run, work.Token).ConfigureAwait(false);
        using var journal = new RunJournal(run, held.Store, ports.Events, ports.Time) { Lease = lease };
        var beat = new Heartbeat(lease, BeatAsync, work.LoseAsync, ports.Time, logger);
        await using var beating = beat.ConfigureAwait(false);
        var watch = new CancelWatch(id, ports.Events, work);
        await using var watching = watch.ConfigureAwait(false);
        var file = new SourceFile(await blobs.LocalPathAsync(run.MediaKey, work.Token).ConfigureAwait(false), run.SourceName, run.MediaBytes) { Sampler = run.Recipe.Sampler };
        if (run.State == RunState.Finishing || await ActOneAsync(journal, file, work).ConfigureAwait(false))
        {
            await ActTwoAsync(journal, file, work).ConfigureAwait(false);
        }

        return RunOutcome.Completed;

        // News of a cancel on another node may be lost; the row says it as well.
        async Task BeatAsync(CancellationToken ct)
        {
            await journal.BeatAsync(ct).ConfigureAwait(false);
            if (await ports.Store.GetAsync(id, ct).ConfigureAwait(false) is { State: RunState.Cancelling })
            {
                await work.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whatever was shared of a run that nobody goes on with is not needed any more.</summary>
    private async Task<RunOutcome> ClearedAsync(RunId id, RunOutcome outcome)
    {
        if (fanOut is not null && outcome is RunOutcome.Completed or RunOutcome.Failed or RunOutcome.Cancelled)
        {
            try
            {
                await fanOut!.ClearAsync(id, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception trouble)
            {
                // The sweep finds it.
                logger.EndNotStored(trouble, id);
            }
        }

        return outcome;
    }

    private async Task ReleaseAsync(RunWork work)
    {
        if (work.Lease is not { } lease || work.ByLoss)
        {
            return;
        }

        try
        {
            await ports.Store.ReleaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception trouble)
        {
            // It runs out by itself.
            logger.EndNotStored(trouble, lease.Run);
        }
    }

    private async Task CheckQuarantineAsync(Run run, CancellationToken ct)
    {
        if (quarantine is not null && await quarantine.CrashesAsync(run.MediaSha256, ct).ConfigureAwait(false) is var crashes and >= QuarantinedFile.Limit)
        {
            throw new VettingException(FailureCode.SourceRefused, string.Create(CultureInfo.InvariantCulture,
                $"{run.SourceName} made the decoder crash {crashes} times and is in quarantine; an admin can let it out under Problems."));
        }
    }

    // True when act two is due at once; false when people have to look first.
    private async Task<bool> ActOneAsync(RunJournal journal, SourceFile file, RunWork work)
    {
        using var span = RunTrace.Run(journal.Run.Id, "act one");
        await vetter.VetAsync(journal, file, work.Token).ConfigureAwait(false);
        var frames = await journal.StoredAsync(work.Token).ConfigureAwait(false);
        ImmutableArray<Candidate> doubtful = [.. frames.Where(f => f.IsDoubtful())];
        var id = journal.Run.Id;
        if (doubtful.IsEmpty)
        {
            await StepAsync(id, RunState.Running, RunState.Finishing, "Picking the best frames.", work).ConfigureAwait(false);
            return true;
        }

        // The queue of reviews knows no leases: whoever has lost the run must hear of it before an item is made.
        await journal.BeatAsync(work.Token).ConfigureAwait(false);
        var item = await ports.Reviews.AddAsync(ReviewCase.For(id, doubtful, ports.Time.GetUtcNow()), work.Token).ConfigureAwait(false);
        await StepAsync(id, RunState.Running, RunState.AwaitingReview, Waiting(doubtful.Length, doubtful.Count(f => !f.PassedGates)), work).ConfigureAwait(false);
        await ports.TellReviewAsync(id, item.Id, item.State, null, work.Token).ConfigureAwait(false);
        journal.Progress(RunStage.Review, null);

        // The item was visible before the run had come to rest: somebody quick may have decided it already.
        var open = await ports.Reviews.OpenForRunAsync(id, work.Token).ConfigureAwait(false);
        return open.IsEmpty && await ports.Under(work).MoveAsync(id, RunState.AwaitingReview, RunState.Finishing, "Picking the best frames.", null, work.Token).ConfigureAwait(false);
    }

    private async Task ActTwoAsync(RunJournal journal, SourceFile file, RunWork work)
    {
        var id = journal.Run.Id;
        using var span = RunTrace.Run(id, "act two");
        var picks = await vetter.FinishAsync(journal, (chosen, ct) => exports.WritePicksAsync(journal, file, chosen, ct), work.Token).ConfigureAwait(false);
        var reason = picks.Length switch
        {
            0 => NothingPicked(journal.Funnel),
            1 => "Done: one frame picked.",
            _ => string.Create(CultureInfo.InvariantCulture, $"Done: {picks.Length} frames picked."),
        };
        await journal.LogAsync(RunLogLevel.Info, reason, work.Token).ConfigureAwait(false);
        await StepAsync(id, RunState.Finishing, RunState.Done, reason, work).ConfigureAwait(false);
    }

    // What a gate lost is looked at, too, and the funnel tells the two apart.
    private static string Waiting(int frames, int lost)
    {
        var all = frames == 1 ? "One frame waits for a person" : string.Create(CultureInfo.InvariantCulture, $"{frames} frames wait for a person");
        return lost == 0 ? $"{all}."
            : lost < frames ? string.Create(CultureInfo.InvariantCulture, $"{all}, {lost} of them lost at a gate.")
            : frames == 1 ? $"{all}, although a gate lost it."
            : $"{all}, although gates lost them.";
    }

    private static string NothingPicked(Funnel funnel) => funnel switch
    {
        { PassedGates: 0 } => string.Create(CultureInfo.InvariantCulture, $"Done: nothing picked, since none of {funnel.Sampled} frames passed the gates."),
        { Allowed: 0 } => string.Create(CultureInfo.InvariantCulture, $"Done: nothing picked, since none of {funnel.PassedGates} frames that passed the gates may be shown."),
        _ => "Done: nothing picked, since the selector chose none of the allowed frames.",
    };

    // Losing the race for a step means that somebody cancelled, or took the run away: both end this work.
    private async Task StepAsync(RunId id, RunState from, RunState to, string reason, RunWork work)
    {
        if (!await ports.Under(work).MoveAsync(id, from, to, reason, null, work.Token).ConfigureAwait(false))
        {
            throw new SupersededException();
        }
    }
}

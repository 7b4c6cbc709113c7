using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Runs;

/// <summary>How work on a run ended: the boundary at which trouble becomes a state. Thread-safe.</summary>
internal sealed class RunEnding(RunPorts ports, RunOptions options, ILogger logger, DiskReserve reserve, WorkNode node, TurnRules rules, IQuarantine? quarantine)
{
    private static readonly TimeSpan SignalGrace = TimeSpan.FromMilliseconds(300);

    /// <summary>Stores how the work ended; never throws.</summary>
    public async Task<RunOutcome> RecordAsync(RunId id, RunWork work, Exception trouble)
    {
        try
        {
            return await EndAsync(id, work, trouble).ConfigureAwait(false);
        }
        catch (Exception second)
        {
            // Not even the end could be stored. The row keeps its state, and reconciling finds it by its old heartbeat.
            logger.EndNotStored(second, id);
            return RunOutcome.RetryLater;
        }
    }

    private async Task<RunOutcome> EndAsync(RunId id, RunWork work, Exception trouble)
    {
        // What ended the work was recorded before; the tokens of the work must not stop the bookkeeping.
        var ct = CancellationToken.None;
        var run = await ports.Store.GetAsync(id, ct).ConfigureAwait(false);
        if (work.ByLoss || trouble is LeaseLostException)
        {
            logger.LeaseLost($"Run {id}", node.Id);
            return RunOutcome.Nothing;
        }

        if (run?.State == RunState.Cancelling)
        {
            return await EndCancelledAsync(id, work).ConfigureAwait(false);
        }

        if (run is null || trouble is SupersededException || run.State is not (RunState.Running or RunState.Finishing))
        {
            return work.ByUser ? RunOutcome.Cancelled : RunOutcome.Nothing;
        }

        if (await IsStopAsync(work, trouble).ConfigureAwait(false))
        {
            // A finishing run simply stays: act two is repeated as a whole.
            if (run.State == RunState.Running)
            {
                await ports.Under(work).MoveAsync(id, RunState.Running, RunState.Queued, "Waiting: the server was stopped.", null, ct).ConfigureAwait(false);
            }

            return RunOutcome.HandedBack;
        }

        if (work.ByDisk || reserve.IsShort)
        {
            return await PauseAsync(run, work, ct).ConfigureAwait(false);
        }

        return await FailAsync(run, work, Explain(run, work, trouble), ct).ConfigureAwait(false);
    }

    // Whatever broke while room was short may have broken for it; a file that is really bad breaks again later. What is stored stays, and the run goes on from there.
    private async Task<RunOutcome> PauseAsync(Run run, RunWork work, CancellationToken ct)
    {
        const string Why = "Paused: the disk of the server is nearly full. The run goes on by itself when there is room again.";
        if (run.State == RunState.Running)
        {
            await ports.Under(work).MoveAsync(run.Id, RunState.Running, RunState.Queued, Why, null, ct).ConfigureAwait(false);
        }

        await LogAsync(run, RunLogLevel.Warning, Why, ct).ConfigureAwait(false);
        return RunOutcome.Paused;
    }

    // Ctrl+C in a terminal reaches the tools as well, and one of them may die of it before the host says that it stops.
    private async Task<bool> IsStopAsync(RunWork work, Exception trouble)
    {
        if (trouble is VettingException { Code: FailureCode.ToolFailed } && !work.ByHost)
        {
            await Task.Delay(SignalGrace, ports.Time, CancellationToken.None).ConfigureAwait(false);
        }

        return work.ByHost;
    }

    /// <summary>The user's cancel, carried out.</summary>
    public async Task<RunOutcome> EndCancelledAsync(RunId id, RunWork work)
    {
        await ports.Under(work).FinishCancelAsync(id, RunState.Cancelling, "Cancelled.", CancellationToken.None).ConfigureAwait(false);
        return RunOutcome.Cancelled;
    }

    private VettingException Explain(Run run, RunWork work, Exception trouble)
    {
        switch (trouble)
        {
            case VettingException expected:
                return expected;
            case OperationCanceledException when work.ByLimit:
                return new VettingException(FailureCode.SourceTooLarge, $"{run.SourceName}: stopped, since vetting took longer than the limit of {options.TimeLimit}.");
            case OperationCanceledException:
                return new VettingException(FailureCode.BackendUnavailable, $"{run.SourceName}: something that the run needs did not answer in time.", trouble.Message);
            case var _ when DatabaseTrouble.IsPassing(trouble):
                return new VettingException(FailureCode.BackendUnavailable, $"{run.SourceName}: the database was away for a moment.", trouble.Message);
            default:
                logger.RunFailed(trouble, run.Id);
                return new VettingException(FailureCode.Unexpected, $"{run.SourceName}: an unexpected error ended the run; the server's log has it under {run.Id}.", trouble.GetType().Name);
        }
    }

    private async Task<RunOutcome> FailAsync(Run run, RunWork work, VettingException trouble, CancellationToken ct)
    {
        // A file that crashes a tool gets one more chance (it may have been the machine), then none.
        var isCrash = quarantine is not null && ToolCrash.SignalOf(trouble) is not null;
        var mayTryAgain = isCrash ? await quarantine!.CountAsync(run, trouble.Detail, ct).ConfigureAwait(false) < QuarantinedFile.Limit : trouble.IsTransient;
        var held = ports.Under(work);

        // Act one is counted as it begins; act two keeps its state, so it is counted as it fails.
        var tries = run.State == RunState.Running ? run.Attempt : mayTryAgain ? await held.Store.CountFinishTryAsync(run.Id, ct).ConfigureAwait(false) : 0;
        if (mayTryAgain && tries < options.MaxAttempts)
        {
            await held.Store.PostponeAsync(run.Id, rules.PauseAfter(tries), ct).ConfigureAwait(false);
            await LogAsync(run, RunLogLevel.Warning, $"{trouble.Message} It will be tried again.", ct).ConfigureAwait(false);
            if (run.State == RunState.Running)
            {
                await held.MoveAsync(run.Id, RunState.Running, RunState.Queued, $"{trouble.Message} It will be tried again.", null, ct).ConfigureAwait(false);
            }

            return RunOutcome.RetryLater;
        }

        await LogAsync(run, RunLogLevel.Error, trouble.Message, ct).ConfigureAwait(false);
        return await held.MoveAsync(run.Id, run.State, RunState.Failed, trouble.Message, new RunFailure(trouble.Code, trouble.Detail), ct).ConfigureAwait(false)
            ? RunOutcome.Failed
            : RunOutcome.Nothing;
    }

    private async Task LogAsync(Run run, RunLogLevel level, string text, CancellationToken ct)
    {
        using var journal = new RunJournal(run, ports.Store, ports.Events, ports.Time);
        await journal.LogAsync(level, text, ct).ConfigureAwait(false);
    }
}

/// <summary>Somebody else moved the run meanwhile: this work on it ends, and nothing is wrong.</summary>
internal sealed class SupersededException : Exception;

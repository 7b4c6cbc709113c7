using Framevet.Pipeline.Runs;

namespace Framevet.Web.Jobs;

/// <summary>Tells the scheduler how a piece of work ended: the job boundary.</summary>
internal static partial class JobOutcomes
{
    /// <summary>
    /// Does the work and throws what makes the scheduler try again: for a transient failure, and for a hand-back at shutdown. A cancellation
    /// would do for neither: the scheduler takes it as the user's wish and drops the job.
    /// </summary>
    public static async Task RunAsync(string what, Func<Task<RunOutcome>> work, ILogger log, CancellationToken stopping)
    {
        RunOutcome outcome;
        try
        {
            outcome = await work();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            outcome = RunOutcome.HandedBack;
        }
        catch (Exception e)
        {
            LogBug(log, e, what);
            throw new TryAgainException(what);
        }

        if (outcome is RunOutcome.RetryLater or RunOutcome.HandedBack)
        {
            LogAgain(log, what, outcome);
            throw new TryAgainException(what);
        }

        if (outcome != RunOutcome.Nothing)
        {
            LogEnd(log, what, outcome);
        }
    }

    [LoggerMessage(LogLevel.Information, "{What}: {Outcome}, will be taken up again.")]
    private static partial void LogAgain(ILogger log, string what, RunOutcome outcome);

    [LoggerMessage(LogLevel.Information, "{What}: {Outcome}.")]
    public static partial void LogEnd(ILogger log, string what, RunOutcome outcome);

    [LoggerMessage(LogLevel.Error, "{What} ended by an unexpected error.")]
    private static partial void LogBug(ILogger log, Exception e, string what);

    private sealed class TryAgainException(string what) : Exception(what);
}

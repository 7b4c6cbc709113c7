using Framevet.Pipeline.Runs;

namespace Framevet.Web.Jobs;

/// <summary>Tells the scheduler how a piece of work ended.</summary>
internal static class JobOutcomes
{
    /// <summary>
    /// Throws what makes the scheduler try again: for a transient failure, and for a hand-back at shutdown. A cancellation would do
    /// for neither: the scheduler takes it as the user's wish and drops the job.
    /// </summary>
    public static void Report(RunOutcome outcome, string what)
    {
        if (outcome is RunOutcome.RetryLater or RunOutcome.HandedBack)
        {
            throw new TryAgainException($"{what}: {outcome}.");
        }
    }

    private sealed class TryAgainException(string message) : Exception(message);
}

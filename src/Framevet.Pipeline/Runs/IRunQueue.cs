namespace Framevet.Pipeline.Runs;

/// <summary>Brings runs to workers: what waits asks for a slot, and whoever has one takes the run whose turn it is. The run row is the truth; a trigger that got lost is set again by reconciling.</summary>
public interface IRunQueue
{
    /// <summary>Schedules the next act of a run; no effect when it is scheduled already.</summary>
    Task EnqueueAsync(RunId id, int priority, CancellationToken ct);

    /// <summary>Takes the trigger of a run away that need not be worked on any more. A worker that has it in hand hears of that by the run's row and news.</summary>
    Task WithdrawAsync(RunId id, CancellationToken ct);
}

namespace Framevet.Pipeline.Runs;

/// <summary>Brings runs to workers. The run row is the truth; a trigger that got lost is set again by reconciling.</summary>
public interface IRunQueue
{
    /// <summary>Schedules the next act of a run; no effect when it is scheduled already.</summary>
    Task EnqueueAsync(RunId id, int priority, CancellationToken ct);

    /// <summary>Takes a queued trigger away and interrupts a running job of this run.</summary>
    Task InterruptAsync(RunId id, CancellationToken ct);
}

namespace Framevet.Pipeline.Runs;

/// <summary>
/// Who works here, as other nodes know it. <paramref name="Id"/> is unique among all nodes on one store; <paramref name="Lease"/>: a worker that gives no sign of life for so long has lost its runs;
/// <paramref name="IsAlone"/>: no other process works on the store, so whatever lies there half done at start was left by a dead one.
/// </summary>
public sealed record WorkNode(string Id, TimeSpan Lease, bool IsAlone)
{
    /// <summary>The only process on its store.</summary>
    public static WorkNode Alone { get; } = new("local", Heartbeat.Patience, true);
}

/// <summary>
/// A worker's right to a run. <paramref name="Token"/> rises each time somebody takes the run, so that the writes of one who was taken for dead, but only slept, are told from those of its successor and
/// refused. Each write under a lease renews it for <paramref name="Length"/>, by the clock of the store.
/// </summary>
public sealed record RunLease(RunId Run, string Node, long Token, TimeSpan Length);

/// <summary>Somebody else has taken the run meanwhile: nothing of the write is stored, and the work on it must end.</summary>
public sealed class LeaseLostException(RunId run) : Exception($"Run {run} was taken by another worker.")
{
    /// <summary>The run.</summary>
    public RunId Run { get; } = run;
}

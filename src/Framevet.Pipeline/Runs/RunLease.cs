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
/// A worker's right to a piece of work. <paramref name="Token"/> rises each time somebody takes it, so that the writes of one who was taken for dead, but only slept, are told from those of its successor and
/// refused. Each write under a lease renews it for <paramref name="Length"/>, by the clock of the store.
/// </summary>
public abstract record Lease(string Node, long Token, TimeSpan Length)
{
    /// <summary>The piece of work, as people call it.</summary>
    public abstract string What { get; }
}

/// <summary>A worker's right to a run.</summary>
public sealed record RunLease(RunId Run, string Node, long Token, TimeSpan Length) : Lease(Node, Token, Length)
{
    /// <inheritdoc/>
    public override string What => $"Run {Run}";
}

/// <summary>A worker's right to a row of another kind: an export, a link.</summary>
public sealed record RowLease(string Kind, Guid Id, string Node, long Token, TimeSpan Length) : Lease(Node, Token, Length)
{
    /// <inheritdoc/>
    public override string What => $"{Kind} {Id:N}";
}

/// <summary>Rows that one worker at a time has in hand, as <see cref="IRunStore"/> says of runs.</summary>
public interface ILeasedRows
{
    /// <summary>Takes the row for a worker: one conditional update. Null when there is none, or somebody else has a lease that has not run out. A node takes again what it had itself.</summary>
    Task<RowLease?> TryTakeAsync(Guid id, WorkNode node, CancellationToken ct);

    /// <summary>A sign of life of the holder.</summary>
    /// <exception cref="LeaseLostException">Another worker has taken the row.</exception>
    Task RenewAsync(RowLease lease, CancellationToken ct);

    /// <summary>Gives the row back, if the lease still counts; its token stays used.</summary>
    Task ReleaseAsync(RowLease lease, CancellationToken ct);
}

/// <summary>Somebody else has taken the work meanwhile: nothing of the write is stored, and the work on it must end.</summary>
public sealed class LeaseLostException(Lease lease) : Exception($"{lease?.What} was taken by another worker.")
{
    /// <summary>The lease that counts no more.</summary>
    public Lease Lease { get; } = lease!;
}

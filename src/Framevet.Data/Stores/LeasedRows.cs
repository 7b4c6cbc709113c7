using Framevet.Pipeline.Runs;

namespace Framevet.Data.Stores;

/// <summary>Rows that one worker at a time has in hand; see <see cref="LeaseWrites"/>.</summary>
/// <param name="gate">For writes.</param>
/// <param name="clock">The clock where the database has none.</param>
/// <param name="table">The table.</param>
/// <param name="kind">What people call a row of it.</param>
internal abstract class LeasedRows(WriteGate gate, TimeProvider clock, string table, string kind) : ILeasedRows
{
    /// <summary>The clock where the database has none.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>For writes.</summary>
    protected WriteGate Gate => gate;

    public async Task<RowLease?> TryTakeAsync(Guid id, WorkNode node, CancellationToken ct) =>
        await gate.StepAsync((scope, token) => LeaseWrites.TryTakeAsync(scope, table, id, node, clock, token), ct).ConfigureAwait(false) is { } taken ? new RowLease(kind, id, node.Id, taken, node.Lease) : null;

    public Task RenewAsync(RowLease lease, CancellationToken ct) => WriteAsync(lease, (_, _) => Task.FromResult(true), ct);

    public Task ReleaseAsync(RowLease lease, CancellationToken ct) => gate.StepAsync((scope, token) => LeaseWrites.ReleaseAsync(scope, table, lease.Id, lease, token), ct);

    /// <summary>A write that is stored only while the lease counts, if there is one.</summary>
    /// <exception cref="LeaseLostException">Another worker has taken the row.</exception>
    protected Task<T> WriteAsync<T>(RowLease? lease, Func<WriteScope, CancellationToken, Task<T>> work, CancellationToken ct) => gate.StepAsync(
        async (scope, token) =>
        {
            if (lease is not null)
            {
                await LeaseWrites.RenewAsync(scope, table, lease.Id, lease, clock, token).ConfigureAwait(false);
            }

            return await work(scope, token).ConfigureAwait(false);
        },
        ct);
}

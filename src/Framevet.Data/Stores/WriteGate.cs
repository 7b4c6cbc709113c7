using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Framevet.Data.Stores;

/// <summary>
/// One writer at a time in this process. SQLite allows one write transaction per file; without the gate, jobs that write at once would
/// spin on its lock with sleeping threads and no fairness. Each transaction begins IMMEDIATE (Microsoft.Data.Sqlite's default), so it never
/// fails half-way because another began to write, and what it reads stays true until it commits. Readers never wait (WAL). Writers outside
/// the gate (Identity, another process) are covered by busy_timeout.
/// </summary>
internal sealed class WriteGate(IDbContextFactory<FramevetDb> contexts) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Does the work in one transaction: all of it is stored, or nothing when it throws or is cancelled.</summary>
    public async Task<T> WriteAsync<T>(Func<WriteScope, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
            await using (db.ConfigureAwait(false))
            {
                var transaction = await db.Database.BeginTransactionAsync(ct).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    using var scope = new WriteScope(db, transaction.GetDbTransaction());
                    var result = await work(scope, ct).ConfigureAwait(false);
                    await transaction.CommitAsync(ct).ConfigureAwait(false);
                    return result;
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<WriteScope, CancellationToken, Task> work, CancellationToken ct) =>
        WriteAsync(
            async (scope, token) =>
            {
                await work(scope, token).ConfigureAwait(false);
                return true;
            },
            ct);

    public void Dispose() => _one.Dispose();
}

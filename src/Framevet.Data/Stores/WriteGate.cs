using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Framevet.Data.Stores;

/// <summary>
/// Write transactions, in three widths. A whole write excludes every other whole write, on all nodes: what it reads stays true until it commits. A write of a run excludes other writes of that run.
/// A step is guarded by the conditions of its own statement. On SQLite all three are the same: one writer at a time in this process, because SQLite allows one write transaction per file, and without
/// the gate, jobs that write at once would spin on its lock with sleeping threads and no fairness. There each transaction begins IMMEDIATE (Microsoft.Data.Sqlite's default), so it never
/// fails half-way because another began to write. Readers never wait on either. Writers outside the gate (Identity; on SQLite, another process) are covered by busy_timeout and row locks.
/// </summary>
internal sealed class WriteGate(IDbContextFactory<FramevetDb> contexts) : IDisposable
{
    private const int Tries = 4;

    private readonly SemaphoreSlim _one = new(1, 1);

    private readonly Lazy<bool> _hasOneWriter = new(() =>
    {
        using var db = contexts.CreateDbContext();
        return db.Dialect.HasOneWriter;
    });

    /// <summary>A whole write: all of it is stored, or nothing when it throws or is cancelled.</summary>
    public Task<T> WriteAsync<T>(Func<WriteScope, CancellationToken, Task<T>> work, CancellationToken ct) =>
        OneAtATimeAsync(() => TransactAsync((scope, token) => scope.Db.Dialect.HoldAllAsync(scope, token), work, ct), ct);

    /// <inheritdoc cref="WriteAsync{T}(Func{WriteScope, CancellationToken, Task{T}}, CancellationToken)"/>
    public Task WriteAsync(Func<WriteScope, CancellationToken, Task> work, CancellationToken ct) => WriteAsync(Answering(work), ct);

    /// <summary>A write of one run: it reads and changes rows of this run only.</summary>
    public Task<T> WriteAsync<T>(RunId run, Func<WriteScope, CancellationToken, Task<T>> work, CancellationToken ct) =>
        InTurnAsync(() => TransactAsync((scope, token) => scope.Db.Dialect.HoldRunAsync(scope, run, token), work, ct), ct);

    /// <inheritdoc cref="WriteAsync{T}(RunId, Func{WriteScope, CancellationToken, Task{T}}, CancellationToken)"/>
    public Task WriteAsync(RunId run, Func<WriteScope, CancellationToken, Task> work, CancellationToken ct) => WriteAsync(run, Answering(work), ct);

    /// <summary>A step: one statement that names every condition under which it may change a row, and what follows from it.</summary>
    public Task<T> StepAsync<T>(Func<WriteScope, CancellationToken, Task<T>> work, CancellationToken ct) => InTurnAsync(() => TransactAsync((_, _) => Task.CompletedTask, work, ct), ct);

    /// <summary>Something that must not happen twice at once on any node, and that writes past the gate. With a file there is but one process, and a transaction around it would keep its writes out.</summary>
    public Task AloneAsync(Action work, CancellationToken ct)
    {
        if (!_hasOneWriter.Value)
        {
            return WriteAsync((_, _) => Task.Run(work, CancellationToken.None), ct);
        }

        work();
        return Task.CompletedTask;
    }

    public void Dispose() => _one.Dispose();

    private static Func<WriteScope, CancellationToken, Task<bool>> Answering(Func<WriteScope, CancellationToken, Task> work) => async (scope, token) =>
    {
        await work(scope, token).ConfigureAwait(false);
        return true;
    };

    private async Task<T> OneAtATimeAsync<T>(Func<Task<T>> transact, CancellationToken ct)
    {
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await transact().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private Task<T> InTurnAsync<T>(Func<Task<T>> transact, CancellationToken ct) => _hasOneWriter.Value ? OneAtATimeAsync(transact, ct) : transact();

    private async Task<T> TransactAsync<T>(Func<WriteScope, CancellationToken, Task> hold, Func<WriteScope, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
            await using (db.ConfigureAwait(false))
            {
                var dialect = db.Dialect;
                try
                {
                    return await OnceAsync(db, hold, work, ct).ConfigureAwait(false);
                }
                catch (Exception trouble) when (attempt < Tries && dialect.MayRepeat(trouble))
                {
                    // Two writers held what the other wanted; the database let this one go, and nothing of it is stored.
                    continue;
                }
            }
        }
    }

    private static async Task<T> OnceAsync<T>(FramevetDb db, Func<WriteScope, CancellationToken, Task> hold, Func<WriteScope, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            using var scope = new WriteScope(db, transaction.GetDbTransaction());
            await hold(scope, ct).ConfigureAwait(false);
            var result = await work(scope, ct).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
            return result;
        }
    }
}

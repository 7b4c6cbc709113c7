using System.Globalization;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>
/// Leases of runs, exports and links, which have the same three columns for them: all times by the clock of the database, so that clocks of nodes may differ. <c>table</c> is the name of one of ours,
/// <c>id</c> its key.
/// </summary>
internal static class LeaseWrites
{
    /// <summary>See <see cref="IRunStore.TryTakeAsync"/>; the new token, or null.</summary>
    public static Task<long?> TryTakeAsync<TKey>(WriteScope scope, string table, TKey id, WorkNode node, TimeProvider clock, CancellationToken ct)
    {
        var now = scope.Db.Dialect.Now(clock);
        return scope.Command($"""
            UPDATE "{table}" SET "LeaseToken" = "LeaseToken" + 1, "Worker" = @node, "LeaseUntil" = {now} + @length
            WHERE "Id" = @id AND ("LeaseUntil" IS NULL OR "LeaseUntil" < {now} OR "Worker" = @node)
            RETURNING "LeaseToken"
            """).With("@id", id).With("@node", node.Id).With("@length", node.Lease.Ticks).NumberAsync(ct);
    }

    /// <summary>See <see cref="IRunStore.ReleaseAsync"/>.</summary>
    public static Task<int> ReleaseAsync<TKey>(WriteScope scope, string table, TKey id, Lease lease, CancellationToken ct) =>
        scope.Command($"""UPDATE "{table}" SET "Worker" = NULL, "LeaseUntil" = NULL WHERE "Id" = @id AND "LeaseToken" = @token""")
            .With("@id", id).With("@token", lease.Token).ExecuteNonQueryAsync(ct);

    /// <summary>The first statement of a write under a lease; it holds the row until the write is over, so nobody takes the work in between.</summary>
    /// <exception cref="LeaseLostException">Somebody has taken it.</exception>
    public static async Task RenewAsync<TKey>(WriteScope scope, string table, TKey id, Lease lease, TimeProvider clock, CancellationToken ct)
    {
        var renewed = await scope.Command($"""UPDATE "{table}" SET "LeaseUntil" = CASE WHEN "Worker" = @node THEN {scope.Db.Dialect.Now(clock)} + @length ELSE "LeaseUntil" END WHERE "Id" = @id AND "LeaseToken" = @token""")
            .With("@id", id).With("@token", lease.Token).With("@node", lease.Node).With("@length", lease.Length.Ticks).ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        if (renewed == 0)
        {
            throw new LeaseLostException(lease);
        }
    }

    /// <summary>See <see cref="IRunStore.OrphansAsync"/>.</summary>
    public static IQueryable<RunTable> Orphans(FramevetDb db, TimeProvider clock) =>
#pragma warning disable EF1002 // The dialect's own words and a number.
        db.Runs.FromSqlRaw(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT * FROM "Runs" WHERE "State" IN ('Running', 'Cancelling', 'Finishing') AND (("LeaseUntil" IS NULL AND "State" <> 'Finishing') OR "LeaseUntil" < {db.Dialect.Now(clock)})
            """)).OrderBy(r => r.CreatedAt).ThenBy(r => r.Id);
#pragma warning restore EF1002
}

using System.Collections.Immutable;
using System.Data;
using System.Data.Common;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Framevet.Data.Engines;

/// <summary>PostgreSQL: many writers, on several machines. What SQLite has by being one file, a lock says here.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    /// <summary>Names the lock of whole writes among the advisory locks of the database ("framevet" in ASCII).</summary>
    private const long AllWrites = 0x6672616d65766574;

    /// <summary>The lock of those who look whose turn it is.</summary>
    private const long Turns = AllWrites + 1;

    public static PostgresDialect Instance { get; } = new();

    public override DbParameter Parameter(string name, object value) => new NpgsqlParameter(name, value);

    public override string Numbers(string parameter) => $"(SELECT e::bigint AS value FROM json_array_elements_text({parameter}::json) e)";

    public override string Texts(string parameter) => $"(SELECT e AS value FROM json_array_elements_text({parameter}::json) e)";

    public override string JoinFromList => "JOIN";

    public override string JsonNumber(string column, string name) => $"({column}::json ->> '{name}')::float8";

    public override string DescendingNullsLast => " NULLS LAST";

    public override string SkipLocked => " FOR UPDATE SKIP LOCKED";

    public override string AuditHeight => """SELECT "Highest" AS "Value" FROM "AuditHeight" """;

    // 621355968000000000 ticks lie between the year 1 and the epoch.
    public override string Now(TimeProvider clock) => "((EXTRACT(EPOCH FROM clock_timestamp()) * 10000000)::bigint + 621355968000000000)";

    public override async Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken ct) =>
        await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);

    public override bool HasOneWriter => false;

    public override Task HoldAllAsync(WriteScope scope, CancellationToken ct) =>
        scope.Command("SELECT pg_advisory_xact_lock(@lock)").With("@lock", AllWrites).ExecuteNonQueryAsync(ct);

    public override Task HoldTurnsAsync(WriteScope scope, CancellationToken ct) =>
        scope.Command("SELECT pg_advisory_xact_lock(@lock)").With("@lock", Turns).ExecuteNonQueryAsync(ct);

    // Rows that refer to the run may be added by others meanwhile: that only forbids to take its key away.
    public override Task HoldRunAsync(WriteScope scope, RunId run, CancellationToken ct) =>
        scope.Command("""SELECT 1 FROM "Runs" WHERE "Id" = @id FOR NO KEY UPDATE""").With("@id", run).ExecuteNonQueryAsync(ct);

    public override bool MayRepeat(Exception trouble) =>
        (trouble as PostgresException ?? trouble.InnerException as PostgresException)?.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    public override Task InsertFramesAsync(WriteScope scope, RunId run, ImmutableArray<Candidate> batch, long revision, DateTimeOffset now, CancellationToken ct) =>
        FrameCopy.InsertAsync(scope, run, batch, revision, now, ct);

    public override Task BeforeErasingAsync(WriteScope scope, CancellationToken ct) => Task.CompletedTask;

    // Old versions of rows stay in the table's file until it is written anew, and one that somebody's snapshot may still see goes along once more.
    public override async Task AfterErasingAsync(FramevetDb db, string table, CancellationToken ct)
    {
        for (var round = 0; round < 3; round++)
        {
#pragma warning disable EF1002 // The name of one of our tables.
            await db.Database.ExecuteSqlRawAsync($"VACUUM FULL \"{table}\"", ct).ConfigureAwait(false);
#pragma warning restore EF1002
            await Task.Delay(200, ct).ConfigureAwait(false);
        }
    }
}

using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Engines;

/// <summary>SQLite: one file, one writer.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    public static SqliteDialect Instance { get; } = new();

    public override DbParameter Parameter(string name, object value) => new SqliteParameter(name, value);

    public override string Numbers(string parameter) => $"json_each({parameter})";

    public override string Texts(string parameter) => $"json_each({parameter})";

    // Never reordered by the planner.
    public override string JoinFromList => "CROSS JOIN";

    public override string JsonNumber(string column, string name) => $"""json_extract({column}, '$."{name}"')""";

    public override string DescendingNullsLast => "";

    public override string SkipLocked => "";

    public override string AuditHeight => """SELECT "seq" AS "Value" FROM sqlite_sequence WHERE name = 'Audit'""";

    public override string Now(TimeProvider clock) => clock.GetUtcNow().UtcTicks.ToString(CultureInfo.InvariantCulture);

    public override Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken ct) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: true));

    public override bool HasOneWriter => true;

    public override Task HoldAllAsync(WriteScope scope, CancellationToken ct) => Task.CompletedTask;

    public override Task HoldTurnsAsync(WriteScope scope, CancellationToken ct) => Task.CompletedTask;

    public override Task HoldRunAsync(WriteScope scope, RunId run, CancellationToken ct) => Task.CompletedTask;

    public override bool MayRepeat(Exception trouble) => false;

    public override Task InsertFramesAsync(WriteScope scope, RunId run, ImmutableArray<Candidate> batch, long revision, DateTimeOffset now, CancellationToken ct) =>
        FrameWrites.InsertEachAsync(scope, run, batch, revision, now, ct);

    // Overwrites what is replaced, or the old text would stay readable in the file.
    public override Task BeforeErasingAsync(WriteScope scope, CancellationToken ct) => scope.Command("PRAGMA secure_delete = ON").ExecuteScalarAsync(ct);

    // The journal still holds pages with the old text.
    public override Task AfterErasingAsync(FramevetDb db, string table, CancellationToken ct) => db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", ct);
}

using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Tests;

/// <summary>What only a file has.</summary>
public sealed class SqliteFileSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pts", false)]
    [InlineData("pts", true)]
    [InlineData("quality", true)]
    public async Task The_usual_orders_read_an_index_and_sort_nothing(string sort, bool descending)
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await using var db = database.Context();
        var sql = new FramesSql(new FramesFilter(RunId.New(database.Clock.Now), Sort: sort, Descending: descending), db.Dialect);
        await db.Database.OpenConnectionAsync(Ct);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql.Page(0, 50);
        command.Parameters.AddRange(sql.Parameters());
        await using var reader = await command.ExecuteReaderAsync(Ct);

        var plan = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            plan.Add(reader.GetString(3));
        }

        plan.ShouldHaveSingleItem().ShouldContain("USING INDEX");
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_a_save_leaves_a_sound_file_without_that_save()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        await store.SaveCandidatesAsync(run, [Make.Candidate(-1)], new Funnel(), Ct);
        TestDatabase? killed = null;

        await database.Get<WriteGate>().WriteAsync(
            async (scope, ct) =>
            {
                // More than the page cache holds, so that unfinished pages are in the file when it is copied.
                var batch = Enumerable.Range(0, 60_000).Select(i => Make.Candidate(i)).ToImmutableArray();
                await FrameWrites.InsertAsync(scope, run, batch, 100, database.Clock.Now, ct);
                killed = database.CopyAsIfKilled();
            },
            Ct);

        await using var copy = killed.ShouldNotBeNull();
        new FileInfo(copy.File + "-wal").Length.ShouldBeGreaterThan(1_000_000);
        (await copy.Get<DatabaseStart>().CheckIntegrityAsync(Ct)).ShouldBeEmpty();
        (await copy.Get<IRunStore>().CandidatesAsync(run, Ct)).Select(c => c.Pts.Value).ShouldBe([-1]);
        (await store.CandidatesAsync(run, Ct)).Length.ShouldBe(60_001);
    }

    [Fact]
    public async Task Migrations_apply_from_empty_and_leave_a_sound_file_in_WAL_mode()
    {
        await using var database = await TestDatabase.EmptyAsync();

        await database.Get<DatabaseStart>().MigrateAsync(Ct);

        await using var db = database.Context();
        (await db.Database.GetPendingMigrationsAsync(Ct)).ShouldBeEmpty();
        (await database.Get<DatabaseStart>().CheckIntegrityAsync(Ct)).ShouldBeEmpty();
        (await db.Database.SqlQueryRaw<string>("SELECT journal_mode AS \"Value\" FROM pragma_journal_mode").ToListAsync(Ct)).Single().ShouldBe("wal");
        (await database.NumberAsync("SELECT synchronous AS \"Value\" FROM pragma_synchronous", Ct)).ShouldBe(1);
        (await database.NumberAsync("SELECT foreign_keys AS \"Value\" FROM pragma_foreign_keys", Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task A_lock_left_behind_by_a_killed_migration_does_not_block_the_next_start()
    {
        await using var database = await TestDatabase.EmptyAsync();
        await database.ExecuteAsync("""CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');""", Ct);

        await database.Get<DatabaseStart>().MigrateAsync(Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);

        await using var db = database.Context();
        (await db.Database.GetPendingMigrationsAsync(Ct)).ShouldBeEmpty();
    }

    private static async Task<(IRunStore Store, RunId Run)> WithRunAsync(TestDatabase database)
    {
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        return (database.Get<IRunStore>(), run.Id);
    }
}

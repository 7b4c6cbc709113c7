using System.Collections.Immutable;
using Framevet.Data.Backups;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Tests;

/// <summary>From a file to a server and back, with everything in between.</summary>
public sealed class MoveSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_installation_moves_row_for_row_and_goes_on_where_it_was()
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();

        var tables = await DataMove.MoveAsync(file.File, server.Server, Ct);

        tables.Single(t => t.Name == "Frames").Rows.ShouldBe(40);
        tables.Select(t => t.Name).Order(StringComparer.Ordinal).ShouldBe((await DigestsAsync(file)).Select(t => t.Name).Order(StringComparer.Ordinal));
        tables.OrderBy(t => t.Name, StringComparer.Ordinal).ShouldBe((await DigestsAsync(file)).OrderBy(t => t.Name, StringComparer.Ordinal));
        var run = (await file.Get<IRunStore>().InStatesAsync([RunState.Running], Ct)).Single();
        Tables.RowJson.Write(await server.Get<IRunStore>().GetAsync(run.Id, Ct)).ShouldBe(Tables.RowJson.Write(run));
        (await server.Get<IRunStore>().CandidatesAsync(run.Id, Ct)).Select(c => (c.Pts, c.Fingerprint)).ShouldBe((await file.Get<IRunStore>().CandidatesAsync(run.Id, Ct)).Select(c => (c.Pts, c.Fingerprint)));
        (await server.Get<AuditChain>().VerifyAsync(Ct)).ShouldBe(await file.Get<AuditChain>().VerifyAsync(Ct));

        // Numbers go on above those that were given.
        await server.Get<IAuditTrail>().AppendAsync(Make.Person("ann"), "after", "move", null, null, Ct);
        await server.Get<IRunStore>().LogAsync(run.Id, RunLogLevel.Info, "after the move", Ct);
        (await server.Get<AuditChain>().VerifyAsync(Ct)).Verified.ShouldBe(6);
    }

    [Fact]
    public async Task A_missing_end_of_the_audit_trail_is_missing_after_the_move_too()
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();
        await file.ExecuteAsync("""DROP TRIGGER "AuditRefusesDelete"; DELETE FROM "Audit" WHERE "Id" = 5""", Ct);

        await DataMove.MoveAsync(file.File, server.Server, Ct);

        (await server.Get<AuditChain>().VerifyAsync(Ct)).BrokenAt.ShouldBe(5);
    }

    [Fact]
    public async Task A_database_that_is_not_empty_is_refused_and_a_broken_move_starts_again()
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();
        await server.Get<DatabaseStart>().MigrateAsync(Ct);
        await server.ExecuteAsync("""
            CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION 'the cable was cut'; END $f$;
            CREATE TRIGGER breaks BEFORE INSERT ON "RunLog" FOR EACH ROW EXECUTE FUNCTION breaks();
            """, Ct);

        (await Should.ThrowAsync<Npgsql.PostgresException>(() => DataMove.MoveAsync(file.File, server.Server, Ct))).Message.ShouldContain("cable");

        (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Runs" """, Ct)).ShouldBe(0);
        await server.ExecuteAsync("""
            DROP TRIGGER breaks ON "RunLog"; DROP FUNCTION breaks();
            CREATE FUNCTION alters() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW."Text" := 'something else'; RETURN NEW; END $f$;
            CREATE TRIGGER alters BEFORE INSERT ON "RunLog" FOR EACH ROW EXECUTE FUNCTION alters();
            """, Ct);

        var other = await Should.ThrowAsync<VettingException>(() => DataMove.MoveAsync(file.File, server.Server, Ct));

        (other.Code, other.Message.Contains("RunLog", StringComparison.Ordinal)).ShouldBe((FailureCode.SourceRefused, true), other.Message);
        (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Runs" """, Ct)).ShouldBe(0);
        await server.ExecuteAsync("""DROP TRIGGER alters ON "RunLog"; DROP FUNCTION alters();""", Ct);
        (await DataMove.MoveAsync(file.File, server.Server, Ct)).Sum(t => t.Rows).ShouldBeGreaterThan(50);

        (await Should.ThrowAsync<VettingException>(() => DataMove.MoveAsync(file.File, server.Server, Ct))).Message.ShouldContain("not empty");
        Directory.GetFiles(Path.GetDirectoryName(file.File)!, ".moving*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backup_of_a_server_in_use_is_restored_there_and_what_came_after_is_kept_beside_it()
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();
        using var place = new TemporaryFolder();
        var tables = await DataMove.MoveAsync(file.File, server.Server, Ct);
        using var stop = new CancellationTokenSource();
        var writing = WriteOnAsync(server, stop.Token);

        var manifest = await server.Get<BackupWriter>().WriteAsync(place["backup"], Places(place), withMedia: false, Ct);

        await stop.CancelAsync();
        var written = await writing;
        Tables.RowJson.Write(await BackupReader.VerifyAsync(place["backup"], Ct)).ShouldBe(Tables.RowJson.Write(manifest));
        manifest.Tables.Where(t => t.Name == "Frames").ShouldBe(tables.Where(t => t.Name == "Frames"));
        var entries = manifest.Tables.Single(t => t.Name == "Audit").Rows;
        entries.ShouldBeInRange(5, 5 + written);

        await server.ExecuteAsync("""DELETE FROM "Frames" """, Ct);
        await server.Get<BackupReader>().RestoreAsync(place["backup"], place.Path, Places(place), Ct);

        (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Frames" """, Ct)).ShouldBe(40);
        (await server.Get<AuditChain>().VerifyAsync(Ct)).ShouldSatisfyAllConditions(c => c.BrokenAt.ShouldBeNull(), c => c.Verified.ShouldBe(entries));
        (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM pg_namespace WHERE nspname LIKE 'before_restore_%'""", Ct)).ShouldBe(1);

        // The same backup is a file for who goes back to one.
        await using var elsewhere = await TestDatabase.EmptyAsync();
        await elsewhere.Get<BackupReader>().RestoreAsync(place["backup"], Path.GetDirectoryName(elsewhere.File)!, new BackupPlaces(elsewhere.File, place["keys2"], place["blobs2"]), Ct);
        (await elsewhere.Get<AuditChain>().VerifyAsync(Ct)).Verified.ShouldBe(entries);
    }

    private static BackupPlaces Places(TemporaryFolder place) => new(place["none.db"], place["keys"], place["blobs"]);

    private static async Task<int> WriteOnAsync(TestDatabase server, CancellationToken stop)
    {
        var written = 0;
        while (!stop.IsCancellationRequested)
        {
            await server.Get<IAuditTrail>().AppendAsync(Actor.System, "test.write", $"{written++}", null, null, CancellationToken.None);
        }

        return written;
    }

    /// <summary>A file with rows of most kinds: texts of several scripts, NULLs, numbers at their ends, truth values, ids, bytes.</summary>
    private static async Task<TestDatabase> FilledAsync()
    {
        var database = await TestDatabase.MigratedAsync(Ct);
        var (store, clock) = (database.Get<IRunStore>(), database.Clock);
        var run = Make.Run(clock.Now, name: "Ünïcode ✓ 'quoted' \"twice\".mp4", state: RunState.Running);
        await store.AddAsync(run, Ct);
        await store.SaveCandidatesAsync(run.Id, [.. Enumerable.Range(0, 40).Select(i => Make.Candidate(i == 39 ? long.MaxValue : i, i / 40f) with { Fingerprint = ulong.MaxValue - (ulong)i })], new Funnel(), Ct);
        await store.LogAsync(run.Id, RunLogLevel.Warning, "line\none", Ct);
        await database.Get<MarkStore>().DoAsync(run.Id, MarkOrder.Set("key", new MarkSet { Stars = 3 }, [1, 2, 3]), Make.Person("bob"), Ct);
        var item = await ReviewCalls.AddAsync(database, "adult", ReviewSeverity.High);
        await ReviewCalls.DecideAsync(database, item, "bob", Decision.Block);
        await ReviewCalls.AddUserAsync(database);
        await database.Get<CookieStore>().SaveAsync("ann", [0, 1, 255], ["example.org"], null, Ct);
        await database.Get<SessionStore>().SweepAsync(clock.Now, Ct);
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromTicks(7));
            await database.Get<IAuditTrail>().AppendAsync(Make.Person("ann"), "test", $"é{i}", null, """{"x":1}""", Ct);
        }

        return database;
    }

    private static async Task<ImmutableArray<BackupTable>> DigestsAsync(TestDatabase database)
    {
        await using var db = database.Context();
        await db.Database.OpenConnectionAsync(Ct);
        return [.. TableDigest.Of((Microsoft.Data.Sqlite.SqliteConnection)db.Database.GetDbConnection(), Ct).Where(t => !t.Name.StartsWith("__", StringComparison.Ordinal))];
    }
}

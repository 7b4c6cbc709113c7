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

        var tables = await DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct);

        tables.Single(t => t.Name == "Frames").Rows.ShouldBe(40);
        tables.Select(t => t.Name).Order(StringComparer.Ordinal).ShouldBe((await DigestsAsync(file)).Select(t => t.Name).Order(StringComparer.Ordinal));
        tables.OrderBy(t => t.Name, StringComparer.Ordinal).ShouldBe((await DigestsAsync(file)).OrderBy(t => t.Name, StringComparer.Ordinal));
        var run = (await file.Get<IRunStore>().InStatesAsync([RunState.Running], Ct)).Single();
        Tables.RowJson.Write(await server.Get<IRunStore>().GetAsync(run.Id, Ct)).ShouldBe(Tables.RowJson.Write(run));
        (await server.Get<IRunStore>().CandidatesAsync(run.Id, Ct)).Select(c => (c.Pts, c.Fingerprint)).ShouldBe((await file.Get<IRunStore>().CandidatesAsync(run.Id, Ct)).Select(c => (c.Pts, c.Fingerprint)));

        // The move is the next entry of the trail on the server, and of no other.
        (await file.Get<AuditChain>().VerifyAsync(Ct)).Verified.ShouldBe(5);
        (await server.Get<AuditChain>().VerifyAsync(Ct)).ShouldSatisfyAllConditions(c => c.BrokenAt.ShouldBeNull(), c => c.Verified.ShouldBe(6));
        (await server.NumberAsync($"""SELECT COUNT(*) AS "Value" FROM "Audit" WHERE "Id" = 6 AND "Action" = 'data.move' AND "After" LIKE '%"rows":{tables.Sum(t => t.Rows)}%'""", Ct)).ShouldBe(1);

        // Numbers go on above those that were given.
        await server.Get<IAuditTrail>().AppendAsync(Make.Person("ann"), "after", "move", null, null, Ct);
        await server.Get<IRunStore>().LogAsync(run.Id, RunLogLevel.Info, "after the move", Ct);
        (await server.Get<AuditChain>().VerifyAsync(Ct)).Verified.ShouldBe(7);
    }

    [Theory]
    [InlineData("RunLog", "Text", "Id 1")]
    [InlineData("Runs", "SourceName", "Id ")]
    public async Task A_text_that_a_server_cannot_hold_is_named_by_its_place_and_nothing_is_kept(string table, string column, string row)
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();
        await file.ExecuteAsync($"""UPDATE "{table}" SET "{column}" = 'before' || char(0) || 'after'""", Ct);

        var trouble = await Should.ThrowAsync<VettingException>(() => DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct));

        trouble.ShouldSatisfyAllConditions(t => t.Code.ShouldBe(FailureCode.SourceRefused), t => t.Message.ShouldStartWith($"Table {table}, row {row}"), t => t.Message.ShouldContain($"column {column} has the character U+0000"));
        (await server.NumberAsync("""SELECT (SELECT COUNT(*) FROM "Runs") + (SELECT COUNT(*) FROM "Audit") AS "Value" """, Ct)).ShouldBe(0);
        await file.ExecuteAsync($"""UPDATE "{table}" SET "{column}" = 'before and after'""", Ct);
        (await DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct)).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("14.19", "is PostgreSQL 14.19; version 15 or newer is needed.")]
    [InlineData("9.6.24", "is PostgreSQL 9.6.24; version 15 or newer is needed.")]
    [InlineData("15.0", null)]
    [InlineData("17.2", null)]
    public void A_server_that_is_too_old_is_refused_by_its_version(string version, string? trouble) => Engines.PostgresStart.TooOld(Version.Parse(version)).ShouldBe(trouble);

    [Fact]
    public async Task A_missing_end_of_the_audit_trail_is_missing_after_the_move_too()
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();
        await file.ExecuteAsync("""DROP TRIGGER "AuditRefusesDelete"; DELETE FROM "Audit" WHERE "Id" = 5""", Ct);

        await DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct);

        (await server.Get<AuditChain>().VerifyAsync(Ct)).BrokenAt.ShouldBe(5, "whatever came after it");
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

        (await Should.ThrowAsync<Npgsql.PostgresException>(() => DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct))).Message.ShouldContain("cable");

        (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Runs" """, Ct)).ShouldBe(0);
        await server.ExecuteAsync("""
            DROP TRIGGER breaks ON "RunLog"; DROP FUNCTION breaks();
            CREATE FUNCTION alters() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW."Text" := 'something else'; RETURN NEW; END $f$;
            CREATE TRIGGER alters BEFORE INSERT ON "RunLog" FOR EACH ROW EXECUTE FUNCTION alters();
            """, Ct);

        var other = await Should.ThrowAsync<VettingException>(() => DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct));

        (other.Code, other.Message.Contains("RunLog", StringComparison.Ordinal)).ShouldBe((FailureCode.SourceRefused, true), other.Message);
        (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Runs" """, Ct)).ShouldBe(0);
        await server.ExecuteAsync("""DROP TRIGGER alters ON "RunLog"; DROP FUNCTION alters();""", Ct);
        (await DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct)).Sum(t => t.Rows).ShouldBeGreaterThan(50);

        (await Should.ThrowAsync<VettingException>(() => DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct))).Message.ShouldContain("not empty");
        Directory.GetFiles(Path.GetDirectoryName(file.File)!, ".moving*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backup_of_a_server_in_use_is_restored_there_and_what_came_after_is_kept_beside_it()
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();
        using var place = new TemporaryFolder();
        var tables = await DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct);
        using var stop = new CancellationTokenSource();
        var writing = WriteOnAsync(server, stop.Token);

        var manifest = await server.Get<BackupWriter>().WriteAsync(place["backup"], Places(place), withMedia: false, Ct);

        await stop.CancelAsync();
        var written = await writing;
        Tables.RowJson.Write(await BackupReader.VerifyAsync(place["backup"], Ct)).ShouldBe(Tables.RowJson.Write(manifest));
        manifest.Tables.Where(t => t.Name == "Frames").ShouldBe(tables.Where(t => t.Name == "Frames"));
        var entries = manifest.Tables.Single(t => t.Name == "Audit").Rows;
        entries.ShouldBeInRange(6, 6 + written);

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

    [Fact]
    public async Task A_restore_that_fails_half_way_leaves_the_server_as_it_was()
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();
        using var place = new TemporaryFolder();
        await DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct);
        await server.Get<BackupWriter>().WriteAsync(place["backup"], Places(place), withMedia: false, Ct);
        await server.Get<IAuditTrail>().AppendAsync(Make.Person("ann"), "after", "the backup", null, null, Ct);
        var before = await server.NumberAsync(Everything, Ct);

        // Each is a backup that somebody damaged, and then: in its bytes; made to look whole, without a table; made to look whole, with a row that refers to nothing.
        var damaged = Damage(place, "bytes", null);
        await using (var stream = new FileStream(Path.Combine(damaged, BackupManifest.Database), FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Position = stream.Length / 2;
            stream.WriteByte(0x5a);
            stream.WriteByte(0xa5);
        }

        var short1 = Damage(place, "table", """DROP TABLE "RunLog";""");
        var loose = Damage(place, "row", """PRAGMA foreign_keys = OFF; UPDATE "Frames" SET "RunId" = 'ffffffffffffffffffffffffffffffff';""");
        foreach (var (backup, says) in new[] { (damaged, "is not what was written"), (short1, "RunLog"), (loose, "Frames") })
        {
            var trouble = await Should.ThrowAsync<Exception>(() => server.Get<BackupReader>().RestoreAsync(backup, place.Path, Places(place), Ct));
            trouble.ToString().ShouldContain(says);
            (await server.NumberAsync(Everything, Ct)).ShouldBe(before, backup);
            (await server.Get<AuditChain>().VerifyAsync(Ct)).BrokenAt.ShouldBeNull();
            (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM pg_namespace WHERE nspname LIKE 'before_restore_%'""", Ct)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_restore_that_was_killed_loses_nothing_and_can_be_repeated()
    {
        await using var file = await FilledAsync();
        await using var server = await TestDatabase.EmptyServerAsync();
        using var place = new TemporaryFolder();
        await DataMove.MoveAsync(file.File, server.Server, file.Clock, Ct);
        await server.Get<BackupWriter>().WriteAsync(place["backup"], Places(place), withMedia: false, Ct);

        // As it stands when the process dies after the tables were set aside: an empty schema, and the old one beside it.
        await server.ExecuteAsync("ALTER SCHEMA public RENAME TO before_restore_20260101_000000; CREATE SCHEMA public", Ct);
        await server.Get<BackupReader>().RestoreAsync(place["backup"], place.Path, Places(place), Ct);

        (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Frames" """, Ct)).ShouldBe(40);
        (await server.NumberAsync("""SELECT COUNT(*) AS "Value" FROM before_restore_20260101_000000."Frames" """, Ct)).ShouldBe(40);
        (await server.Get<AuditChain>().VerifyAsync(Ct)).ShouldSatisfyAllConditions(c => c.BrokenAt.ShouldBeNull(), c => c.Verified.ShouldBe(6));
    }

    private const string Everything = """SELECT (SELECT COUNT(*) FROM "Frames") * 1000 + (SELECT COUNT(*) FROM "Audit") * 100 + (SELECT COUNT(*) FROM "RunLog") * 10 + (SELECT COUNT(*) FROM "Runs") AS "Value" """;

    /// <summary>A copy of the backup with other content, whose list says that it is what was written; without SQL just a copy.</summary>
    private static string Damage(TemporaryFolder place, string name, string? sql)
    {
        var folder = place[name];
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.GetFiles(place["backup"]))
        {
            File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
        }

        if (sql is null)
        {
            return folder;
        }

        var database = Path.Combine(folder, BackupManifest.Database);
        var list = Path.Combine(folder, BackupManifest.FileName);
        var manifest = System.Text.Json.JsonSerializer.Deserialize<BackupManifest>(File.ReadAllBytes(list), PipelineJson.Options)!;
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={database};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Texts of tests.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
            manifest = manifest with { Tables = TableDigest.Of(connection, Ct) };
        }

        var bytes = File.ReadAllBytes(database);
        manifest = manifest with { Files = [.. manifest.Files.Select(f => f.Path == BackupManifest.Database ? f with { Bytes = bytes.Length, Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)) } : f)] };
        File.WriteAllBytes(list, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(manifest, PipelineJson.Options));
        return folder;
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

using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Tests;

public sealed class MigrationSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrations_apply_from_empty_and_leave_a_sound_file_in_WAL_mode()
    {
        await using var database = TestDatabase.Empty();

        await database.Get<DatabaseStart>().MigrateAsync(Ct);

        await using var db = database.Context();
        (await db.Database.GetPendingMigrationsAsync(Ct)).ShouldBeEmpty();
        (await database.Get<DatabaseStart>().CheckIntegrityAsync(Ct)).ShouldBeEmpty();
        (await db.Database.SqlQueryRaw<string>("SELECT journal_mode AS \"Value\" FROM pragma_journal_mode").ToListAsync(Ct)).Single().ShouldBe("wal");
        (await database.NumberAsync("SELECT synchronous AS \"Value\" FROM pragma_synchronous", Ct)).ShouldBe(1);
        (await database.NumberAsync("SELECT foreign_keys AS \"Value\" FROM pragma_foreign_keys", Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task The_model_has_no_changes_that_the_migrations_lack()
    {
        await using var database = TestDatabase.Empty();
        await using var db = database.Context();

        db.Database.HasPendingModelChanges().ShouldBeFalse();
    }

    [Fact]
    public async Task A_lock_left_behind_by_a_killed_migration_does_not_block_the_next_start()
    {
        await using var database = TestDatabase.Empty();
        await database.ExecuteAsync("""CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');""", Ct);

        await database.Get<DatabaseStart>().MigrateAsync(Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);

        await using var db = database.Context();
        (await db.Database.GetPendingMigrationsAsync(Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Starting_again_keeps_what_is_there()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await database.ExecuteAsync("""INSERT INTO "Media" ("Sha256", "Key", "Bytes", "CreatedAt") VALUES ('a', 'k', 1, 0)""", Ct);

        await database.Get<DatabaseStart>().MigrateAsync(Ct);

        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Media" """, Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task A_misspelled_option_stops_the_start()
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder();
        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(configuration, [new("Data:Foldr", "x")]);
        await using var services = Microsoft.Extensions.DependencyInjection.ServiceCollectionContainerBuilderExtensions.BuildServiceProvider(
            new Microsoft.Extensions.DependencyInjection.ServiceCollection().AddFramevetData(configuration.Build()));

        Should.Throw<InvalidOperationException>(() => Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions
            .GetRequiredService<Microsoft.Extensions.Options.IOptions<DataOptions>>(services).Value).Message.ShouldContain("Foldr");
    }
}

using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Tests;

public class MigrationSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrations_apply_from_empty_and_nodes_may_start_at_once()
    {
        await using var database = await TestDatabase.EmptyAsync();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => database.Get<DatabaseStart>().MigrateAsync(Ct), Ct)));

        await using var db = database.Context();
        (await db.Database.GetPendingMigrationsAsync(Ct)).ShouldBeEmpty();
        (await database.Get<DatabaseStart>().CheckIntegrityAsync(Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_model_has_no_changes_that_the_migrations_lack()
    {
        await using var database = await TestDatabase.EmptyAsync();
        await using var db = database.Context();

        db.Database.HasPendingModelChanges().ShouldBeFalse();
    }

    [Fact]
    public async Task Starting_again_keeps_what_is_there()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await database.ExecuteAsync("""INSERT INTO "Media" ("Sha256", "Key", "Bytes", "CreatedAt") VALUES ('a', 'k', 1, 0)""", Ct);

        await database.Get<DatabaseStart>().MigrateAsync(Ct);

        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Media" """, Ct)).ShouldBe(1);
    }

}

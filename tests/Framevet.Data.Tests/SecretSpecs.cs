using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Data.Tables;

namespace Framevet.Data.Tests;

/// <summary>API keys and the set-up link.</summary>
public class SecretSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_up_token_is_redeemed_once_however_many_try_at_once()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<SetupTokenStore>();
        var secret = await store.CreateAsync(TimeSpan.FromHours(1), Ct);
        (await store.IsValidAsync(secret, Ct)).ShouldBeTrue();

        var tries = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => store.TryRedeemAsync(secret, Ct), Ct)));

        tries.Count(t => t).ShouldBe(1);
        (await store.IsValidAsync(secret, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_set_up_token_ends_with_its_time_and_with_the_next_one()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<SetupTokenStore>();
        var first = await store.CreateAsync(TimeSpan.FromHours(1), Ct);
        var second = await store.CreateAsync(TimeSpan.FromHours(1), Ct);

        (await store.TryRedeemAsync(first, Ct)).ShouldBeFalse();
        (await store.IsValidAsync("", Ct)).ShouldBeFalse();
        database.Clock.Advance(TimeSpan.FromHours(1));
        (await store.TryRedeemAsync(second, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_is_recognised_by_its_secret_which_is_stored_nowhere()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, user) = await WithUserAsync(database);

        var key = await store.CreateAsync(user, "CI", ["runs.read", "runs.write"], null, Ct);

        var owner = (await store.FindAsync(key.Secret, Ct)).ShouldNotBeNull();
        (owner.KeyId, owner.UserId).ShouldBe((key.Row.Id, user));
        owner.Scopes.ShouldBe(["runs.read", "runs.write"]);
        key.Secret.ShouldStartWith(key.Row.Prefix);
        (await store.FindAsync(key.Secret + "x", Ct)).ShouldBeNull();
        (await store.FindAsync(key.Row.Prefix, Ct)).ShouldBeNull();
        (await database.StoredAsync(Ct)).ShouldNotContain(key.Secret[key.Row.Prefix.Length..]);
    }

    [Fact]
    public async Task A_revoked_or_expired_key_and_one_of_a_deactivated_account_open_nothing()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, user) = await WithUserAsync(database);
        var revoked = await store.CreateAsync(user, "a", ["x"], null, Ct);
        var expiring = await store.CreateAsync(user, "b", ["x"], database.Clock.Now.AddHours(1), Ct);
        var plain = await store.CreateAsync(user, "c", ["x"], null, Ct);

        (await store.RevokeAsync(revoked.Row.Id, "somebody else", Ct)).ShouldBeFalse();
        (await store.RevokeAsync(revoked.Row.Id, user, Ct)).ShouldBeTrue();
        (await store.RevokeAsync(revoked.Row.Id, user, Ct)).ShouldBeFalse();

        (await store.FindAsync(revoked.Secret, Ct)).ShouldBeNull();
        (await store.FindAsync(expiring.Secret, Ct)).ShouldNotBeNull();
        database.Clock.Advance(TimeSpan.FromHours(1));
        (await store.FindAsync(expiring.Secret, Ct)).ShouldBeNull();
        (await store.FindAsync(plain.Secret, Ct)).ShouldNotBeNull();
        await database.ExecuteAsync("""UPDATE "Users" SET "IsActive" = FALSE""", Ct);
        (await store.FindAsync(plain.Secret, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Use_of_a_key_is_noted_to_the_minute()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, user) = await WithUserAsync(database);
        var key = await store.CreateAsync(user, "a", ["x"], null, Ct);
        var first = database.Clock.Now;

        await store.TouchAsync(key.Row.Id, Ct);
        database.Clock.Advance(TimeSpan.FromSeconds(30));
        await store.TouchAsync(key.Row.Id, Ct);

        (await database.Get<ApiKeysQuery>().ForUserAsync(user, Ct)).Single().LastUsedAt.ShouldBe(first);
        database.Clock.Advance(TimeSpan.FromMinutes(1));
        await store.TouchAsync(key.Row.Id, Ct);
        (await database.Get<ApiKeysQuery>().ForUserAsync(user, Ct)).Single().LastUsedAt.ShouldBe(database.Clock.Now);
    }

    private static async Task<(ApiKeyStore Store, string User)> WithUserAsync(TestDatabase database)
    {
        await using var db = database.Context();
        var user = new FramevetUser { UserName = "ann", CreatedAt = database.Clock.Now };
        db.Users.Add(user);
        await db.SaveChangesAsync(Ct);
        return (database.Get<ApiKeyStore>(), user.Id);
    }
}

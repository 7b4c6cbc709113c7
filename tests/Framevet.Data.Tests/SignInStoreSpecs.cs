using Framevet.Data.Stores;
using Framevet.Data.Tables;

namespace Framevet.Data.Tests;

/// <summary>Sessions, tries, locks and used codes, when many come at once.</summary>
public class SignInStoreSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_tries_at_once_only_as_many_as_allowed_are_entered()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<SignInStore>();

        var tries = await AtOnceAsync(30, () => store.TakeAsync("address/1", [new RateWindow(5, TimeSpan.FromMinutes(1)), new RateWindow(20, TimeSpan.FromHours(1))], Ct));

        tries.Count(t => t.Wait == TimeSpan.Zero).ShouldBe(5);
        tries.Where(t => t.Wait > TimeSpan.Zero).ShouldAllBe(t => t.Wait <= TimeSpan.FromMinutes(1));
        (await store.TakeAsync("address/2", [new RateWindow(5, TimeSpan.FromMinutes(1))], Ct)).Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Of_many_failures_at_once_exactly_one_locks_and_tries_while_locked_prolong_nothing()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<SignInStore>();

        var failures = await AtOnceAsync(20, () => store.FailAsync("account/1", 5, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), Ct));
        var until = await store.LockedUntilAsync("account/1", Ct);

        failures.Count(locked => locked).ShouldBe(1);
        until.ShouldBe(database.Clock.GetUtcNow() + TimeSpan.FromMinutes(5));
        database.Clock.Advance(TimeSpan.FromMinutes(4));
        await store.FailAsync("account/1", 5, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), Ct);
        (await store.LockedUntilAsync("account/1", Ct)).ShouldBe(until);
    }

    [Fact]
    public async Task Locks_double_up_to_the_longest_and_a_success_forgets_them()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<SignInStore>();
        var lengths = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            while (!await store.FailAsync("account/1", 3, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(60), Ct))
            {
            }

            lengths.Add((((await store.LockedUntilAsync("account/1", Ct))!.Value) - database.Clock.GetUtcNow()).TotalMinutes);
            database.Clock.Advance(TimeSpan.FromMinutes(lengths[^1] + 1));
        }

        lengths.ShouldBe([5, 10, 20, 40, 60, 60]);
        await store.ClearAsync("account/1", Ct);
        (await store.FailAsync("account/1", 1, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(60), Ct)).ShouldBeTrue();
        (await store.LockedUntilAsync("account/1", Ct)).ShouldBe(database.Clock.GetUtcNow() + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_code_is_used_once_however_many_bring_it_at_once_and_none_before_it_afterwards()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, user) = (database.Get<SignInStore>(), await UserAsync(database));

        var uses = await AtOnceAsync(20, () => store.TryUseCodeAsync(user, 100, Ct));

        uses.Count(u => u).ShouldBe(1);
        (await store.TryUseCodeAsync(user, 99, Ct)).ShouldBeFalse();
        (await store.TryUseCodeAsync(user, 101, Ct)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_session_ends_once_and_old_ones_are_forgotten()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, user) = (database.Get<SessionStore>(), await UserAsync(database));
        var id = await store.CreateAsync(user, "Firefox on Linux", "password", Ct);
        var other = await store.CreateAsync(user, "Chrome on Android", "password", Ct);

        (await store.EndAsync(id, "somebody else", Ct)).ShouldBeFalse();
        (await AtOnceAsync(10, () => store.EndAsync(id, user, Ct))).Count(e => e).ShouldBe(1);
        (await store.FindAsync(id, Ct)).ShouldBeNull();
        (await store.EndAllAsync(user, other, Ct)).ShouldBeEmpty();
        (await store.OfUserAsync(user, Ct)).Select(s => s.Device).ShouldBe(["Chrome on Android"]);
        database.Clock.Advance(TimeSpan.FromDays(2));
        await store.SweepAsync(database.Clock.GetUtcNow() - TimeSpan.FromDays(1), Ct);
        (await database.NumberAsync("SELECT COUNT(*) AS \"Value\" FROM \"Sessions\"", Ct)).ShouldBe(0);
    }

    private static Task<T[]> AtOnceAsync<T>(int times, Func<Task<T>> act) => Task.WhenAll(Enumerable.Range(0, times).Select(_ => Task.Run(act, Ct)));

    private static async Task<string> UserAsync(TestDatabase database)
    {
        await using var db = database.Context();
        var user = new FramevetUser { UserName = "ada", NormalizedUserName = "ADA", CreatedAt = database.Clock.GetUtcNow() };
        db.Users.Add(user);
        await db.SaveChangesAsync(Ct);
        return user.Id;
    }
}

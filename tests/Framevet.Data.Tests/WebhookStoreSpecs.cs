using Framevet.Pipeline.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Tests;

public class WebhookStoreSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task News_is_stored_once_for_each_address_that_asked_for_its_kind()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IWebhookStore>();
        var target = Target("one", WebhookKinds.Verdict);
        await store.SaveAsync(target, Ct);
        await store.SaveAsync(Target("two", WebhookKinds.Decision), Ct);
        await store.SaveAsync(Target("off", WebhookKinds.Verdict) with { IsActive = false }, Ct);

        await store.AddAsync(News("v/1"), Ct);
        await store.AddAsync(News("v/1"), Ct);
        await store.AddAsync(News("v/2"), Ct);

        var (deliveries, total) = await store.PageAsync(null, null, 0, 10, Ct);
        total.ShouldBe(2);
        deliveries.ShouldAllBe(d => d.Target == target.Id && d.State == WebhookState.Waiting && d.Attempts == 0);
        deliveries[0].Body.ShouldContain("\"id\":\"v/2\"");
        var read = (await store.TargetsAsync(Ct)).Single(t => t.Name == "one");
        (read with { Kinds = target.Kinds }).ShouldBe(target);
        read.Kinds.ShouldBe([WebhookKinds.Verdict]);
    }

    [Fact]
    public async Task What_is_due_is_taken_by_one_and_is_due_again_after_a_crash()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IWebhookStore>();
        await store.SaveAsync(Target("one", WebhookKinds.Verdict), Ct);
        for (var i = 0; i < 30; i++)
        {
            await store.AddAsync(News($"v/{i}"), Ct);
        }

        var now = DateTimeOffset.UnixEpoch;
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => store.TakeDueAsync(now, TimeSpan.FromMinutes(2), 10, Ct), Ct)));

        taken.SelectMany(t => t).Select(t => t.Id).Distinct().Count().ShouldBe(30);
        taken.Sum(t => t.Length).ShouldBe(30);
        (await store.TakeDueAsync(now + TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), 50, Ct)).ShouldBeEmpty();
        (await store.TakeDueAsync(now + TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(2), 50, Ct)).Length.ShouldBe(30);
    }

    [Fact]
    public async Task A_delivery_that_was_given_up_is_sent_again_by_hand_with_a_day_of_its_own()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IWebhookStore>();
        var target = Target("one", WebhookKinds.Verdict);
        await store.SaveAsync(target, Ct);
        await store.AddAsync(News("v/1"), Ct);
        var id = (await store.TakeDueAsync(DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1), 1, Ct)).Single().Id;
        await store.CloseAsync(id, WebhookState.Failed, 500, "The address answered 500.", null, DateTimeOffset.UnixEpoch, Ct);
        (await store.TakeDueAsync(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(2), TimeSpan.FromMinutes(1), 1, Ct)).ShouldBeEmpty();

        (await store.ReplayAsync(id, DateTimeOffset.UnixEpoch + TimeSpan.FromDays(3), Ct)).ShouldBeTrue();

        var again = (await store.TakeDueAsync(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(3), TimeSpan.FromMinutes(1), 1, Ct)).Single();
        (again.FirstDueAt, again.Attempts, again.LastStatus).ShouldBe((DateTimeOffset.UnixEpoch + TimeSpan.FromDays(3), 0, 500));
        (await store.RemoveAsync(target.Id, Ct)).ShouldBeTrue();
        (await store.PageAsync(null, null, 0, 9, Ct)).Total.ShouldBe(0);
        (await store.ReplayAsync(id, DateTimeOffset.UnixEpoch, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_secret_is_stored_sealed_and_stays_when_the_address_is_changed_without_it()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IWebhookStore>();
        var target = Target("one", WebhookKinds.Verdict) with { Secret = "whsec_very-secret" };
        await store.SaveAsync(target, Ct);

        await store.SaveAsync(target with { Secret = null, IsActive = false }, Ct);

        var read = (await store.TargetsAsync(Ct)).Single();
        (read.Secret, read.IsActive).ShouldBe(("whsec_very-secret", false));
        (await SecretColumnAsync(database)).ShouldStartWith("sealed:");
        (await SecretColumnAsync(database)).ShouldNotContain("whsec_very-secret");
        (await store.SealSecretsAsync(Ct)).ShouldBe(0);
    }

    [Fact]
    public async Task Secrets_of_an_earlier_version_are_sealed_at_the_start_and_leave_no_trace_in_the_files()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IWebhookStore>();
        await store.SaveAsync(Target("old", WebhookKinds.Verdict), Ct);
        await store.SaveAsync(Target("new", WebhookKinds.Verdict), Ct);
        const string plain = "whsec_0123456789abcdef0123456789abcdef";
        await database.ExecuteAsync($"""UPDATE "WebhookTargets" SET "Secret" = '{plain}' WHERE "Name" = 'old'; """, Ct);
        (await database.StoredAsync(Ct)).ShouldContain(plain);
        (await store.TargetsAsync(Ct)).Single(t => t.Name == "old").Secret.ShouldBe(plain, "it signs before it is sealed, too");

        (await store.SealSecretsAsync(Ct)).ShouldBe(1);

        (await store.SealSecretsAsync(Ct)).ShouldBe(0);
        (await store.TargetsAsync(Ct)).Single(t => t.Name == "old").Secret.ShouldBe(plain);
        (await database.StoredAsync(Ct)).ShouldNotContain(plain);
    }

    [Fact]
    public async Task A_secret_that_no_key_opens_any_more_reads_as_none()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IWebhookStore>();
        await store.SaveAsync(Target("one", WebhookKinds.Verdict), Ct);
        await store.SaveAsync(Target("two", WebhookKinds.Verdict), Ct);

        await database.ExecuteAsync("""UPDATE "WebhookTargets" SET "Secret" = (SELECT "Secret" FROM "WebhookTargets" WHERE "Name" = 'two') WHERE "Name" = 'one'; """, Ct);

        (await store.TargetsAsync(Ct)).Select(t => (t.Name, t.Secret)).ShouldBe([("one", null), ("two", "secret")]);
    }

    private static async Task<string> SecretColumnAsync(TestDatabase database)
    {
        await using var db = database.Context();
        return (await db.Database.SqlQueryRaw<string>("""SELECT "Secret" AS "Value" FROM "WebhookTargets" """).ToListAsync(Ct)).Single();
    }

    private static WebhookTarget Target(string name, string kind) => new(Guid.NewGuid(), name, new Uri("https://example.com/hook"), "secret", [kind], true, "Ann", DateTimeOffset.UnixEpoch);

    private static WebhookEvent News(string id) => WebhookEvent.Of(id, WebhookKinds.Verdict, DateTimeOffset.UnixEpoch, new { n = 1 });
}

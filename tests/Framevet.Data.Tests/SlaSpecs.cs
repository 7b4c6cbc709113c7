using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Webhooks;

namespace Framevet.Data.Tests;

/// <summary>News of waiting times, on the real store with a clock that the test moves. Times by severity: 400, 300, 200 and 100 minutes.</summary>
public class SlaSpecs
{
    private static readonly ImmutableArray<int> Times = [400, 300, 200, 100];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_item_is_told_of_once_at_three_quarters_of_its_time_and_once_at_the_end()
    {
        await using var database = await WithTimesAsync(Times);
        var item = await AddAsync(database, ReviewSeverity.High);

        database.Clock.Advance(TimeSpan.FromMinutes(149));
        (await Watch(database).TellAsync(Ct)).ShouldBe(0);
        database.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Watch(database).TellAsync(Ct)).ShouldBe(1);
        (await Watch(database).TellAsync(Ct)).ShouldBe(0);
        (await EventsAsync(database)).ShouldBe([$"sla.warning/{item.Id:N}"]);

        database.Clock.Advance(TimeSpan.FromMinutes(49));
        (await Watch(database).TellAsync(Ct)).ShouldBe(0);
        database.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Watch(database).TellAsync(Ct)).ShouldBe(1);
        database.Clock.Advance(TimeSpan.FromDays(30));
        (await Watch(database).TellAsync(Ct)).ShouldBe(0);
        (await EventsAsync(database)).ShouldBe([$"sla.warning/{item.Id:N}", $"sla.breached/{item.Id:N}"]);

        var body = (await database.Get<IWebhookStore>().PageAsync(null, null, 0, 9, Ct)).Deliveries.Single(d => d.Kind == WebhookKinds.SlaWarning).Body;
        var data = System.Text.Json.JsonElement.Parse(body).GetProperty("data");
        (data.GetProperty("item").GetString(), data.GetProperty("queue").GetString(), data.GetProperty("limitSeconds").GetDouble(), data.GetProperty("share").GetDouble())
            .ShouldBe((item.Id.ToString("N"), "violence", 12000, 0.75));
    }

    [Fact]
    public async Task Both_steps_are_told_in_order_when_nobody_looked_in_time()
    {
        await using var database = await WithTimesAsync(Times);
        var item = await AddAsync(database, ReviewSeverity.Severe);

        database.Clock.Advance(TimeSpan.FromHours(50));

        (await Watch(database).TellAsync(Ct)).ShouldBe(2);
        (await EventsAsync(database)).ShouldBe([$"sla.warning/{item.Id:N}", $"sla.breached/{item.Id:N}"]);
    }

    [Fact]
    public async Task Of_many_workers_that_look_at_once_one_tells()
    {
        await using var database = await WithTimesAsync(Times);
        for (var i = 0; i < 25; i++)
        {
            await AddAsync(database, ReviewSeverity.Low);
        }

        database.Clock.Advance(TimeSpan.FromMinutes(401));

        var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Watch(database).TellAsync(Ct), Ct)));

        told.Sum().ShouldBe(50);
        (await EventsAsync(database)).Length.ShouldBe(50);
        (await EventsAsync(database)).Distinct().Count().ShouldBe(50);
    }

    [Fact]
    public async Task A_restart_tells_nothing_again_and_goes_on_where_it_stopped()
    {
        await using var before = await WithTimesAsync(Times);
        var item = await AddAsync(before, ReviewSeverity.High);
        before.Clock.Advance(TimeSpan.FromMinutes(160));
        (await Watch(before).TellAsync(Ct)).ShouldBe(1);

        await using var after = before.CopyAsIfKilled();
        after.Clock.Advance(TimeSpan.FromMinutes(160));

        (await Watch(after).TellAsync(Ct)).ShouldBe(0);
        after.Clock.Advance(TimeSpan.FromMinutes(40));
        (await Watch(after).TellAsync(Ct)).ShouldBe(1);
        (await EventsAsync(after)).ShouldBe([$"sla.warning/{item.Id:N}", $"sla.breached/{item.Id:N}"]);
    }

    [Fact]
    public async Task Other_times_count_at_once_and_repeat_nothing()
    {
        await using var database = await WithTimesAsync(Times);
        var item = await AddAsync(database, ReviewSeverity.High);
        database.Clock.Advance(TimeSpan.FromMinutes(50));
        (await Watch(database).TellAsync(Ct)).ShouldBe(0);

        await SetAsync(database, [400, 300, 60, 100]);
        (await Watch(database).TellAsync(Ct)).ShouldBe(1);
        (await EventsAsync(database)).ShouldBe([$"sla.warning/{item.Id:N}"]);

        await SetAsync(database, [400, 300, 1000, 100]);
        database.Clock.Advance(TimeSpan.FromMinutes(720));
        (await Watch(database).TellAsync(Ct)).ShouldBe(0, "three quarters of the longer time have passed, and that was told before");
        database.Clock.Advance(TimeSpan.FromMinutes(230));
        (await Watch(database).TellAsync(Ct)).ShouldBe(1);
        await SetAsync(database, Times);
        (await Watch(database).TellAsync(Ct)).ShouldBe(0);
        (await EventsAsync(database)).ShouldBe([$"sla.warning/{item.Id:N}", $"sla.breached/{item.Id:N}"]);
    }

    [Fact]
    public async Task A_decided_item_is_not_told_of_and_one_whose_decision_is_taken_back_is_told_of_once()
    {
        await using var database = await WithTimesAsync(Times);
        var (queue, clock) = (database.Get<IReviewQueue>(), database.Clock);
        var item = await AddAsync(database, ReviewSeverity.High);
        clock.Advance(TimeSpan.FromMinutes(150));
        (await Watch(database).TellAsync(Ct)).ShouldBe(1);
        var ann = Make.Person("ann");
        var token = (await queue.TryClaimAsync(item.Id, ann, clock.Now, TimeSpan.FromMinutes(90), Ct))!.Claim!.Token;
        (await queue.TryDecideAsync(item.Id, token, Make.Word(Decision.Allow, clock.Now) with { UserId = "ann" }, new Ruling(RulingKind.Final, clock.Now.AddHours(2)), clock.Now, Ct)).ShouldBeTrue();

        clock.Advance(TimeSpan.FromMinutes(60));
        (await Watch(database).TellAsync(Ct)).ShouldBe(0);
        (await queue.TryUndoAsync(item.Id, ann, clock.Now.AddHours(-2), clock.Now, TimeSpan.FromMinutes(10), Ct)).ShouldNotBeNull();
        (await Watch(database).TellAsync(Ct)).ShouldBe(1);
        (await EventsAsync(database)).ShouldBe([$"sla.warning/{item.Id:N}", $"sla.breached/{item.Id:N}"]);
    }

    [Fact]
    public async Task An_address_hears_of_what_happens_after_it_was_added_and_golden_items_are_nobodys_news()
    {
        await using var database = await WithTimesAsync(Times, withTarget: false);
        await AddAsync(database, ReviewSeverity.High);
        await AddAsync(database, ReviewSeverity.High, ReviewKind.Golden);
        database.Clock.Advance(TimeSpan.FromMinutes(150));
        (await Watch(database).TellAsync(Ct)).ShouldBe(1);

        await AddTargetAsync(database);
        (await Watch(database).TellAsync(Ct)).ShouldBe(0);
        (await EventsAsync(database)).ShouldBeEmpty();
        database.Clock.Advance(TimeSpan.FromMinutes(50));
        (await Watch(database).TellAsync(Ct)).ShouldBe(1);
        (await EventsAsync(database)).Length.ShouldBe(1);
    }

    private static SlaWatch Watch(TestDatabase database) => new(database.Get<ISlaStore>(), database.Get<ISettingsStore>(), database.Clock);

    private static async Task<TestDatabase> WithTimesAsync(ImmutableArray<int> times, bool withTarget = true)
    {
        var database = await TestDatabase.MigratedAsync(Ct);
        await SetAsync(database, times);
        if (withTarget)
        {
            await AddTargetAsync(database);
        }

        return database;
    }

    private static Task AddTargetAsync(TestDatabase database) => database.Get<IWebhookStore>().SaveAsync(
        new WebhookTarget(Guid.NewGuid(), "one", new Uri("https://example.com/hook"), "secret", [WebhookKinds.SlaWarning, WebhookKinds.SlaBreached], true, "Ann", DateTimeOffset.UnixEpoch), Ct);

    private static async Task SetAsync(TestDatabase database, ImmutableArray<int> times)
    {
        var store = database.Get<ISettingsStore>();
        var now = await store.CurrentAsync(Ct);
        (await store.TrySaveAsync(now.Settings with { Review = now.Settings.Review with { SlaMinutes = times } }, now.Number, Make.Person("ann"), "other times", Ct)).ShouldNotBeNull();
    }

    private static async Task<ReviewItem> AddAsync(TestDatabase database, ReviewSeverity severity, ReviewKind kind = ReviewKind.Flagged)
    {
        var run = Make.Run(database.Clock.Now, state: RunState.AwaitingReview);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        return await database.Get<IReviewQueue>().AddAsync(
            new ReviewItem
            {
                Id = Guid.CreateVersion7(database.Clock.Now),
                RunId = run.Id,
                Kind = kind,
                State = ReviewState.Waiting,
                CreatedAt = database.Clock.Now,
                Frames = [Make.Pts(0)],
                Queue = "violence",
                Severity = severity,
            },
            Ct);
    }

    private static async Task<ImmutableArray<string>> EventsAsync(TestDatabase database) =>
        [.. (await database.Get<IWebhookStore>().PageAsync(null, null, 0, 100, Ct)).Deliveries.OrderBy(d => d.Id).Select(d => d.EventId)];
}

using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline.Review;
using static Framevet.Data.Tests.ReviewCalls;

namespace Framevet.Data.Tests;

/// <summary>Which item comes next, for whom, and what the board shows.</summary>
public class ReviewOrderSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_most_severe_comes_first_then_the_oldest_and_a_queue_or_a_closed_one_narrows()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var mild = await AddAsync(database, "drugs", ReviewSeverity.Low);
        var old = await AddAsync(database, "violence", ReviewSeverity.High);
        var late = await AddAsync(database, "violence", ReviewSeverity.High);
        var worst = await AddAsync(database, "minors-risk", ReviewSeverity.Severe);
        var (queue, now) = (database.Get<IReviewQueue>(), database.Clock.Now);

        async Task<Guid?> Next(ClaimWish wish) => (await queue.TryClaimNextAsync(wish, Ct))?.Id;
        (await Next(Wish(database, "a") with { Avoid = "minors-risk" })).ShouldBe(old.Id);
        (await Next(Wish(database, "b"))).ShouldBe(worst.Id);
        (await Next(Wish(database, "c") with { Queue = "drugs" })).ShouldBe(mild.Id);
        (await Next(Wish(database, "d") with { Closed = ["violence"] })).ShouldBeNull();
        (await Next(Wish(database, "d") with { Severity = ReviewSeverity.Low })).ShouldBeNull();
        (await Next(Wish(database, "d"))).ShouldBe(late.Id);
    }

    [Fact]
    public async Task A_held_item_is_not_handed_out_and_comes_back_and_an_assigned_one_comes_first()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, clock) = (database.Get<IReviewQueue>(), database.Clock);
        var held = await AddAsync(database, "violence", ReviewSeverity.High);
        var assigned = await AddAsync(database, "drugs", ReviewSeverity.Low);
        var other = await AddAsync(database, "nudity", ReviewSeverity.Medium);
        var until = clock.Now + TimeSpan.FromHours(1);
        (await ParkAsync(queue, clock, held, new Parking(new ReviewAssignment("ann", "Ann", until, IsHold: true), "later"))).ShouldBeTrue();
        (await ParkAsync(queue, clock, assigned, new Parking(new ReviewAssignment("bob", "Bob", until, IsHold: false), null))).ShouldBeTrue();

        (await queue.TryClaimNextAsync(Wish(database, "bob"), Ct))!.Id.ShouldBe(assigned.Id);
        (await queue.TryClaimNextAsync(Wish(database, "ann"), Ct))!.Id.ShouldBe(other.Id);
        (await queue.TryClaimNextAsync(Wish(database, "cid"), Ct)).ShouldBeNull();
        (await queue.TryClaimAsync(held.Id, Make.Person("cid"), clock.Now, Lease, Ct)).ShouldBeNull();
        (await database.Get<ReviewQuery>().ListAsync(new ReviewFilter { KeptFor = "ann" }, 0, 10, Ct)).Rows.Single().Item.Note.ShouldBe("later");
        (await database.Get<QueuesQuery>().BoardAsync(Make.Person("ann"), Ct)).Kept.ShouldBe(1);
        clock.Advance(TimeSpan.FromHours(2));
        (await queue.TryClaimNextAsync(Wish(database, "cid"), Ct))!.Id.ShouldBe(held.Id);
    }

    [Fact]
    public async Task Preferences_survive()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await AddUserAsync(database);
        var store = database.Get<PreferencesStore>();
        (await store.GetAsync("ann", Ct)).BlurStrength.ShouldBeNull();

        await store.SaveAsync("ann", new ReviewerPreferences { BlurStrength = 40, Keys = new ReviewerPreferences().Keys.Add("Review/allow", "q") }, Ct);
        await store.SaveAsync("ann", (await store.GetAsync("ann", Ct)) with { IsGrey = true }, Ct);

        var kept = await store.GetAsync("ann", Ct);
        (kept.BlurStrength, kept.IsGrey, kept.Keys["Review/allow"]).ShouldBe((40, true, "q"));
    }

    [Fact]
    public async Task The_board_shows_the_age_of_the_most_overdue_item_against_its_time()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await AddAsync(database, "drugs", ReviewSeverity.Low);
        database.Clock.Advance(TimeSpan.FromHours(12));
        await AddAsync(database, "drugs", ReviewSeverity.Severe);
        await AddAsync(database, "nudity", ReviewSeverity.Medium);
        database.Clock.Advance(TimeSpan.FromMinutes(15));

        var board = await database.Get<QueuesQuery>().BoardAsync(Make.Person("ann"), Ct);

        // 12.25 h of 24 h for the low one, 15 of 30 minutes for the severe one; 15 of 480 minutes for the medium one.
        board.Queues.Select(q => (q.Queue, q.Pending, Math.Round(q.SlaShare, 3))).ShouldBe([("drugs", 2, 0.51), ("nudity", 1, 0.031)]);
        board.BySeverity.ShouldBe([1, 1, 0, 1]);
    }

    [Fact]
    public async Task A_starred_queue_comes_first_for_whoever_starred_it()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await AddAsync(database, "drugs", ReviewSeverity.Severe);
        await AddAsync(database, "nudity", ReviewSeverity.Low);
        await AddAsync(database, "violence", ReviewSeverity.Medium);
        database.Clock.Advance(TimeSpan.FromMinutes(15));
        var own = database.Get<PreferencesStore>();
        await AddUserAsync(database);
        async Task<string[]> QueuesOf(string person) => [.. (await database.Get<QueuesQuery>().BoardAsync(Make.Person(person), Ct)).Queues.Select(q => q.IsStarred ? $"{q.Queue}*" : q.Queue)];
        await own.SaveAsync("ann", new ReviewerPreferences { BlurStrength = 70 }, Ct);

        await own.StarAsync("ann", "nudity", true, Ct);

        (await QueuesOf("ann")).ShouldBe(["nudity*", "drugs", "violence"]);
        (await QueuesOf("bob")).ShouldBe(["drugs", "violence", "nudity"]);
        (await own.GetAsync("ann", Ct)).BlurStrength.ShouldBe(70);
        await own.StarAsync("ann", "nudity", false, Ct);
        (await QueuesOf("ann")).ShouldBe(["drugs", "violence", "nudity"]);
    }
}

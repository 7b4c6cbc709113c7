using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

public class ReviewQueueSpecs
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_fifty_claims_at_once_exactly_one_wins()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, item) = await WithItemAsync(database);

        var claims = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => queue.TryClaimAsync(item.Id, Make.Person($"user{i}"), database.Clock.Now, Lease, Ct), Ct)));

        var winner = claims.Single(c => c is not null)!.Claim.ShouldNotBeNull();
        var stored = (await queue.GetAsync(item.Id, Ct)).ShouldNotBeNull();
        stored.Claim.ShouldBe(winner);
        stored.State.ShouldBe(ReviewState.Claimed);
        claims[int.Parse(winner.UserId[4..], System.Globalization.CultureInfo.InvariantCulture)].ShouldNotBeNull();
    }

    [Fact]
    public async Task Fifty_people_who_ask_for_the_next_item_get_fifty_different_ones_oldest_first()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var items = new List<Guid>();
        for (var i = 0; i < 60; i++)
        {
            items.Add((await WithItemAsync(database)).Item.Id);
            database.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var queue = database.Get<IReviewQueue>();

        var claims = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => queue.TryClaimNextAsync(new ClaimWish(Make.Person($"user{i}"), database.Clock.Now, Lease) { Skip = [items[3]] }, Ct), Ct)));

        claims.Select(c => c.ShouldNotBeNull().Id).ShouldBe(items.Where((_, i) => i != 3).Take(50), ignoreOrder: true);
    }

    [Fact]
    public async Task A_lease_that_ran_out_reads_as_waiting_and_the_old_token_decides_nothing()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, item) = await WithItemAsync(database);
        var clock = database.Clock;
        var first = (await queue.TryClaimAsync(item.Id, Make.Person("ann"), clock.Now, Lease, Ct)).ShouldNotBeNull().Claim.ShouldNotBeNull();

        clock.Advance(Lease);

        (await queue.GetAsync(item.Id, Ct)).ShouldNotBeNull().State.ShouldBe(ReviewState.Waiting);
        (await database.Get<ReviewQuery>().SummaryAsync(Ct)).ShouldBe(new ReviewSummary(1, 0, 0, 0, item.CreatedAt));
        (await queue.TryDecideAsync(item.Id, first.Token, Make.Word(Decision.Allow, clock.Now), Make.Final(database.Clock.Now), clock.Now, Ct)).ShouldBeFalse();
        var second = (await queue.TryClaimAsync(item.Id, Make.Person("bob"), clock.Now, Lease, Ct)).ShouldNotBeNull().Claim.ShouldNotBeNull();
        second.Token.ShouldBeGreaterThan(first.Token);
        (await queue.TryRenewAsync(item.Id, first.Token, clock.Now, Lease, Ct)).ShouldBeFalse();
        (await queue.TryReleaseAsync(item.Id, first.Token, clock.Now, Ct)).ShouldBeFalse();
        (await queue.TryDecideAsync(item.Id, first.Token, Make.Word(Decision.Allow, clock.Now), Make.Final(database.Clock.Now), clock.Now, Ct)).ShouldBeFalse();
        (await queue.TryDecideAsync(item.Id, second.Token, Make.Word(Decision.Block, clock.Now, "bob"), Make.Final(database.Clock.Now), clock.Now, Ct)).ShouldBeTrue();
        var decided = (await queue.GetAsync(item.Id, Ct)).ShouldNotBeNull();
        (decided.State, decided.Claim, decided.Decision).ShouldBe((ReviewState.Decided, null, Make.Word(Decision.Block, clock.Now, "bob")));
        (await queue.TryDecideAsync(item.Id, second.Token, Make.Word(Decision.Allow, clock.Now), Make.Final(database.Clock.Now), clock.Now, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_many_decisions_with_one_token_exactly_one_counts()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, item) = await WithItemAsync(database);
        var token = (await queue.TryClaimAsync(item.Id, Make.Person("ann"), database.Clock.Now, Lease, Ct)).ShouldNotBeNull().Claim!.Token;

        var words = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(
            () => queue.TryDecideAsync(item.Id, token, Make.Word(i % 2 == 0 ? Decision.Allow : Decision.Block, database.Clock.Now), Make.Final(database.Clock.Now), database.Clock.Now, Ct), Ct)));

        words.Count(w => w).ShouldBe(1);
        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "ReviewDecisions" """, Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task Renewing_moves_the_end_and_releasing_frees_the_item()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, item) = await WithItemAsync(database);
        var clock = database.Clock;
        var token = (await queue.TryClaimAsync(item.Id, Make.Person("ann"), clock.Now, Lease, Ct)).ShouldNotBeNull().Claim!.Token;
        clock.Advance(Lease / 2);

        (await queue.TryRenewAsync(item.Id, token, clock.Now, Lease, Ct)).ShouldBeTrue();

        (await queue.GetAsync(item.Id, Ct)).ShouldNotBeNull().Claim!.ExpiresAt.ShouldBe(clock.Now + Lease);
        (await queue.TryClaimAsync(item.Id, Make.Person("bob"), clock.Now, Lease, Ct)).ShouldBeNull();
        var again = (await queue.TryClaimAsync(item.Id, Make.Person("ann"), clock.Now, Lease, Ct)).ShouldNotBeNull().Claim!.Token;
        again.ShouldBeGreaterThan(token);
        (await queue.TryReleaseAsync(item.Id, again, clock.Now, Ct)).ShouldBeTrue();
        (await queue.TryClaimAsync(item.Id, Make.Person("bob"), clock.Now, Lease, Ct)).ShouldNotBeNull().Claim!.Token.ShouldBeGreaterThan(again);
    }

    [Fact]
    public async Task An_escalated_item_goes_back_to_the_queue_for_leads()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, item) = await WithItemAsync(database);
        var now = database.Clock.Now;
        var token = (await queue.TryClaimAsync(item.Id, Make.Person("ann"), now, Lease, Ct)).ShouldNotBeNull().Claim!.Token;

        (await queue.TryDecideAsync(item.Id, token, Make.Word(Decision.Escalate, now), Make.Escalation, now, Ct)).ShouldBeTrue();

        var escalated = (await queue.GetAsync(item.Id, Ct)).ShouldNotBeNull();
        (escalated.State, escalated.IsEscalated, escalated.Decision).ShouldBe((ReviewState.Waiting, true, null));
        (await queue.TryClaimNextAsync(new ClaimWish(Make.Person("ann"), now, Lease), Ct)).ShouldBeNull();
        (await database.Get<ReviewQuery>().SummaryAsync(Ct)).Escalated.ShouldBe(1);
        (await queue.TryClaimNextAsync(new ClaimWish(Make.Lead, now, Lease) { Skip = [item.Id] }, Ct)).ShouldBeNull();
        (await queue.TryClaimNextAsync(new ClaimWish(Make.Lead, now, Lease), Ct)).ShouldNotBeNull().Id.ShouldBe(item.Id);
    }

    [Fact]
    public async Task A_run_has_one_open_item_however_many_are_added_at_once()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = Make.Run(database.Clock.Now);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        var queue = database.Get<IReviewQueue>();

        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => queue.AddAsync(Make.Item(run.Id, database.Clock.Now, 0, 1000, 2000), Ct), Ct)));

        added.Select(i => i.Id).Distinct().Count().ShouldBe(1);
        var open = await queue.OpenForRunAsync(run.Id, Ct);
        open.Single().Id.ShouldBe(added[0].Id);
        open.Single().Frames.ShouldBe([Make.Pts(0), Make.Pts(1000), Make.Pts(2000)]);
    }

    [Fact]
    public async Task Withdrawing_closes_what_is_open_and_a_new_item_may_follow()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, item) = await WithItemAsync(database);
        var token = (await queue.TryClaimAsync(item.Id, Make.Person("ann"), database.Clock.Now, Lease, Ct)).ShouldNotBeNull().Claim!.Token;

        await queue.WithdrawAsync(item.RunId, Ct);

        (await queue.OpenForRunAsync(item.RunId, Ct)).ShouldBeEmpty();
        (await queue.GetAsync(item.Id, Ct)).ShouldNotBeNull().State.ShouldBe(ReviewState.Withdrawn);
        (await queue.TryDecideAsync(item.Id, token, Make.Word(Decision.Allow, database.Clock.Now), Make.Final(database.Clock.Now), database.Clock.Now, Ct)).ShouldBeFalse();
        var next = Make.Item(item.RunId, database.Clock.Now, 0);
        (await queue.AddAsync(next, Ct)).Id.ShouldBe(next.Id);
    }

    [Fact]
    public async Task Open_items_are_listed_oldest_first_and_decided_ones_newest_first()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var items = new List<ReviewItem>();
        for (var i = 0; i < 5; i++)
        {
            items.Add((await WithItemAsync(database)).Item);
            database.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var (queue, query) = (database.Get<IReviewQueue>(), database.Get<ReviewQuery>());
        foreach (var decided in (int[])[4, 0])
        {
            var token = (await queue.TryClaimAsync(items[decided].Id, Make.Person("ann"), database.Clock.Now, Lease, Ct)).ShouldNotBeNull().Claim!.Token;
            await queue.TryDecideAsync(items[decided].Id, token, Make.Word(Decision.Block, database.Clock.Now), Make.Final(database.Clock.Now), database.Clock.Now, Ct);
            database.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await query.PageAsync(null, 0, 10, Ct)).Rows.Select(r => r.Item.Id).ShouldBe([items[1].Id, items[2].Id, items[3].Id]);
        var closed = await query.PageAsync([ReviewState.Decided], 0, 1, Ct);
        (closed.Total, closed.Rows.Single().Item.Id, closed.Rows.Single().Item.Decision!.Decision).ShouldBe((2, items[0].Id, Decision.Block));
        (await query.PageAsync([ReviewState.Decided, ReviewState.Waiting], 0, 10, Ct)).Rows.Select(r => items.FindIndex(i => i.Id == r.Item.Id)).ShouldBe([1, 2, 3, 0, 4]);
        (await query.SummaryAsync(Ct)).DecidedToday.ShouldBe(2);
    }

    private static async Task<(IReviewQueue Queue, ReviewItem Item)> WithItemAsync(TestDatabase database)
    {
        var run = Make.Run(database.Clock.Now);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        return (database.Get<IReviewQueue>(), await database.Get<IReviewQueue>().AddAsync(Make.Item(run.Id, database.Clock.Now, 0), Ct));
    }
}

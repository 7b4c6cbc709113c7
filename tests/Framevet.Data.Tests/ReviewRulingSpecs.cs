using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using static Framevet.Data.Tests.ReviewCalls;

namespace Framevet.Data.Tests;

/// <summary>What becomes of words in the database: several, taken back, replaced, and those on golden items.</summary>
public class ReviewRulingSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_gave_one_of_several_words_is_shut_out_and_the_words_stay_hidden_until_the_end()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, clock) = (database.Get<IReviewQueue>(), database.Clock);
        var item = await AddAsync(database, "nudity", ReviewSeverity.Medium);
        var token = await ClaimAsync(queue, clock, item, "ann");
        (await queue.TryDecideAsync(item.Id, token, Make.Word(Decision.Block, clock.Now, "ann"), new Ruling(RulingKind.Vote), clock.Now, Ct)).ShouldBeTrue();

        (await queue.TryClaimAsync(item.Id, Make.Person("ann"), clock.Now, Lease, Ct)).ShouldBeNull();
        (await queue.TryClaimNextAsync(Wish(database, "ann"), Ct)).ShouldBeNull();
        var waiting = (await queue.GetAsync(item.Id, Ct)).ShouldNotBeNull();
        (waiting.State, waiting.Decision, waiting.Excluded.Single()).ShouldBe((ReviewState.Waiting, null, "ann"));
        token = await ClaimAsync(queue, clock, item, "bob");
        (await queue.TryDecideAsync(item.Id, token, Make.Word(Decision.Allow, clock.Now, "bob"), new Ruling(RulingKind.Disagreement), clock.Now, Ct)).ShouldBeTrue();
        var torn = (await queue.GetAsync(item.Id, Ct)).ShouldNotBeNull();
        (torn.IsEscalated, torn.Excluded.Length).ShouldBe((true, 0));
        (await queue.WordsAsync(item.Id, Ct)).Select(w => w.UserId).ShouldBe(["ann", "bob"]);
    }

    [Fact]
    public async Task A_decision_is_taken_back_within_its_time_only_and_by_its_author_only()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, clock) = (database.Get<IReviewQueue>(), database.Clock);
        var item = await AddAsync(database, "nudity", ReviewSeverity.Medium);
        var token = await ClaimAsync(queue, clock, item, "ann");
        await queue.TryDecideAsync(item.Id, token, Make.Word(Decision.Block, clock.Now, "ann"), Make.Final(clock.Now, 10), clock.Now, Ct);

        (await queue.OpenForRunAsync(item.RunId, Ct)).Length.ShouldBe(1, "the run waits until the decision has taken effect");
        (await queue.DueAsync(clock.Now, Ct)).ShouldBeEmpty();
        (await UndoAsync(queue, clock, item, "bob")).ShouldBeNull();
        var again = (await UndoAsync(queue, clock, item, "ann")).ShouldNotBeNull();
        (again.State, again.Decision, again.Claim!.UserId).ShouldBe((ReviewState.Claimed, null, "ann"));
        again.Claim.Token.ShouldBeGreaterThan(token);
        (await queue.WordsAsync(item.Id, Ct)).ShouldBeEmpty();
        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "ReviewDecisions" """, Ct)).ShouldBe(1, "what was taken back is kept");

        await queue.TryDecideAsync(item.Id, again.Claim.Token, Make.Word(Decision.Allow, clock.Now, "ann"), Make.Final(clock.Now, 10), clock.Now, Ct);
        clock.Advance(TimeSpan.FromSeconds(10));
        (await UndoAsync(queue, clock, item, "ann")).ShouldBeNull();
        (await queue.DueAsync(clock.Now, Ct)).Single().Decision!.Decision.ShouldBe(Decision.Allow);
        await queue.SettleAsync(item.Id, clock.Now, Ct);
        (await queue.OpenForRunAsync(item.RunId, Ct)).ShouldBeEmpty();
        (await queue.TryReverseAsync(item.Id, Make.Word(Decision.Block, clock.Now, "lea") with { IsReversal = true }, Ct)).ShouldBeTrue();
        (await queue.GetAsync(item.Id, Ct))!.Decision!.ShouldSatisfyAllConditions(d => d.IsReversal.ShouldBeTrue(), d => d.UserId.ShouldBe("lea"));
    }

    [Fact]
    public async Task A_vote_or_an_escalation_can_be_taken_back_until_somebody_else_claims()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, clock) = (database.Get<IReviewQueue>(), database.Clock);
        var item = await AddAsync(database, "nudity", ReviewSeverity.Medium);
        var token = await ClaimAsync(queue, clock, item, "ann");
        await queue.TryDecideAsync(item.Id, token, Make.Word(Decision.Escalate, clock.Now, "ann"), Make.Escalation, clock.Now, Ct);
        var back = (await UndoAsync(queue, clock, item, "ann")).ShouldNotBeNull();
        (back.IsEscalated, back.State).ShouldBe((false, ReviewState.Claimed));

        await queue.TryDecideAsync(item.Id, back.Claim!.Token, Make.Word(Decision.Block, clock.Now, "ann"), new Ruling(RulingKind.Vote), clock.Now, Ct);
        back = (await UndoAsync(queue, clock, item, "ann")).ShouldNotBeNull();
        back.Excluded.ShouldBeEmpty();

        await queue.TryDecideAsync(item.Id, back.Claim!.Token, Make.Word(Decision.Block, clock.Now, "ann"), new Ruling(RulingKind.Vote), clock.Now, Ct);
        await ClaimAsync(queue, clock, item, "bob");
        (await UndoAsync(queue, clock, item, "ann")).ShouldBeNull();
    }

    [Fact]
    public async Task A_golden_item_is_for_one_person_once_and_goes_away_when_it_is_left()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, ledger, clock) = (database.Get<IReviewQueue>(), database.Get<IReviewLedger>(), database.Clock);
        var source = await AddAsync(database, "nudity", ReviewSeverity.Medium);
        var golden = new GoldenItem(Guid.NewGuid(), source.RunId, source.Frames, "nudity", 0.5, Decision.Block, "nudity", "Lea", clock.Now);
        await ledger.AddGoldenAsync(golden, Ct);
        (await ledger.NextGoldenAsync("bob", Ct)).ShouldNotBeNull().Frames.ShouldBe(golden.Frames);

        var asked = await queue.AddAsync(source with { Id = Guid.NewGuid(), Kind = ReviewKind.Golden, OriginId = golden.Id, Assignment = new ReviewAssignment("bob", "Bob", null, false) }, Ct);
        asked.Id.ShouldNotBe(source.Id, "a run may have other open items beside its flagged one");
        (await ledger.NextGoldenAsync("bob", Ct)).ShouldBeNull();
        (await queue.TryClaimAsync(asked.Id, Make.Person("ann"), clock.Now, Lease, Ct)).ShouldBeNull();
        var token = await ClaimAsync(queue, clock, asked, "bob");
        (await queue.TryReleaseAsync(asked.Id, token, clock.Now, Ct)).ShouldBeTrue();
        (await queue.GetAsync(asked.Id, Ct))!.State.ShouldBe(ReviewState.Withdrawn);

        await ledger.AddGoldenAnswerAsync(new GoldenAnswer(golden.Id, "bob", "Bob", Decision.Block, "nudity", true, clock.Now), Ct);
        await ledger.AddGoldenAnswerAsync(new GoldenAnswer(golden.Id, "bob", "Bob", Decision.Allow, "clean", false, clock.Now), Ct);
        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "GoldenAnswers" """, Ct)).ShouldBe(1, "asking the same person twice counts once");
        await DecideAsync(database, source, "bob", Decision.Block);
        (await database.Get<ReviewHealthQuery>().GetAsync(30, Ct)).Reviewers.Single(r => r.Id == "bob").Golden.ShouldBe(WilsonInterval.Of(1, 1));
    }
}

using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

/// <summary>What becomes of items in the database: order, holds, several words, undo, reversal, samples and golden items.</summary>
public sealed class ReviewRulingSpecs
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

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

    [Fact]
    public async Task Exposure_adds_up_by_day_and_queue_and_an_item_counts_once()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (ledger, day) = (database.Get<IReviewLedger>(), new DateOnly(2026, 3, 1));
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        await ledger.AddExposureAsync("ann", day, "violence", TimeSpan.FromSeconds(60), first, Ct);
        await ledger.AddExposureAsync("ann", day, "violence", TimeSpan.FromSeconds(20), null, Ct);
        await ledger.AddExposureAsync("ann", day, "violence", TimeSpan.FromSeconds(10), second, Ct);
        await ledger.AddExposureAsync("bob", day, "hate", TimeSpan.FromSeconds(5), first, Ct);

        await ledger.AddExposureAsync("ann", day, "violence", TimeSpan.FromSeconds(30), first, Ct);

        (await ledger.ExposureAsync("ann", day, Ct)).ShouldBe([new Exposure("violence", TimeSpan.FromMinutes(2), 2)], "an item counts once, the time each time");
        (await ledger.ExposureAsync("bob", day, Ct)).ShouldBe([new Exposure("hate", TimeSpan.FromSeconds(5), 1)], "what one person saw is another's first time");
        await ledger.AddExposureAsync("ann", day.AddDays(1), "violence", TimeSpan.FromSeconds(5), first, Ct);
        (await ledger.ExposureAsync("ann", day.AddDays(1), Ct)).ShouldBe([new Exposure("violence", TimeSpan.FromSeconds(5), 1)], "a new day");
        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "ReviewSeen" WHERE "UserId" = 'ann' """, Ct)).ShouldBe(1, "earlier days need no list any more");
    }

    [Fact]
    public async Task Runs_that_machines_cleared_are_looked_at_once_for_sampling()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (ledger, store, clock) = (database.Get<IReviewLedger>(), database.Get<IRunStore>(), database.Clock);
        var (clear, open) = (Make.Run(clock.Now, state: RunState.Done), Make.Run(clock.Now));
        await store.AddAsync(clear, Ct);
        await store.AddAsync(open, Ct);
        await store.SaveCandidatesAsync(clear.Id, [Make.Candidate(0, findings: new Finding("nudity", 0.14, "skin", "1"))], new Funnel(), Ct);
        await AddAsync(database, "nudity", ReviewSeverity.Low, RunState.Done);

        (await ledger.NewlyClearedAsync(10, Ct)).ShouldBe([new ClearedRun(clear.Id, "nudity", 0.14)]);
        await ledger.SaveClearedAsync(clear.Id, "nudity/1", 1, true, Ct);
        await ledger.SaveClearedAsync(clear.Id, "nudity/1", 2, false, Ct);
        (await ledger.NewlyClearedAsync(10, Ct)).ShouldBeEmpty();
        (await ledger.StratumCountAsync("nudity/1", Ct)).ShouldBe(1);
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

    [Fact]
    public async Task What_is_missed_is_counted_from_decided_samples_of_the_category()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var ledger = database.Get<IReviewLedger>();
        async Task Sampled(string label, Decision decision)
        {
            var run = Make.Run(database.Clock.Now, state: RunState.Done);
            await database.Get<IRunStore>().AddAsync(run, Ct);
            database.Clock.Advance(TimeSpan.FromTicks(1));
            var item = await database.Get<IReviewQueue>().AddAsync(Make.Item(run.Id, database.Clock.Now, 0) with { Kind = ReviewKind.Sample, Queue = "other" }, Ct);
            await ledger.SaveClearedAsync(run.Id, "none", 1, true, Ct);
            var token = await ClaimAsync(database.Get<IReviewQueue>(), database.Clock, item, "ann");
            (await database.Get<IReviewQueue>().TryDecideAsync(item.Id, token, Make.Word(decision, database.Clock.Now) with { Label = label }, Make.Final(database.Clock.Now), database.Clock.Now, Ct)).ShouldBeTrue();
        }

        await Sampled("nudity/explicit", Decision.Block);
        await Sampled("violence", Decision.Block);
        await Sampled("clean", Decision.Allow);
        for (var i = 0; i < 7; i++)
        {
            var run = Make.Run(database.Clock.Now, state: RunState.Done);
            await database.Get<IRunStore>().AddAsync(run, Ct);
            await ledger.SaveClearedAsync(run.Id, "none", i + 4, false, Ct);
        }

        var found = await AddAsync(database, "nudity", ReviewSeverity.Low, RunState.Done);
        await DecideAsync(database, found, "ann", Decision.Block);

        var estimate = await database.Get<LabQuery>().MissesAsync("explicit", Ct);

        (estimate.Cleared, estimate.Rate!.Events, estimate.Rate.Trials, estimate.Found).ShouldBe((10, 1, 3, 1));
        estimate.Missed!.Value.ShouldBe(1 + (7 / 3.0), 1e-9);
        (await database.Get<LabQuery>().MissesAsync("alcohol", Ct)).Rate!.Events.ShouldBe(0);
    }

    [Fact]
    public async Task The_transparency_report_equals_a_recount()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (queue, clock) = (database.Get<IReviewQueue>(), database.Clock);
        var from = clock.Now;
        await database.Get<IRunStore>().AddAsync(Make.Run(clock.Now, state: RunState.Done) with { EndedAt = clock.Now }, Ct);
        foreach (var decision in (Decision[])[Decision.Allow, Decision.Block, Decision.Block])
        {
            var item = await AddAsync(database, "nudity", ReviewSeverity.Low, RunState.Done);
            clock.Advance(TimeSpan.FromMinutes(2));
            await DecideAsync(database, item, "ann", decision);
            if (decision == Decision.Allow)
            {
                await queue.TryReverseAsync(item.Id, Make.Word(Decision.Block, clock.Now, "lea") with { IsReversal = true }, Ct);
            }
        }

        var report = await database.Get<TransparencyQuery>().GetAsync(from, clock.Now.AddHours(1), Ct);

        long decided = await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "ReviewItems" WHERE "State" = 'Decided'""", Ct);
        (report.Decisions, report.FlagsDecided, report.FlagsOverturned, report.Reversed).ShouldBe(((int)decided, 3, 1, 1));
        report.ByLabel.ShouldBe([new LabelDecisions("nudity", 0, 3)]);
        report.MedianSeconds.ShouldBe(120);
        report.OverturnRate.ShouldNotBeNull().ShouldBe(1 / 3.0, 1e-9);
    }

    private static Task<int> AddUserAsync(TestDatabase database) => database.ExecuteAsync("""
        INSERT INTO "Users" ("Id", "DisplayName", "IsActive", "CreatedAt", "EmailConfirmed", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount") VALUES ('ann', '', 1, 0, 0, 0, 0, 0, 0)
        """, Ct);

    private static ClaimWish Wish(TestDatabase database, string person) => new(Make.Person(person), database.Clock.Now, Lease);

    private static async Task<ReviewItem> AddAsync(TestDatabase database, string queue, ReviewSeverity severity, RunState state = RunState.AwaitingReview)
    {
        var run = Make.Run(database.Clock.Now, state: state);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        database.Clock.Advance(TimeSpan.FromTicks(1));
        return await database.Get<IReviewQueue>().AddAsync(Make.Item(run.Id, database.Clock.Now, 0) with { Queue = queue, Severity = severity, TopLabel = queue }, Ct);
    }

    private static async Task<long> ClaimAsync(IReviewQueue queue, ManualClock clock, ReviewItem item, string person) =>
        (await queue.TryClaimAsync(item.Id, Make.Person(person), clock.Now, Lease, Ct)).ShouldNotBeNull().Claim!.Token;

    private static async Task<bool> ParkAsync(IReviewQueue queue, ManualClock clock, ReviewItem item, Parking parking) =>
        await queue.TryParkAsync(item.Id, await ClaimAsync(queue, clock, item, "someone"), parking, clock.Now, Ct);

    private static Task<ReviewItem?> UndoAsync(IReviewQueue queue, ManualClock clock, ReviewItem item, string person) =>
        queue.TryUndoAsync(item.Id, Make.Person(person), clock.Now - TimeSpan.FromSeconds(10), clock.Now, Lease, Ct);

    private static async Task DecideAsync(TestDatabase database, ReviewItem item, string person, Decision decision)
    {
        var (queue, clock) = (database.Get<IReviewQueue>(), database.Clock);
        var token = await ClaimAsync(queue, clock, item, person);
        (await queue.TryDecideAsync(item.Id, token, Make.Word(decision, clock.Now, person), Make.Final(clock.Now), clock.Now, Ct)).ShouldBeTrue();
        await queue.SettleAsync(item.Id, clock.Now, Ct);
    }
}

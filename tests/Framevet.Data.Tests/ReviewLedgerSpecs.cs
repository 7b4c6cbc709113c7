using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using static Framevet.Data.Tests.ReviewCalls;

namespace Framevet.Data.Tests;

/// <summary>What is added up beside the queue: exposure, samples, misses, and the report.</summary>
public class ReviewLedgerSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

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
}

using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

public class ModerationStoreSpecs
{
    private static readonly Actor Ann = new("1", "Ann", Rights.Administer);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Policies_are_versions_and_of_many_saves_one_wins()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IPolicyStore>();
        (await store.CurrentAsync(Ct)).ShouldBe(PolicyVersion.BuiltIn);

        var saves = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => Task.Run(() => store.TrySaveAsync(Policy(i / 100.0), 0, Ann, $"{i}", Ct), Ct)));

        var winner = saves.Single(s => s is not null)!;
        (await store.CurrentAsync(Ct)).Document.ShouldBe(winner.Document);
        (await store.GetAsync(1, Ct))!.Note.ShouldBe(winner.Note);
        (await store.GetAsync(0, Ct)).ShouldBe(PolicyVersion.BuiltIn);
        (await store.GetAsync(7, Ct)).ShouldBeNull();
        (await store.VersionsAsync(9, Ct)).Select(v => v.Number).ShouldBe([1, 0]);
    }

    [Fact]
    public async Task Versions_are_stored_with_every_verdict_and_a_person_s_word_keeps_those_of_the_one_before()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now);
        await store.AddAsync(run, Ct);
        var word = Make.Escalate with { Basis = new VerdictBasis("tree-1", 4, "eye 2") };
        await store.SaveCandidatesAsync(run.Id, [Make.Candidate(0, verdict: word), Make.Candidate(1000, verdict: word)], new Funnel(), Ct);

        await store.SaveVerdictsAsync(run.Id, [(Make.Pts(0), new Verdict(Decision.Block, "Mia looked.", "Mia", "nudity"))], Ct);
        await store.SaveJudgementsAsync(run.Id, [new ClipChange(Make.Pts(1000), Make.Block with { Basis = new VerdictBasis("tree-1", 4, "cloud 7") }, [new Finding("explicit", 0.9, "cloud", "7")])], Ct);

        var frames = await store.CandidatesAsync(run.Id, Ct);
        frames[0].Judgement!.Verdict.Basis.ShouldBe(new VerdictBasis("tree-1", 4, "eye 2"));
        frames[1].Judgement!.Verdict.Basis!.Model.ShouldBe("cloud 7");
        frames[1].Judgement!.Findings.ShouldBe([new Finding("explicit", 0.9, "cloud", "7")]);
        frames[1].Losses.ShouldContain(l => l.Stage == LossStage.Moderation);
        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Verdicts" WHERE "Taxonomy" = 'tree-1' AND "Policy" = 4 AND "Model" IS NOT NULL""", Ct)).ShouldBe(4);
    }

    [Fact]
    public async Task Of_fifty_calls_at_once_as_many_are_entered_as_the_cap_and_the_budget_allow()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var ledger = database.Get<ICallLedger>();
        var (capped, poor) = (RunId.New(database.Clock.Now), RunId.New(database.Clock.Now));

        var byCap = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => ledger.TryEnterAsync(Call(capped), new CallLimits(3, null), Ct), Ct)));
        var byBudget = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => ledger.TryEnterAsync(Call(poor), new CallLimits(100, 0.010m), Ct), Ct)));

        byCap.Count(e => e.Id is not null).ShouldBe(3);
        byCap.Count(e => e.Refusal == CallRefusal.RunCap).ShouldBe(47);
        byBudget.Count(e => e.Id is not null).ShouldBe(7);
        byBudget.Count(e => e.Refusal == CallRefusal.DayBudget).ShouldBe(43);
        await ledger.CloseAsync(byCap.First(e => e.Id is not null).Id!.Value, CallOutcome.Answered, Ct);
        (await ledger.CountAsync(capped, Ct)).ShouldBe(3);

        database.Clock.Advance(TimeSpan.FromDays(1));
        (await ledger.TryEnterAsync(Call(poor), new CallLimits(100, 0.010m), Ct)).Id.ShouldNotBeNull();
    }

    [Fact]
    public async Task Costs_are_the_sums_of_the_book()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = Make.Run(database.Clock.Now);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        await database.Get<IRunStore>().SaveCandidatesAsync(run.Id, [.. Enumerable.Range(0, 30).Select(i => Make.Candidate(i * 1000))], new Funnel(), Ct);
        for (var i = 0; i < 3; i++)
        {
            await database.Get<ICallLedger>().TryEnterAsync(Call(run.Id) with { Label = i == 0 ? null : "nudity" }, new CallLimits(9, null), Ct);
        }

        var today = DateOnly.FromDateTime(database.Clock.Now.UtcDateTime);
        var report = await database.Get<CostQuery>().ReportAsync(today.AddDays(-1), today, Ct);

        (report.Calls, report.Dollars, report.Files, report.Frames, report.NaiveDollars).ShouldBe((3, 0.003m, 1, 30, 0.030m));
        report.Labels.Select(l => (l.Key, l.Calls)).ShouldBe([("nudity", 2), ("", 1)]);
        report.Users.Single().Calls.ShouldBe(3);
        report.Runs.Single().Key.ShouldBe(run.Id.ToString());
        (await database.Get<CostQuery>().SpentAsync(today, Ct)).ShouldBe(0.003m);
        (await database.Get<CostQuery>().ReportAsync(today.AddDays(1), today.AddDays(2), Ct)).NaiveDollars.ShouldBeNull();
    }

    [Fact]
    public async Task A_change_of_the_banks_is_seen_by_the_next_look()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var bank = database.Get<IHashBank>();
        var empty = await bank.IndexAsync(Ct);
        var entry = Entry("review/1");

        await bank.ReplaceAsync("review/1", [entry, Entry("review/1") with { Hash = null, Sha256 = new string('a', 64), Judged = [1, 2] }], Ct);

        var full = await bank.IndexAsync(Ct);
        empty.IsEmpty.ShouldBeTrue();
        (await bank.IndexAsync(Ct)).ShouldBeSameAs(full);
        full.Find(new PdqPicture(entry.Hash!.Value, 80)).Denied!.Id.ShouldBe(entry.Id);
        full.FindFile(new string('a', 64))!.Judged.ShouldBe([1, 2]);
        (await bank.PageAsync(BankKind.Allow, 0, 9, Ct)).Total.ShouldBe(0);
        (await bank.RemoveAsync(entry.Id, Ct)).ShouldBeTrue();
        (await bank.RemoveAsync(entry.Id, Ct)).ShouldBeFalse();
        (await bank.IndexAsync(Ct)).HasPictures.ShouldBeFalse();
    }

    [Fact]
    public async Task Final_words_are_read_once_they_cannot_be_taken_back_and_only_the_last_of_an_item()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, item) = await DecidedAsync(database, Decision.Block);
        var reader = new Reader();
        var follow = new DecisionFollow(database.Get<IDecisionFeed>(), [reader], database.Clock);

        (await follow.RunAsync(Ct)).ShouldBe(0);
        database.Clock.Advance(TimeSpan.FromSeconds(15));
        (await follow.RunAsync(Ct)).ShouldBe(1);
        (await follow.RunAsync(Ct)).ShouldBe(0);

        var word = reader.Words.Single();
        (word.Run, word.Item, word.Decision, word.Label, word.UserName).ShouldBe((run, item, Decision.Block, "nudity", "Mia"));
        word.Frames.ShouldBe([Make.Pts(0), Make.Pts(1000)]);

        await database.ExecuteAsync("""INSERT INTO "ReviewDecisions" ("ItemId", "Decision", "Label", "UserId", "UserName", "At", "IsFinal", "IsReversal") SELECT "ItemId", 'Allow', 'clean', 'l', 'Lena', "At", TRUE, TRUE FROM "ReviewDecisions" """, Ct);
        (await follow.RunAsync(Ct)).ShouldBe(1);
        reader.Words[^1].Decision.ShouldBe(Decision.Allow);
        (await new DecisionFollow(database.Get<IDecisionFeed>(), [new Reader("second")], database.Clock).RunAsync(Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task The_lab_joins_stored_findings_with_what_people_decided()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await DecidedAsync(database, Decision.Block);

        var samples = await database.Get<LabQuery>().SamplesAsync(10, Ct);

        samples.Length.ShouldBe(3);
        samples.Count(s => s is { Human: Decision.Block, HumanLabel: "nudity" }).ShouldBe(2);
        samples.Single(s => s.Human is null).ScoreOf("explicit").ShouldBe(0.5);
    }

    private static async Task<(RunId Run, Guid Item)> DecidedAsync(TestDatabase database, Decision decision)
    {
        var now = database.Clock.Now;
        var run = Make.Run(now);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        var finding = new Finding("explicit/sex-toys", 0.5, "eye", "1");
        await database.Get<IRunStore>().SaveCandidatesAsync(run.Id, [Make.Candidate(0, findings: finding), Make.Candidate(1000, findings: finding), Make.Candidate(2000, findings: finding)], new Funnel(), Ct);
        var queue = database.Get<IReviewQueue>();
        var item = await queue.AddAsync(Make.Item(run.Id, now, 0, 1000), Ct);
        var claimed = (await queue.TryClaimAsync(item.Id, Make.Person("m"), now, TimeSpan.FromMinutes(10), Ct))!;
        (await queue.TryDecideAsync(item.Id, claimed.Claim!.Token, new ReviewDecision(decision, "nudity", null, "m", "Mia", now), Make.Final(now), now, Ct)).ShouldBeTrue();
        await queue.SettleAsync(item.Id, now, Ct);
        return (run.Id, item.Id);
    }

    private static PolicyDocument Policy(double low) => PolicyDocument.Seed with { DefaultBand = new LabelBand(low, 0.8) };

    private static PaidCall Call(RunId run) => new(run, "ann", "cloud", "7", 0.001m, null, 2);

    private static BankEntry Entry(string origin) => new()
    {
        Id = Guid.NewGuid(), Bank = BankKind.Block, Hash = new PdqHash(1, 2, 3, 4), Quality = 90, Label = "nudity", Origin = origin, By = "Mia", At = DateTimeOffset.UnixEpoch,
    };

    private sealed class Reader(string name = "test") : IDecisionReader
    {
        public List<FinalDecision> Words { get; } = [];

        public string Name => name;

        public Task TakeAsync(FinalDecision decision, CancellationToken ct)
        {
            Words.Add(decision);
            return Task.CompletedTask;
        }
    }
}

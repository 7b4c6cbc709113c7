using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

public class QuerySpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_query_answers_on_one_run_with_one_doubtful_frame()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now, name: "Änderung.mp4");
        await store.AddAsync(run, Ct);
        await store.SaveCandidatesAsync(run.Id, [Make.Candidate(0), Make.Candidate(1000, 0.7f, Make.Escalate, null, true, new Finding("nudity", 0.5, "skin", "1"))], new Funnel(Decoded: 2, Sampled: 2), Ct);
        await store.LogAsync(run.Id, RunLogLevel.Info, "Begun.", Ct);
        var item = await database.Get<IReviewQueue>().AddAsync(Make.Item(run.Id, database.Clock.Now, 1000), Ct);

        (await database.Get<RunsQuery>().PageAsync(new RunsFilter(Text: "änd"), 0, 10, Ct)).Rows.Single().CoverThumbKey.ShouldBe("thumbs/x/0.jpg");
        (await database.Get<RunsQuery>().PageAsync(new RunsFilter(Text: run.Id.ToString()[..9]), 0, 10, Ct)).Total.ShouldBe(1);
        (await database.Get<RunsQuery>().PageAsync(new RunsFilter(Text: "zzz"), 0, 10, Ct)).Total.ShouldBe(0);
        (await database.Get<RunsQuery>().CountsAsync(null, Ct))[RunState.Queued].ShouldBe(1);
        var details = (await database.Get<RunQuery>().GetAsync(run.Id, Ct)).ShouldNotBeNull();
        details.OpenReviewItems.ShouldBe([item.Id]);
        details.Log.Single().Text.ShouldBe("Begun.");
        var frames = database.Get<FramesQuery>();
        (await frames.PageAsync(new FramesFilter(run.Id, Sort: "sharpness", Descending: true), 0, 10, Ct)).Rows.Select(f => f.Pts).ShouldBe([1000, 0]);
        (await frames.GetAsync(run.Id, 1000, Ct)).ShouldNotBeNull().Percentiles["quality"].ShouldBe(50);
        (await frames.CurveAsync(run.Id, "quality", 10, Ct)).Length.ShouldBe(2);
        (await frames.RangesAsync(run.Id, 4, Ct)).Length.ShouldBe(2);
        (await frames.CountsAsync(run.Id, Ct))[FrameState.Pending].ShouldBe(1);
        (await database.Get<ReviewQuery>().PageAsync(null, 0, 10, Ct)).Rows.Single().CoverThumbKey.ShouldBe("thumbs/x/1000.jpg");
        (await database.Get<ReviewQuery>().GetAsync(item.Id, Ct)).ShouldNotBeNull().Frames.Single().Findings.Single().Label.ShouldBe("nudity");
        (await database.Get<ReviewQuery>().SummaryAsync(Ct)).Waiting.ShouldBe(1);
        (await database.Get<UsersQuery>().PageAsync("x", 0, 10, Ct)).Total.ShouldBe(0);
        (await database.Get<AuditQuery>().PageAsync(new AuditFilter("a", "b", "c", database.Clock.Now, database.Clock.Now), 0, 10, Ct)).Total.ShouldBe(0);
        (await database.Get<SettingsQuery>().VersionsAsync(10, Ct)).Single().Number.ShouldBe(0);
        (await database.Get<ApiKeysQuery>().ForUserAsync("x", Ct)).ShouldBeEmpty();
    }
}

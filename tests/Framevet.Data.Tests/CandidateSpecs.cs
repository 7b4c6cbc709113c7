using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Selection;

namespace Framevet.Data.Tests;

public class CandidateSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Candidates_come_back_by_PTS_as_they_were_saved()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        var seen = Make.Candidate(2000, 0.1f, Make.Escalate, "Too dark.", true, new Finding("nudity", 0.5, "skin", "1"), new Finding("other", 0.25, "skin", "1"));
        var unjudged = Make.Candidate(-500, isJudged: false) with { ThumbKey = null, Losses = [] };

        await store.SaveCandidatesAsync(run, [seen, unjudged], new Funnel(Sampled: 2), Ct);

        Json(await store.CandidatesAsync(run, Ct)).ShouldBe(Json<ImmutableArray<Candidate>>([unjudged, seen]));
        (await store.GetAsync(run, Ct)).ShouldNotBeNull().Funnel.Sampled.ShouldBe(2);
    }

    [Fact]
    public async Task What_models_found_comes_back_as_it_was_saved()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        var face = new FaceMark(new MarkBox(0.1f, 0.2f, 0.3f, 0.4f), 0.9f, [new MarkPoint(0.15f, 0.3f), new MarkPoint(0.25f, 0.3f)])
        {
            Embedding = FaceEmbedding.Of([3, 4, 0]), EyesOpen = 0.97f, Pose = new HeadPose(-10, 5, 2.5f),
        };
        var found = Make.Candidate(0) with { Detections = new FrameDetections([face], [new ObjectMark("dog", 0.5f, new MarkBox(0, 0, 1, 0.5f))], 0.25f) };
        var looked = Make.Candidate(1000) with { Detections = new FrameDetections([]) };
        var unlooked = Make.Candidate(2000);

        await store.SaveCandidatesAsync(run, [found, looked, unlooked], new Funnel(), Ct);

        var stored = await store.CandidatesAsync(run, Ct);
        Json(stored).ShouldBe(Json<ImmutableArray<Candidate>>([found, looked, unlooked]));
        stored[0].Detections.ShouldNotBeNull().Faces.ShouldNotBeNull()[0].Embedding.ShouldNotBeNull().Values.ToArray().ShouldBe([0.6f, 0.8f, 0], 0.001f);
        stored[1].Detections.ShouldNotBeNull().Faces.ShouldNotBeNull().ShouldBeEmpty();
        stored[1].Detections.ShouldNotBeNull().Objects.ShouldBeNull();
        stored[2].Detections.ShouldBeNull();
        (await database.Get<FramesQuery>().GetAsync(run, 0, Ct)).ShouldNotBeNull().Candidate.Detections.ShouldNotBeNull().PersonShare.ShouldBe(0.25f);
    }

    [Fact]
    public async Task A_score_that_is_not_a_number_counts_as_not_measured()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        var candidate = Make.Candidate(0) with { Scores = ImmutableSortedDictionary<string, float>.Empty.Add("quality", float.NaN).Add("motion", float.PositiveInfinity).Add("sharpness", 1) };

        await store.SaveCandidatesAsync(run, [candidate], new Funnel(), Ct);

        (await store.CandidatesAsync(run, Ct)).Single().Scores.Keys.ShouldBe(["sharpness"]);
        (await database.Get<FramesQuery>().GetAsync(run, 0, Ct)).ShouldNotBeNull().Row.Quality.ShouldBeNull();
    }

    [Fact]
    public async Task Saving_again_changes_nothing_that_is_there()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        ImmutableArray<Candidate> batch = [Make.Candidate(0, 0.5f, null, null, true, new Finding("nudity", 0.1, "skin", "1")), Make.Candidate(1000)];
        await store.SaveCandidatesAsync(run, batch, new Funnel(), Ct);

        await store.SaveCandidatesAsync(run, [.. batch.Select(c => c with { ThumbKey = "other", Index = 99 }), Make.Candidate(2000)], new Funnel(), Ct);

        Json(await store.CandidatesAsync(run, Ct)).ShouldBe(Json<ImmutableArray<Candidate>>([.. batch, Make.Candidate(2000)]));
        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Verdicts" """, Ct)).ShouldBe(3);
    }

    [Fact]
    public async Task Writers_at_once_with_the_same_frames_leave_each_frame_once()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        var batches = Enumerable.Range(0, 10).Select(b => Enumerable.Range(b * 20, 30).Select(i => Make.Candidate(i * 1000, 0.5f, null, null, true, new Finding("nudity", 0.1, "skin", "1"))).ToImmutableArray()).ToArray();

        var revisions = await Task.WhenAll(batches.Concat(batches).Select(b => Task.Run(() => store.SaveCandidatesAsync(run, b, new Funnel(), Ct), Ct)));

        revisions.Distinct().Count().ShouldBe(20);
        var stored = await store.CandidatesAsync(run, Ct);
        stored.Select(c => c.Pts.Value).ShouldBe(Enumerable.Range(0, 210).Select(i => i * 1000L));
        stored.ShouldAllBe(c => c.Judgement!.Findings.Length == 1);
        (await database.NumberAsync("""SELECT COUNT(DISTINCT "Revision") AS "Value" FROM "Frames" """, Ct)).ShouldBe(210);
    }

    [Fact]
    public async Task A_save_that_fails_half_way_leaves_nothing()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        var before = (await store.GetAsync(run, Ct)).ShouldNotBeNull();
        var impossible = Make.Candidate(1000, 0.5f, null, null, true, new Finding(null!, 0.1, "skin", "1"));

        await Should.ThrowAsync<Exception>(() => store.SaveCandidatesAsync(run, [Make.Candidate(0), impossible], new Funnel(Decoded: 99), Ct));

        (await store.CandidatesAsync(run, Ct)).ShouldBeEmpty();
        var after = (await store.GetAsync(run, Ct)).ShouldNotBeNull();
        (after.Revision, after.Funnel).ShouldBe((before.Revision, before.Funnel));
        await store.SaveCandidatesAsync(run, [Make.Candidate(0)], new Funnel(), Ct);
    }

    [Fact]
    public async Task A_new_verdict_replaces_the_old_one_and_the_history_keeps_both()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        var finding = new Finding("nudity", 0.5, "skin", "1");
        await store.SaveCandidatesAsync(run, [Make.Candidate(0, 0.5f, Make.Escalate, null, true, finding), Make.Candidate(1000, 0.5f, Make.Escalate, "Too dark."), Make.Candidate(2000)], new Funnel(Decoded: 50, AwaitingReview: 1, Allowed: 1, LostInReview: 1), Ct);
        var frames = database.Get<FramesQuery>();

        await store.SaveVerdictsAsync(run, [(Make.Pts(0), Make.Block), (Make.Pts(1000), Make.Allow)], Ct);

        var blocked = (await frames.GetAsync(run, 0, Ct)).ShouldNotBeNull();
        (blocked.Row.State, blocked.Row.IsAllowed, blocked.Verdict, blocked.Row.LossReason).ShouldBe((FrameState.Blocked, false, Make.Block, Make.Block.Reason));
        blocked.Findings.ShouldBe([finding]);
        var lost = (await frames.GetAsync(run, 1000, Ct)).ShouldNotBeNull();
        (lost.Row.State, lost.Row.IsAllowed, lost.Row.LossReason).ShouldBe((FrameState.Lost, true, "Too dark."));
        var funnel = (await store.GetAsync(run, Ct)).ShouldNotBeNull().Funnel;
        (funnel.Decoded, funnel.Allowed, funnel.AwaitingReview, funnel.Blocked, funnel.LostInReview).ShouldBe((50L, 1, 0, 1, 0));

        await store.SaveVerdictsAsync(run, [(Make.Pts(0), Make.Allow)], Ct);

        var allowed = (await frames.GetAsync(run, 0, Ct)).ShouldNotBeNull();
        (allowed.Row.State, allowed.Losses.Length).ShouldBe((FrameState.Allowed, 0));
        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Verdicts" WHERE "Pts" = 0""", Ct)).ShouldBe(3);
    }

    [Fact]
    public async Task A_selection_replaces_the_one_before_and_leaves_other_rows_alone()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        ImmutableArray<Candidate> all = [Make.Candidate(0), Make.Candidate(1000), Make.Candidate(2000), Make.Candidate(3000, 0.9f, Make.Escalate), Make.Candidate(4000, 0.9f, null, "Too dark.")];
        await store.SaveCandidatesAsync(run, all, new Funnel(), Ct);
        var outOfRank = new Loss(LossStage.Selection, "top", "Not among the best.");
        await store.SaveSelectionAsync(run, [new Pick(all[0], 1, "Sharp."), new Pick(all[1], 2, "Bright.")], [(Make.Pts(2000), outOfRank)], new Funnel(Selected: 2), Ct);
        var before = (await database.Get<FramesQuery>().PageAsync(new FramesFilter(run), 0, 10, Ct)).Rows.ToDictionary(r => r.Pts, r => r.Revision);

        // 3000 waits for people and 4000 was lost at a gate: neither can be picked, whoever asks.
        var revision = await store.SaveSelectionAsync(
            run, [new Pick(all[2], 1, "Sharper."), new Pick(all[1], 2, "Bright."), new Pick(all[3], 3, "x"), new Pick(all[4], 4, "x")], [(Make.Pts(0), outOfRank)], new Funnel(Selected: 2), Ct);

        var rows = (await database.Get<FramesQuery>().PageAsync(new FramesFilter(run), 0, 10, Ct)).Rows.ToDictionary(r => r.Pts);
        rows.Values.OrderBy(r => r.Pts).Select(r => (r.State, r.Rank)).ShouldBe(
            [(FrameState.Allowed, null), (FrameState.Selected, 2), (FrameState.Selected, 1), (FrameState.Pending, null), (FrameState.Lost, null)]);
        (rows[0].LossReason, rows[1000].LossReason, rows[2000].LossReason).ShouldBe((outOfRank.Reason, null, null));
        rows.Values.Where(r => r.Revision == before[r.Pts]).Select(r => r.Pts).ShouldBe([1000, 3000, 4000], ignoreOrder: true);
        rows.Values.Max(r => r.Revision).ShouldBe(revision);
        (await database.Get<FramesQuery>().GetAsync(run, 2000, Ct)).ShouldNotBeNull().PickReason.ShouldBe("Sharper.");
    }

    [Fact]
    public async Task A_pick_that_is_blocked_later_is_no_pick_any_more()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        await store.SaveCandidatesAsync(run, [Make.Candidate(0)], new Funnel(), Ct);
        await store.SaveSelectionAsync(run, [new Pick(Make.Candidate(0), 1, "Sharp.")], [], new Funnel(Selected: 1), Ct);

        await store.SaveVerdictsAsync(run, [(Make.Pts(0), Make.Block)], Ct);

        var candidate = (await store.CandidatesAsync(run, Ct)).Single();
        (candidate.Rank, candidate.IsAllowed).ShouldBe((null, false));
        (await store.GetAsync(run, Ct)).ShouldNotBeNull().Funnel.Selected.ShouldBe(0);
    }

    [Fact]
    public async Task Clearing_a_run_leaves_the_run_and_its_log_only()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await WithRunAsync(database);
        var (_, other) = await WithRunAsync(database);
        foreach (var id in (RunId[])[run, other])
        {
            await store.SaveCandidatesAsync(id, [Make.Candidate(0, 0.5f, Make.Escalate, null, true, new Finding("nudity", 0.5, "skin", "1"))], new Funnel(Decoded: 4), Ct);
            await database.Get<Pipeline.Review.IReviewQueue>().AddAsync(Make.Item(id, database.Clock.Now, 0), Ct);
            await store.LogAsync(id, RunLogLevel.Info, "Kept.", Ct);
        }

        await store.ClearAsync(run, Ct);

        foreach (var table in (string[])["Frames", "Findings", "Verdicts", "ReviewItems"])
        {
            (await database.NumberAsync($"""SELECT COUNT(*) AS "Value" FROM "{table}" WHERE "RunId" = '{run}'""", Ct)).ShouldBe(0, table);
            (await database.NumberAsync($"""SELECT COUNT(*) AS "Value" FROM "{table}" """, Ct)).ShouldBe(1, table);
        }

        (await store.GetAsync(run, Ct)).ShouldNotBeNull().Funnel.ShouldBe(new Funnel());
        (await database.Get<RunQuery>().LogAsync(run, 0, 10, Ct)).Length.ShouldBe(1);
    }

    private static async Task<(IRunStore Store, RunId Run)> WithRunAsync(TestDatabase database)
    {
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        return (database.Get<IRunStore>(), run.Id);
    }

    private static string Json<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, PipelineJson.Options);
}

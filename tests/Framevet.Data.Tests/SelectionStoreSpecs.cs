using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Sharing;

namespace Framevet.Data.Tests;

/// <summary>Kept selections, and links for guests, in the database.</summary>
public class SelectionStoreSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Versions_count_from_one_within_their_run_and_come_back_whole()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, other) = (await RunAsync(database, "a"), await RunAsync(database, "b"));
        var store = database.Get<ISelectionStore>();

        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => store.AddAsync(Version(run, database), Ct)));
        var first = await store.AddAsync(Version(other, database), Ct);

        made.Select(v => v.Number).ShouldBe([1, 2, 3, 4, 5], ignoreOrder: true);
        first.Number.ShouldBe(1);
        (await store.ListAsync(run, Ct)).Select(v => v.Number).ShouldBe([5, 4, 3, 2, 1]);
        var stored = (await store.GetAsync(other, 1, Ct)).ShouldNotBeNull();
        stored.Picks.ShouldBe(first.Picks.AsEnumerable());
        System.Text.Json.JsonSerializer.Serialize(stored.Recipe, Pipeline.PipelineJson.Options).ShouldBe(System.Text.Json.JsonSerializer.Serialize(first.Recipe, Pipeline.PipelineJson.Options));
        (await store.GetAsync(other, 2, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_version_in_effect_changes_scores_ranks_and_states_but_never_picks_what_was_blocked_meanwhile()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = await RunAsync(database, "a");
        var (runs, store) = (database.Get<IRunStore>(), database.Get<ISelectionStore>());
        ImmutableArray<Candidate> frames = [Make.Candidate(0, 0.1f), Make.Candidate(1000, 0.2f), Make.Candidate(2000, 0.3f)];
        await runs.SaveCandidatesAsync(run, frames, new Funnel(Sampled: 3), Ct);
        var version = await store.AddAsync(Version(run, database), Ct);
        ImmutableArray<Candidate> changed =
        [
            frames[0] with { Rank = 2, PickReason = "second", Scores = frames[0].Scores.SetItem("quality", 0.9f) },
            frames[1] with { Rank = 1, PickReason = "first" },
            frames[2] with { Losses = [new Loss(LossStage.Gating, "threshold", "Too dark.")] },
        ];
        await runs.SaveVerdictsAsync(run, [(frames[1].Pts, Make.Block)], Ct);

        var revision = await store.ApplyAsync(version, changed, database.Clock.Now, Ct);

        (await runs.GetAsync(run, Ct))!.Revision.ShouldBe(revision);
        var rows = (await database.Get<FramesQuery>().PageAsync(new FramesFilter(run), 0, 10, Ct)).Rows;
        rows.Select(r => (r.State, r.Rank)).ShouldBe([(FrameState.Selected, 2), (FrameState.Blocked, null), (FrameState.Lost, null)]);
        rows[0].Quality.ShouldBe(0.9);
        rows.Select(r => r.Revision).ShouldBeUnique();
        (await store.GetAsync(run, 1, Ct))!.AppliedAt.ShouldBe(database.Clock.Now);
    }

    [Fact]
    public async Task A_link_is_found_by_the_hash_of_its_token_alone_and_guests_are_told_apart()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = await RunAsync(database, "a");
        var store = database.Get<IShareStore>();
        var now = database.Clock.Now;
        var share = new Share(Guid.NewGuid(), run, "ann", "Ann", "Title", SharedFrames.Allowed, true, true, "mark", now, now.AddDays(1), null);
        await store.AddAsync(share, "hash", "password", Ct);

        (await store.FindAsync("hash", Ct)).ShouldBe((share, "password"));
        (await store.FindAsync("Hash", Ct)).ShouldBeNull();
        (await store.PickAsync(share.Id, "g1", 1000, true, 2, now, Ct)).ShouldBeTrue();
        (await store.PickAsync(share.Id, "g1", 1000, true, 2, now, Ct)).ShouldBeFalse("twice is once");
        (await store.PickAsync(share.Id, "g1", 0, true, 2, now, Ct)).ShouldBeTrue();
        (await store.PickAsync(share.Id, "g1", 2000, true, 2, now, Ct)).ShouldBeFalse("no more than the most");
        (await store.PickAsync(share.Id, "g2", 1000, true, 2, now, Ct)).ShouldBeTrue();
        (await store.PicksAsync(share.Id, Ct)).Select(p => (p.Pts, p.Guests)).ShouldBe([(1000L, 2), (0L, 1)]);
        (await store.OfGuestAsync(share.Id, "g2", Ct)).ShouldBe([1000L]);
        (await store.PickAsync(share.Id, "g2", 1000, false, 2, now, Ct)).ShouldBeTrue();
        (await store.OfGuestAsync(share.Id, "g2", Ct)).ShouldBeEmpty();
        (await store.RevokeAsync(share.Id, now, Ct)).ShouldBeTrue();
        (await store.RevokeAsync(share.Id, now, Ct)).ShouldBeFalse();
        (await store.ForRunAsync(run, Ct)).ShouldHaveSingleItem().IsOpenAt(now).ShouldBeFalse();
    }

    [Fact]
    public async Task The_start_page_counts_what_ended_today_by_itself_and_by_people()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var runs = database.Get<IRunStore>();
        var alone = await RunAsync(database, "a");
        await runs.TryMoveAsync(alone, RunState.Queued, RunState.Running, "Runs.", null, Ct);
        await runs.TryMoveAsync(alone, RunState.Running, RunState.Finishing, "Finishes.", null, Ct);
        await runs.TryMoveAsync(alone, RunState.Finishing, RunState.Done, "Done.", null, Ct);
        await RunAsync(database, "b");
        var board = database.Get<DashboardQuery>();

        (await board.DecidedAsync(Ct)).ShouldBe(new DecidedToday(1, 0));
        (await board.DecidedAsync(Ct)).AutoShare.ShouldBe(1);
        new DecidedToday(0, 0).AutoShare.ShouldBeNull("nothing decided is no share");
        var ended = await board.EndedAsync(null, TimeSpan.FromMinutes(30), 48, Ct);
        ended.Length.ShouldBe(48);
        (ended.Sum(e => e.Done), ended.Sum(e => e.Failed), ended[^1].Done).ShouldBe((1, 0, 1));
        (await board.EndedAsync("somebody else", TimeSpan.FromMinutes(30), 48, Ct)).Sum(e => e.Done).ShouldBe(0);
    }

    private static async Task<RunId> RunAsync(TestDatabase database, string sha)
    {
        database.Clock.Advance(TimeSpan.FromSeconds(1));
        var run = Make.Run(database.Clock.Now, sha: sha);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        return run.Id;
    }

    private static SelectionVersion Version(RunId run, TestDatabase database) =>
        new(run, 0, Make.Recipe(), "ann", "Ann", "note", database.Clock.Now, [new VersionPick(1000, 1, "best"), new VersionPick(0, 2, "next")], new Funnel(Sampled: 3, Selected: 2));
}

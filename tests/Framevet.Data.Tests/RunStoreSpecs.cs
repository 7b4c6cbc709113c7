using Framevet.Pipeline;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

public class RunStoreSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_comes_back_as_it_was_added_with_its_recipe()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = Make.Run(database.Clock.Now) with { Priority = 7 };

        await database.Get<IRunStore>().AddAsync(run, Ct);

        var stored = (await database.Get<IRunStore>().GetAsync(run.Id, Ct)).ShouldNotBeNull();
        Json(stored.Recipe).ShouldBe(Json(run.Recipe));
        (stored with { Recipe = run.Recipe, Revision = 0 }).ShouldBe(run);
        stored.Revision.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Two_runs_on_the_same_bytes_share_one_media_row()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var runs = Enumerable.Range(0, 10).Select(_ => Make.Run(database.Clock.Now)).ToArray();

        await Task.WhenAll(runs.Select(r => Task.Run(() => store.AddAsync(r, Ct), Ct)));

        (await database.NumberAsync("""SELECT COUNT(*) AS "Value" FROM "Media" """, Ct)).ShouldBe(1);
        (await store.InStatesAsync([RunState.Queued], Ct)).Select(r => r.Id.ToString()).ShouldBe(runs.Select(r => r.Id.ToString()), ignoreOrder: true);
    }

    [Fact]
    public async Task Of_many_moves_at_once_exactly_one_wins()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now);
        await store.AddAsync(run, Ct);

        var moves = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => store.TryMoveAsync(run.Id, RunState.Queued, RunState.Running, $"Worker {i}.", null, Ct), Ct)));

        var winner = Array.FindIndex(moves, m => m is not null);
        moves.Count(m => m is not null).ShouldBe(1);
        var stored = (await store.GetAsync(run.Id, Ct)).ShouldNotBeNull();
        (stored.Reason, stored.Attempt, stored.Revision).ShouldBe(($"Worker {winner}.", 1, moves[winner]!.Value));
    }

    [Fact]
    public async Task Moves_keep_times_attempts_and_failure_as_the_target_demands()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, clock) = (database.Get<IRunStore>(), database.Clock);
        var run = Make.Run(clock.Now);
        await store.AddAsync(run, Ct);

        clock.Advance(TimeSpan.FromMinutes(1));
        var started = clock.Now;
        await store.TryMoveAsync(run.Id, RunState.Queued, RunState.Running, "Started.", null, Ct);
        await store.TryMoveAsync(run.Id, RunState.Running, RunState.Queued, "The server stopped.", null, Ct);
        clock.Advance(TimeSpan.FromMinutes(1));
        await store.TryMoveAsync(run.Id, RunState.Queued, RunState.Running, "Started again.", null, Ct);
        var again = (await store.GetAsync(run.Id, Ct)).ShouldNotBeNull();
        await store.TryMoveAsync(run.Id, RunState.Running, RunState.Failed, "No.", new RunFailure(FailureCode.ToolFailed, "exit 1"), Ct);
        var failed = (await store.GetAsync(run.Id, Ct)).ShouldNotBeNull();
        await store.TryMoveAsync(run.Id, RunState.Failed, RunState.Queued, "Tried again.", null, Ct);
        var retried = (await store.GetAsync(run.Id, Ct)).ShouldNotBeNull();

        (again.StartedAt, again.Attempt, again.EndedAt).ShouldBe((started, 2, null));
        (failed.EndedAt, failed.Failure, failed.FailureDetail).ShouldBe((clock.Now, FailureCode.ToolFailed, "exit 1"));
        (retried.StartedAt, retried.EndedAt, retried.Failure, retried.FailureDetail, retried.Attempt).ShouldBe((null, null, null, null, 0));
        retried.Revision.ShouldBeGreaterThan(failed.Revision);
        (await store.TryMoveAsync(RunId.New(clock.Now), RunState.Queued, RunState.Running, "", null, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Progress_keeps_funnel_and_probed_facts()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now);
        await store.AddAsync(run, Ct);
        var facts = new MediaFacts("video", "mov", "h264", null, 1920, 1080, TimeSpan.FromSeconds(20.5), 29.97, 90, new TimeBase(1001, 30000), null);
        var funnel = new Funnel(10, 1, 9, 8, 7, 6, 5, 4, 3);

        var first = await store.SaveProgressAsync(run.Id, funnel, facts, Ct);
        var second = await store.SaveProgressAsync(run.Id, funnel, null, Ct);

        var stored = (await store.GetAsync(run.Id, Ct)).ShouldNotBeNull();
        (stored.Funnel, stored.Media, stored.Revision).ShouldBe((funnel, facts, second));
        second.ShouldBeGreaterThan(first);
    }

    [Fact]
    public async Task A_run_that_does_not_exist_cannot_be_written_to()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);

        var trouble = await Should.ThrowAsync<VettingException>(() => database.Get<IRunStore>().SaveCandidatesAsync(RunId.New(database.Clock.Now), [Make.Candidate(0)], new Funnel(), Ct));

        trouble.Code.ShouldBe(FailureCode.NotFound);
    }

    private static string Json<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, PipelineJson.Options);
}

using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

/// <summary>A run has one worker, and one that was taken for dead writes nothing any more.</summary>
public class LeaseSpecs
{
    private static readonly WorkNode Long = new("alive", TimeSpan.FromMinutes(5), false);

    // Over before the next statement: on a server its own clock counts, which no test can move.
    private static readonly WorkNode Short = new("asleep", TimeSpan.FromTicks(1), false);
    private static readonly WorkNode Other = new("other", TimeSpan.FromMinutes(5), false);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_takes_a_run_whose_worker_lives()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await AddedAsync(database);

        var lease = (await store.TryTakeAsync(run, Long, Ct))!;
        await store.Under(lease).TryMoveAsync(run, RunState.Queued, RunState.Running, "", null, Ct);

        (await store.TryTakeAsync(run, Other, Ct)).ShouldBeNull();
        (await store.OrphansAsync(Ct)).ShouldBeEmpty();
        (await store.GetAsync(run, Ct))!.Worker.ShouldBe("alive");
        (await store.TryTakeAsync(run, Long, Ct))!.Token.ShouldBe(lease.Token + 1);
    }

    [Fact]
    public async Task A_run_whose_worker_went_silent_is_an_orphan_and_goes_to_the_first_who_takes_it()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await AddedAsync(database);
        var lease = (await store.TryTakeAsync(run, Short, Ct))!;
        await store.Under(lease).TryMoveAsync(run, RunState.Queued, RunState.Running, "", null, Ct);
        await SleepAsync(database);

        (await store.OrphansAsync(Ct)).Select(r => r.Id).ShouldBe([run]);
        var takers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => store.TryTakeAsync(run, new WorkNode($"n{i}", TimeSpan.FromMinutes(5), false), Ct))));

        takers.Count(t => t is not null).ShouldBe(1);
        (await store.OrphansAsync(Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_write_of_a_worker_that_lost_its_run_is_refused_and_leaves_nothing()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await AddedAsync(database);
        var lost = (await store.TryTakeAsync(run, Short, Ct))!;
        var late = store.Under(lost);
        await late.TryMoveAsync(run, RunState.Queued, RunState.Running, "", null, Ct);
        await late.SaveCandidatesAsync(run, [Make.Candidate(0)], new Funnel(Sampled: 1), Ct);
        await SleepAsync(database);
        var successor = (await store.TryTakeAsync(run, Other, Ct))!;
        await store.Under(successor).SaveCandidatesAsync(run, [Make.Candidate(1)], new Funnel(Sampled: 2), Ct);
        var before = (await store.GetAsync(run, Ct))!;

        foreach (var write in Writes(run))
        {
            (await Should.ThrowAsync<LeaseLostException>(() => write(late))).Lease.ShouldBe(lost);
        }

        (await late.TryMoveAsync(run, RunState.Running, RunState.Queued, "late", null, Ct)).ShouldBeNull();
        await store.ReleaseAsync(lost, Ct);

        var after = (await store.GetAsync(run, Ct))!;
        (after.Revision, after.State, after.Funnel, after.Worker).ShouldBe((before.Revision, RunState.Running, new Funnel(Sampled: 2), "other"));
        (await store.CandidatesAsync(run, Ct)).Length.ShouldBe(2);
        await store.Under(successor).SaveProgressAsync(run, new Funnel(Sampled: 3), null, Ct);
    }

    [Fact]
    public async Task A_write_renews_the_lease()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await AddedAsync(database);
        var lease = (await store.TryTakeAsync(run, Short, Ct))!;
        await store.Under(lease).TryMoveAsync(run, RunState.Queued, RunState.Running, "", null, Ct);
        await SleepAsync(database);

        await store.Under(lease with { Length = TimeSpan.FromMinutes(5) }).SaveProgressAsync(run, new Funnel(), null, Ct);

        (await store.OrphansAsync(Ct)).ShouldBeEmpty();
        (await store.TryTakeAsync(run, Other, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_at_rest_is_nobodys_and_people_need_no_lease()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, run) = await AddedAsync(database);
        var lease = (await store.TryTakeAsync(run, Long, Ct))!;
        await store.Under(lease).TryMoveAsync(run, RunState.Queued, RunState.Running, "", null, Ct);
        await store.Under(lease).TryMoveAsync(run, RunState.Running, RunState.AwaitingReview, "", null, Ct);

        (await store.GetAsync(run, Ct))!.Worker.ShouldBeNull();
        await store.SaveProgressAsync(run, new Funnel(Sampled: 7), null, Ct);
        (await store.TryTakeAsync(run, Other, Ct))!.Token.ShouldBe(lease.Token + 1);
    }

    private static IEnumerable<Func<IRunStore, Task>> Writes(RunId run)
    {
        yield return s => s.SaveProgressAsync(run, new Funnel(Sampled: 9), null, Ct);
        yield return s => s.SaveCandidatesAsync(run, [Make.Candidate(2)], new Funnel(Sampled: 9), Ct);
        yield return s => s.SaveSelectionAsync(run, [], [], new Funnel(Sampled: 9), Ct);
        yield return s => s.SaveVerdictsAsync(run, [], Ct);
        yield return s => s.SaveJudgementsAsync(run, [], Ct);
        yield return s => s.SaveGatingAsync(run, [], new Funnel(Sampled: 9), Ct);
        yield return s => s.SaveScenesAsync(run, [], Ct);
        yield return s => s.SavePeopleAsync(run, [], Ct);
        yield return s => s.ClearAsync(run, Ct);
    }

    private static async Task<(IRunStore Store, RunId Run)> AddedAsync(TestDatabase database)
    {
        var run = Make.Run(database.Clock.Now);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        return (database.Get<IRunStore>(), run.Id);
    }

    private static Task SleepAsync(TestDatabase database)
    {
        database.Clock.Advance(TimeSpan.FromSeconds(1));
        return Task.Delay(2, Ct);
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

/// <summary>Whose turn it is among the runs that wait, for all nodes.</summary>
public class TurnSpecs
{
    private static readonly TurnRules Plain = TurnRules.Default;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_runs_of_one_do_not_keep_another_from_his_turn()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        await AddAsync(database, "ann", 100);
        await AddAsync(database, "ben", 1);
        await AddAsync(database, "cleo", 2);

        var served = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            served.Add(await ServeAsync(store, database, Ct));
        }

        served.ShouldBe(["ann", "ben", "cleo", "ann", "cleo", "ann"]);
    }

    [Fact]
    public async Task Two_nodes_at_once_never_give_an_owner_more_than_the_limit_and_never_take_the_same_run()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        foreach (var owner in (string[])["ann", "ben", "cleo"])
        {
            await AddAsync(database, owner, 8);
        }

        var rules = Plain with { MostPerOwner = 3 };
        var leases = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => store.TryTakeNextAsync("cpu", rules, Node($"node{i % 4}"), Ct))));

        var taken = leases.OfType<RunLease>().Select(l => l.Run).ToList();
        taken.Distinct().Count().ShouldBe(taken.Count);
        var owners = await Task.WhenAll(taken.Select(async r => (await store.GetAsync(r, Ct))!.OwnerId));
        owners.CountBy(o => o).ShouldBe([new("ann", 3), new("ben", 3), new("cleo", 3)], ignoreOrder: true);

        // One of them comes back: exactly one place is free, whoever asks.
        await store.ReleaseAsync(leases.OfType<RunLease>().First(), Ct);
        var again = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => store.TryTakeNextAsync("cpu", rules, Node($"node{i}"), Ct))));
        again.Count(l => l is not null).ShouldBe(1);
    }

    [Fact]
    public async Task A_dead_nodes_run_counts_no_more_for_its_owner()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        await AddAsync(database, "ann", 2);
        var rules = Plain with { MostPerOwner = 1 };

        (await store.TryTakeNextAsync("cpu", rules, new WorkNode("dead", TimeSpan.FromTicks(1), false), Ct)).ShouldNotBeNull();
        database.Clock.Advance(TimeSpan.FromSeconds(1));
        await Task.Delay(2, Ct);

        (await store.TryTakeNextAsync("cpu", rules, Node("alive"), Ct)).ShouldNotBeNull();
        (await store.TryTakeNextAsync("cpu", rules, Node("alive"), Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_takes_what_belongs_to_another_group_or_to_none_or_has_to_pause()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var unseen = Make.Run(database.Clock.Now);
        await store.AddAsync(unseen, Ct);
        var gpu = (await AddAsync(database, "ann", 1, group: "gpu"))[0];
        var paused = (await AddAsync(database, "ben", 1))[0];
        await store.PostponeAsync(paused, TimeSpan.FromMinutes(1), Ct);

        (await store.TryTakeNextAsync("cpu", Plain, Node("a"), Ct)).ShouldBeNull();
        (await store.TryTakeNextAsync("gpu", Plain, Node("a"), Ct))!.Run.ShouldBe(gpu);
        (await database.Get<WaitQuery>().OfAsync(paused, Ct))!.Pause.ShouldNotBeNull();
        (await database.Get<WaitQuery>().OfAsync(gpu, Ct)).ShouldBeNull();
        (await database.Get<WaitQuery>().ByGroupAsync(Ct)).ShouldBe([new("", 1), new("cpu", 1)]);

        await store.RouteAsync(unseen.Id, "cpu", Ct);
        (await store.TryTakeNextAsync("cpu", Plain, Node("a"), Ct))!.Run.ShouldBe(unseen.Id);
        await store.PostponeAsync(paused, TimeSpan.FromMinutes(-1), Ct);
        (await store.TryTakeNextAsync("cpu", Plain, Node("a"), Ct))!.Run.ShouldBe(paused);
    }

    [Fact]
    public async Task Tries_of_act_two_are_counted_for_all_nodes_and_begin_anew_with_act_one()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = (await AddAsync(database, "ann", 1))[0];
        await store.TryMoveAsync(run, RunState.Queued, RunState.Running, "", null, Ct);
        await store.TryMoveAsync(run, RunState.Running, RunState.Finishing, "", null, Ct);

        (await store.CountFinishTryAsync(run, Ct)).ShouldBe(1);
        (await store.CountFinishTryAsync(run, Ct)).ShouldBe(2);
        await store.TryMoveAsync(run, RunState.Finishing, RunState.Failed, "", null, Ct);
        await store.TryMoveAsync(run, RunState.Failed, RunState.Queued, "", null, Ct);
        await store.TryMoveAsync(run, RunState.Queued, RunState.Running, "", null, Ct);
        (await store.CountFinishTryAsync(run, Ct)).ShouldBe(1);
    }

    /// <summary>Times lie in the middle of steps, so that the moments between the clock of the test and that of a server decide nothing.</summary>
    [Fact]
    public async Task The_statement_takes_whom_the_rules_in_plain_words_name()
    {
        var random = new Random(20261130);
        var step = TimeSpan.FromHours(1);
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        for (var round = 0; round < 25; round++)
        {
            await database.ExecuteAsync("""DELETE FROM "Runs" """, Ct);
            var now = TestDatabase.OnServer ? TimeProvider.System.GetUtcNow() : database.Clock.Now;
            var rules = new TurnRules(random.Next(3) == 0 ? null : random.Next(1, 4), random.Next(3) == 0 ? null : step, TimeSpan.FromSeconds(5));
            var runs = new List<(Run Run, bool IsHeld)>();
            for (var i = random.Next(4, 14); i > 0; i--)
            {
                var id = (await AddAsync(database, $"owner{random.Next(4)}", 1))[0];
                var created = now - (step * (random.Next(5) + 0.5)) + TimeSpan.FromSeconds(i);
                var started = random.Next(3) == 0 ? now - (step * (random.Next(5) + 0.5)) + TimeSpan.FromSeconds(100 + i) : (DateTimeOffset?)null;
                var (isHeld, state, priority) = (random.Next(4) == 0, random.Next(4) == 0 ? RunState.Finishing : RunState.Queued, random.Next(3, 7));
                await database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
                    UPDATE "Runs" SET "CreatedAt" = {created.UtcTicks}, "StartedAt" = {started?.UtcTicks.ToString(CultureInfo.InvariantCulture) ?? "NULL"}, "State" = '{state}', "Priority" = {priority},
                        "LeaseUntil" = {(isHeld ? (now + step).UtcTicks.ToString(CultureInfo.InvariantCulture) : "NULL")}, "Worker" = {(isHeld ? "'other'" : "NULL")} WHERE "Id" = '{id}'
                    """), Ct);
                runs.Add(((await store.GetAsync(id, Ct))!, isHeld));
            }

            var expected = rules.Next(
                runs.Where(r => !r.IsHeld).Select(r => r.Run),
                owner => runs.Count(r => r.IsHeld && r.Run.OwnerId == owner),
                owner => runs.Where(r => r.Run.OwnerId == owner).Max(r => r.Run.StartedAt),
                now);
            var taken = await store.TryTakeNextAsync("cpu", rules, Node("me"), Ct);
            (taken?.Run).ShouldBe(expected?.Id, $"round {round}, {rules}");
        }
    }

    [Fact]
    public void A_low_priority_rises_while_its_owner_gets_no_turn_and_nobody_elses_does()
    {
        var now = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var rules = Plain with { Step = TimeSpan.FromMinutes(30) };
        var patient = Make.Run(now - TimeSpan.FromMinutes(181), owner: "patient") with { Priority = 0 };
        var busy = Make.Run(now - TimeSpan.FromMinutes(300), owner: "busy") with { Priority = 5 };
        DateTimeOffset? Served(string owner) => owner == "busy" ? now - TimeSpan.FromMinutes(1) : null;

        rules.Next([patient, busy], _ => 0, Served, now)!.OwnerId.ShouldBe("patient");
        rules.Next([patient, busy], _ => 0, Served, now - TimeSpan.FromMinutes(60))!.OwnerId.ShouldBe("busy");
        (rules with { Step = null }).Next([patient, busy], _ => 0, Served, now)!.OwnerId.ShouldBe("busy");
    }

    [Fact]
    public void Pauses_double_up_to_an_end()
    {
        Enumerable.Range(1, 4).Select(Plain.PauseAfter).ShouldBe([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40)]);
        Plain.PauseAfter(1000).ShouldBe(Plain.PauseAfter(9));
    }

    private static WorkNode Node(string name) => new(name, TimeSpan.FromMinutes(5), false);

    private static async Task<string> ServeAsync(IRunStore store, TestDatabase database, CancellationToken ct)
    {
        var lease = (await store.TryTakeNextAsync("cpu", Plain, Node("one"), ct))!;
        var held = store.Under(lease);
        database.Clock.Advance(TimeSpan.FromSeconds(1));
        await held.TryMoveAsync(lease.Run, RunState.Queued, RunState.Running, "", null, ct);
        await held.TryMoveAsync(lease.Run, RunState.Running, RunState.Finishing, "", null, ct);
        await held.TryMoveAsync(lease.Run, RunState.Finishing, RunState.Done, "", null, ct);
        return (await store.GetAsync(lease.Run, ct))!.OwnerId;
    }

    private static async Task<ImmutableArray<RunId>> AddAsync(TestDatabase database, string owner, int count, string group = "cpu")
    {
        var store = database.Get<IRunStore>();
        var ids = ImmutableArray.CreateBuilder<RunId>(count);
        for (var i = 0; i < count; i++)
        {
            database.Clock.Advance(TimeSpan.FromMilliseconds(1));
            var run = Make.Run(database.Clock.Now, owner: owner);
            await store.AddAsync(run, Ct);
            await store.RouteAsync(run.Id, group, Ct);
            ids.Add(run.Id);
        }

        return ids.ToImmutable();
    }
}

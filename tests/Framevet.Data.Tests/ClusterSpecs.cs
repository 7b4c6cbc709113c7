using System.Collections.Immutable;
using Framevet.Data.Cluster;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Data.Tests;

/// <summary>News from one node to another, on a server; both nodes are in this process, each with services of its own.</summary>
public sealed class ClusterSpecsOnPostgres
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task What_one_node_stores_and_tells_another_hears_with_the_frames_from_the_store()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await using var here = await Node.StartAsync(database, "a", Ct);
        await using var there = await Node.StartAsync(database, "b", Ct);
        var run = Make.Run(database.Clock.Now);
        var store = database.Get<IRunStore>();
        await store.AddAsync(run, Ct);
        var heard = there.Events.WatchAsync(run.Id, Ct).GetAsyncEnumerator(Ct);
        var revision = await store.SaveCandidatesAsync(run.Id, [Make.Candidate(0), Make.Candidate(40)], new Funnel(Sampled: 2), Ct);

        var told = new RunStateChanged(run.Id, revision, database.Clock.Now, RunState.Running, "It | runs.");
        here.Events.Publish(told);
        here.Events.Publish(new FramesScored(run.Id, revision, database.Clock.Now, [Make.Candidate(0), Make.Candidate(40)]));

        (await NextAsync(heard)).ShouldBe(told);
        var scored = (await NextAsync(heard)).ShouldBeOfType<FramesScored>();
        scored.Revision.ShouldBe(revision);
        scored.Frames.Select(f => f.Pts.Value).ShouldBe([0, 40]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ten_thousand_changed_frames_travel_although_a_notification_cannot_hold_them()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await using var here = await Node.StartAsync(database, "a", Ct);
        await using var there = await Node.StartAsync(database, "b", Ct);
        var run = RunId.New(database.Clock.Now);
        var heard = there.Events.WatchAsync(run, Ct).GetAsyncEnumerator(Ct);

        here.Events.Publish(new VerdictsChanged(run, 7, database.Clock.Now, [.. Enumerable.Range(0, 10_000).Select(i => new Pts(i, new TimeBase(1, 25)))]));

        (await NextAsync(heard)).ShouldBeOfType<VerdictsChanged>().Frames.Length.ShouldBe(10_000);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_was_cut_off_hears_what_it_missed_once_and_in_order()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await using var here = await Node.StartAsync(database, "a", Ct);
        await using var there = await Node.StartAsync(database, "b", Ct);
        var run = RunId.New(database.Clock.Now);
        var heard = there.Events.WatchAsync(run, Ct).GetAsyncEnumerator(Ct);
        here.Events.Publish(Log(0));
        (await NextAsync(heard)).Revision.ShouldBe(0);

        for (var i = 1; i <= 60; i++)
        {
            if (i % 20 == 10)
            {
                // What an administrator, a failover or a broken line does to the connections of both.
                await database.NumberAsync("SELECT count(pg_terminate_backend(pid)) AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE '%news'", Ct);
            }

            here.Events.Publish(Log(i));
            await Task.Delay(5, Ct);
        }

        for (var i = 1; i <= 60; i++)
        {
            (await NextAsync(heard)).Revision.ShouldBe(i);
        }

        here.Events.Publish(Log(61));
        (await NextAsync(heard)).Revision.ShouldBe(61);

        RunEvent Log(int i) => new RunLogged(run, i, database.Clock.Now, RunLogLevel.Info, "line");
    }

    [Fact]
    public void Every_kind_of_news_comes_back_as_it_was_written()
    {
        var (run, at) = (RunId.New(DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch);
        ImmutableArray<Pts> stamps = [new Pts(3, new TimeBase(1, 25))];
        RunEvent[] all =
        [
            new RunStateChanged(run, 1, at, RunState.Done, "Done."), new RunProgressed(run, 1, at, RunStage.Score, 0.5, 99, TimeSpan.FromSeconds(4), new Funnel(Sampled: 3)),
            new VerdictsChanged(run, 1, at, stamps), new SelectionChanged(run, 1, at, 4), new GatingChanged(run, 1, at, stamps), new ScenesChanged(run, 1, at, 2), new PeopleChanged(run, 1, at, 2),
            new MarksChanged(run, 1, at, 1, [3], "ada"), new RunLogged(run, 1, at, RunLogLevel.Warning, "Grün"), new ExportChanged(run, 1, at, Guid.NewGuid(), "Done", 1),
            new ReviewChanged(run, 1, at, Guid.NewGuid(), ReviewState.Claimed, "ada"), new ShareChanged(run, 1, at, Guid.NewGuid()),
        ];

        foreach (var news in all)
        {
            ClusterRunEvents.Write(ClusterRunEvents.Read(ClusterRunEvents.Write(news))!).ShouldBe(ClusterRunEvents.Write(news));
            ClusterRunEvents.Read(ClusterRunEvents.Write(news))!.GetType().ShouldBe(news.GetType());
        }

        all.Length.ShouldBe(typeof(RunEvent).Assembly.GetTypes().Count(t => t.BaseType == typeof(RunEvent)) - 1, "scored frames travel in their own way");
    }

    [Fact]
    public async Task A_node_is_seen_with_its_clock_until_it_leaves_and_does_what_it_is_told()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var nodes = database.Get<NodeStore>();

        (await nodes.SeeAsync(new NodeCard("a", "worker", "io 1, cpu 2", "1.0"), true, Ct)).ShouldBe(NodeWish.Work);
        (await nodes.WishAsync("a", NodeWish.Drain, Ct)).ShouldBeTrue();
        (await nodes.SeeAsync(new NodeCard("a", "worker", "io 1, cpu 2", "1.1"), false, Ct)).ShouldBe(NodeWish.Drain);
        (await nodes.WishAsync("nobody", NodeWish.Pause, Ct)).ShouldBeFalse();

        var row = (await nodes.AllAsync(Ct)).ShouldHaveSingleItem();
        (row.Id, row.Role, row.Version, row.Wish, row.IsAlive).ShouldBe(("a", "worker", "1.1", NodeWish.Drain, true));

        // The test's clock stands in March; the server's does not.
        Math.Abs(row.SkewMs).ShouldBeGreaterThan(TimeSpan.FromDays(1).TotalMilliseconds);
        await nodes.LeaveAsync("a", Ct);
        (await nodes.AllAsync(Ct)).ShouldBeEmpty();
    }

    [Fact(Timeout = 60_000)]
    public async Task Upkeep_is_done_by_one_node_at_a_time()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        await using var here = await Node.StartAsync(database, "a", Ct);
        await using var there = await Node.StartAsync(database, "b", Ct);
        var (inside, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => new UpkeepGate((i % 2 == 0 ? here : there).Upkeep).AloneAsync(
            async () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Delay(5, Ct);
                Interlocked.Decrement(ref inside);
                return true;
            },
            Ct)));

        most.ShouldBe(1);
    }

    private static async Task<RunEvent> NextAsync(IAsyncEnumerator<RunEvent> heard)
    {
        (await heard.MoveNextAsync()).ShouldBeTrue();
        return heard.Current;
    }

    /// <summary>A node's part of the wire.</summary>
    private sealed class Node(ServiceProvider services, PostgresWire wire) : IAsyncDisposable
    {
        public IUpkeepLock Upkeep => services.GetRequiredService<IUpkeepLock>();

        public IRunEvents Events => services.GetRequiredService<IRunEvents>();

        public static async Task<Node> StartAsync(TestDatabase database, string name, CancellationToken ct)
        {
            var services = new ServiceCollection().AddSingleton<Pipeline.Webhooks.ISecretSeal, MarkedSeal>().AddLogging().AddFramevetData(database.Configuration)
                .AddFramevetCluster(new WorkNode(name, TimeSpan.FromSeconds(10), false)).BuildServiceProvider();
            var wire = services.GetRequiredService<PostgresWire>();
            await wire.StartAsync(ct);
            services.GetRequiredService<IRunEvents>();
            while (!wire.IsListening)
            {
                await Task.Delay(5, ct);
            }

            return new Node(services, wire);
        }

        public async ValueTask DisposeAsync()
        {
            await wire.StopAsync(CancellationToken.None);
            await services.DisposeAsync();
        }
    }
}

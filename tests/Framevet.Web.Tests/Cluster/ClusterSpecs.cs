using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.Web.Live;
using Framevet.Web.Tests.Api;
using Microsoft.AspNetCore.SignalR.Client;

namespace Framevet.Web.Tests.Cluster;

/// <summary>Several processes on one database: nothing is lost, nothing comes twice, and everybody sees the same.</summary>
[Collection<ClusterCollection>]
public sealed class ClusterSpecs(ClusterRig rig, ITestOutputHelper output)
{
    // Fewer where a machine has no time for all: a kill for each ten.
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("FRAMEVET_CLUSTER_RUNS") ?? "200", CultureInfo.InvariantCulture);

    private const int Patience = 300_000;
    private const int Seconds = 16;

    // A node hears of a wish within three seconds; the run must not be over by then.
    private const int LongSeconds = 100;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_run_submitted_on_one_web_node_is_done_by_a_worker_and_followed_alike_on_the_other()
    {
        await using var here = await rig.HubAsync("web1", Ct);
        await using var there = await rig.HubAsync("web2", Ct);
        var (a, b) = (new Follower(here), new Follower(there));

        var run = await rig.SubmitAsync("web1", Seconds, Ct);
        await here.InvokeAsync<RunSnapshot>(nameof(RunHub.Subscribe), run.ToString(), 0L, Ct);
        await there.InvokeAsync<RunSnapshot>(nameof(RunHub.Subscribe), run.ToString(), 0L, Ct);
        await Task.WhenAll(a.Done.Task, b.Done.Task).WaitAsync(TimeSpan.FromSeconds(120), Ct);

        a.Frames.Distinct().Order().ShouldBe(b.Frames.Distinct().Order());
        var delays = b.Delays.Concat(a.Delays).Order().ToArray();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"worker to a browser's node, {delays.Length} messages: p50 {delays[delays.Length / 2]:F0} ms, p95 {delays[delays.Length * 95 / 100]:F0} ms, most {delays[^1]:F0} ms"));
        foreach (var node in new[] { "web1", "web2" })
        {
            (await rig.FinishAsync(run, node, Ct)).Count.ShouldBe(Seconds * 25);
        }

        await here.DisposeAsync();
        await there.DisposeAsync();
        await rig.UntilHubsEndedAsync(2, Ct);

        // A web node's own table of runs in hand stays empty.
        (await rig.TextAsync($"""SELECT string_agg(DISTINCT "Id", ',') FROM "Nodes" WHERE "Groups" <> ''""", Ct)).ShouldBe(string.Join(',', ClusterRig.Workers));
    }

    [Fact(Timeout = Patience)]
    public async Task Of_fifty_claims_over_two_web_nodes_one_wins()
    {
        var run = await rig.WaitingForPeopleAsync(Ct);
        var item = Guid.Parse((await rig.TextAsync($"""SELECT "Id" FROM "ReviewItems" WHERE "RunId" = '{run}'""", Ct))!);
        var clients = new List<HttpClient>();
        for (var i = 0; i < 50; i++)
        {
            clients.Add(await rig.ModeratorAsync($"claimer{i}", i % 2 == 0 ? "web1" : "web2", Ct));
        }

        var answers = await Task.WhenAll(clients.Select(c => c.PostAsync(new Uri($"/api/v1/review/{item}/claim", UriKind.Relative), null, Ct)));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(a => a.StatusCode == HttpStatusCode.Conflict).ShouldBe(49);
        clients.ForEach(c => c.Dispose());
    }

    [Fact(Timeout = Patience)]
    public async Task Who_was_at_a_web_node_that_died_goes_on_at_the_other_and_stays_signed_in()
    {
        using var browser = await rig.BrowserAsync("dorothy", Ct);
        (await browser.GetStringAsync(new Uri("/runs", UriKind.Relative), Ct)).ShouldContain("dorothy");
        var first = await rig.PassedToAsync("/runs", 200, Ct);
        var other = first == "web1" ? "web2" : "web1";
        var run = await browser.SubmitAsync(await rig.ClipAsync(LongSeconds, Ct), null, Ct);
        await using var hub = await rig.HubAsync(first, Ct);
        var gone = new TaskCompletionSource();
        hub.Closed += _ => Task.FromResult(gone.TrySetResult());

        await rig.Nodes[first].KillAsync();
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);

        // The page, an unsafe call with the token of the node that died, and live news.
        (await browser.GetStringAsync(new Uri("/runs", UriKind.Relative), Ct)).ShouldContain("dorothy");
        (await rig.PassedToAsync("/runs", 200, Ct)).ShouldBe(other);
        await using var again = await rig.HubAsync(first, Ct);
        var news = new Follower(again);
        await again.InvokeAsync<RunSnapshot>(nameof(RunHub.Subscribe), run.ToString(), 0L, Ct);
        using var answer = await browser.PostAsync(new Uri($"{WebPaths.Runs}/{run}/cancel", UriKind.Relative), null, Ct);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Ct));
        await news.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);

        await rig.Nodes[first].StartAsync(Ct);
    }

    [Fact(Timeout = Patience)]
    public async Task The_run_of_a_killed_worker_ends_once_with_the_rows_of_an_undisturbed_one()
    {
        var whole = await rig.SubmitAsync("web1", Seconds, Ct);
        var undisturbed = await rig.FinishAsync(whole, "web1", Ct);
        var run = await rig.SubmitAsync("web1", Seconds, Ct);
        var worker = await rig.InTheMiddleAsync(run, Ct);

        await rig.Nodes[worker].KillAsync();
        var disturbed = await rig.FinishAsync(run, "web2", Ct);
        await rig.Nodes[worker].StartAsync(Ct);

        disturbed.ShouldBe(undisturbed);
        rig.Files.PicturesOf(run).ShouldBe(rig.Files.PicturesOf(whole));
        (await EndsAsync(run)).ShouldBe(1);
        (await rig.NumberAsync($"""SELECT "Attempt" FROM "Runs" WHERE "Id" = '{run}'""", Ct)).ShouldBe(2);
    }

    [Fact(Timeout = Patience)]
    public async Task A_worker_that_slept_for_longer_than_its_lease_finds_its_writes_refused()
    {
        var undisturbed = await rig.FinishAsync(await rig.SubmitAsync("web2", Seconds, Ct), "web2", Ct);
        var run = await rig.SubmitAsync("web2", Seconds, Ct);
        var sleeper = await rig.InTheMiddleAsync(run, Ct);

        await rig.Nodes[sleeper].SignalAsync("STOP");
        await rig.UntilAsync($"""SELECT "Worker" FROM "Runs" WHERE "Id" = '{run}'""", w => w is not null && w != sleeper, Ct);
        await rig.Nodes[sleeper].SignalAsync("CONT");
        var disturbed = await rig.FinishAsync(run, "web1", Ct);

        disturbed.ShouldBe(undisturbed);
        (await EndsAsync(run)).ShouldBe(1);
        var said = $"Run {run} was taken by another worker while {sleeper} did not answer";
        for (var i = 0; i < 600 && !rig.Nodes[sleeper].Output.Contains(said, StringComparison.Ordinal); i++)
        {
            await Task.Delay(50, Ct);
        }

        rig.Nodes[sleeper].Output.ShouldContain(said);
    }

    [Fact(Timeout = Patience)]
    public async Task A_paused_worker_hands_its_run_back_and_another_ends_it()
    {
        LongTests.Only(true, "Another run of a hundred seconds.");
        var run = await rig.SubmitAsync("web1", LongSeconds, Ct);
        var worker = await rig.InTheMiddleAsync(run, Ct);

        await rig.TextAsync($"""UPDATE "Nodes" SET "Wish" = 'Pause' WHERE "Id" = '{worker}'""", Ct);
        await rig.UntilAsync($"""SELECT "Worker" FROM "Runs" WHERE "Id" = '{run}'""", w => w is not null && w != worker, Ct);
        (await rig.FinishAsync(run, "web2", Ct)).Count.ShouldBe(LongSeconds * 25);
        (await EndsAsync(run)).ShouldBe(1);
        await rig.TextAsync($"""UPDATE "Nodes" SET "Wish" = 'Work' WHERE "Id" = '{worker}'""", Ct);
        await rig.UntilAsync("""SELECT count(*) FROM "Nodes" WHERE "Wish" = 'Work' AND "Id" LIKE 'worker%'""", n => n == "3", Ct);
    }

    [Fact(Timeout = Patience)]
    public async Task A_run_cancelled_on_a_web_node_ends_on_its_worker()
    {
        var run = await rig.SubmitAsync("web1", LongSeconds, Ct);
        await rig.InTheMiddleAsync(run, Ct);
        using var client = rig.On("web2");

        using var answer = await client.PostAsync(new Uri($"{WebPaths.Runs}/{run}/cancel", UriKind.Relative), null, Ct);

        answer.IsSuccessStatusCode.ShouldBeTrue();
        await rig.UntilAsync($"""SELECT "State" FROM "Runs" WHERE "Id" = '{run}'""", s => s == "Cancelled", Ct);
        (await rig.TextAsync($"""SELECT "Worker" FROM "Runs" WHERE "Id" = '{run}'""", Ct)).ShouldBeNull();
    }

    [Fact(Timeout = 3_600_000)]
    public async Task Of_two_hundred_runs_none_is_lost_and_none_comes_twice_while_workers_and_the_database_die()
    {
        LongTests.Only(true, "It kills workers twenty times and the database twice during 200 runs.");
        var (wanted, kills) = (Runs, Runs / 10);
        var random = new Random(20261130);
        var watch = Stopwatch.StartNew();
        var whole = await rig.SubmitAsync("web1", 4, Ct);
        var undisturbed = await rig.FinishAsync(whole, "web1", Ct);
        var ids = new List<RunId>();
        var (asleep, inHand) = (0, 0L);
        for (var kill = 0; kill < kills; kill++)
        {
            // Some before each kill, so that there is work to be hit on a fast machine, too.
            for (var i = 0; i < wanted / kills; i++)
            {
                ids.Add(await rig.SubmitAsync(i % 2 == 0 ? "web1" : "web2", 4, Ct));
            }

            var worker = ClusterRig.Workers[random.Next(ClusterRig.Workers.Length)];
            await Task.Delay(random.Next(0, 1500), Ct);
            inHand += await InHandAsync();
            if (kill == kills / 3 || kill == 2 * kills / 3)
            {
                await rig.Server.CrashAsync();
                Npgsql.NpgsqlConnection.ClearAllPools();
            }

            if (kill % 5 == 4)
            {
                await rig.Nodes[worker].SignalAsync("STOP");
                await Task.Delay(TimeSpan.FromSeconds(12), Ct);
                await rig.Nodes[worker].SignalAsync("CONT");
                asleep++;
            }

            await rig.Nodes[worker].KillAsync();
            await rig.Nodes[worker].StartAsync(Ct);
        }

        // Other tests have had runs here, too.
        var mine = string.Join(", ", ids.Append(whole).Select(i => $"'{i}'"));
        var left = await rig.NumberAsync($"""SELECT count(*) FROM "Runs" WHERE "Id" IN ({mine}) AND "State" <> 'Done'""", Ct);
        await rig.UntilAsync("""SELECT count(*) FROM "Runs" WHERE "State" NOT IN ('Done', 'Failed', 'Cancelled', 'AwaitingReview')""", n => n == "0", Ct, TimeSpan.FromMinutes(30));

        (await rig.TextAsync($"""SELECT string_agg(concat_ws(' ', "Id", "State", "Attempt", "Reason"), E'\n') FROM "Runs" WHERE "Id" IN ({mine}) AND "State" <> 'Done'""", Ct)).ShouldBeNull("all are done");
        (await rig.NumberAsync($"""SELECT count(*) FROM "Runs" WHERE "Id" IN ({mine})""", Ct)).ShouldBe(ids.Count + 1);
        (await rig.NumberAsync("""SELECT count(*) FROM "Runs" WHERE "Worker" IS NOT NULL OR "LeaseUntil" IS NOT NULL""", Ct)).ShouldBe(0);
        foreach (var id in ids)
        {
            (await rig.FinishAsync(id, "web1", Ct)).ShouldBe(undisturbed);
            (await EndsAsync(id)).ShouldBe(1);
        }

        var pictures = rig.Files.PicturesOf(whole);
        pictures.Length.ShouldBe(undisturbed.Count);
        ids.ForEach(id => rig.Files.PicturesOf(id).ShouldBe(pictures));

        // Each run makes its archive when it is done.
        await rig.UntilAsync("""SELECT count(*) FROM "Exports" WHERE "State" IN ('Queued', 'Running')""", n => n == "0", Ct, TimeSpan.FromMinutes(10));
        (await rig.NumberAsync("""SELECT count(*) FROM "Exports" WHERE "State" <> 'Done'""", Ct)).ShouldBe(0);
        (await rig.NumberAsync("""SELECT count(*) FROM "Runs" r WHERE "State" = 'Done' AND (SELECT count(*) FROM "Exports" e WHERE e."RunId" = r."Id") <> 1""", Ct)).ShouldBe(0);
        var (files, begun) = rig.Files.Check((await rig.TextAsync("""SELECT string_agg("BlobKey", ' ') FROM "Exports" WHERE "BlobKey" IS NOT NULL""", Ct))!.Split(' '));

        var again = await rig.NumberAsync($"""SELECT sum("Attempt") FROM "Runs" WHERE "Id" IN ({string.Join(", ", ids.Select(i => $"'{i}'"))})""", Ct) - ids.Count;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ids.Count} runs, {kills} kills ({asleep} after 12 s of SIGSTOP; {inHand} runs were in hand when one came), 2 crashes of the database: {watch.Elapsed.TotalSeconds:F0} s, {left} runs were open after the last kill, {again} attempts more than runs, all rows equal; {files} files in the store, each whole, {begun} begun ones of killed processes"));
    }

    private async Task<long> InHandAsync()
    {
        const string Sql = """SELECT count(*) FROM "Runs" WHERE "State" IN ('Running', 'Finishing')""";
        try
        {
            return await rig.NumberAsync(Sql, Ct);
        }
        catch (Npgsql.NpgsqlException)
        {
            // Our own connection died in the crash.
            return await rig.NumberAsync(Sql, Ct);
        }
    }

    // The line that is written once when a run is done.
    private Task<long> EndsAsync(RunId run) => rig.NumberAsync($"""SELECT count(*) FROM "RunLog" WHERE "RunId" = '{run}' AND "Text" LIKE 'Done:%'""", Ct);

    /// <summary>What a hub tells of one run.</summary>
    private sealed class Follower
    {
        public Follower(HubConnection hub)
        {
            hub.On<FramesNews>(nameof(IRunClient.Frames), news =>
            {
                Note(news.At);
                news.Frames.ToList().ForEach(f => Frames.Enqueue(f.Pts));
            });
            hub.On<ProgressNews>(nameof(IRunClient.Progress), news => Note(news.At));
            hub.On<StateNews>(nameof(IRunClient.State), news =>
            {
                Note(news.At);
                if (news.State == RunState.Done)
                {
                    Done.TrySetResult();
                }

                if (news.State == RunState.Cancelled)
                {
                    Cancelled.TrySetResult();
                }
            });
        }

        public TaskCompletionSource Done { get; } = new();

        public TaskCompletionSource Cancelled { get; } = new();

        public ConcurrentQueue<long> Frames { get; } = new();

        public ConcurrentQueue<double> Delays { get; } = new();

        private void Note(DateTimeOffset at) => Delays.Enqueue((TimeProvider.System.GetUtcNow() - at).TotalMilliseconds);
    }
}

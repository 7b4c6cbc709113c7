using Framevet.Pipeline.Runs;
using Framevet.TestKit;

namespace Framevet.Web.Tests.Cluster;

/// <summary>A long film that several workers measure together, as processes: its rows are those of one worker alone, whoever dies.</summary>
[Collection<ClusterCollection>]
public sealed class SharedRunSpecs(ClusterRig rig)
{
    private const int Patience = 300_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience)]
    [InlineData("helper", "KILL")]
    [InlineData("owner", "KILL")]
    [InlineData("helper", "STOP")]
    public async Task A_film_shared_by_workers_of_which_one_dies_has_the_rows_of_one_worker(string who, string signal)
    {
        LongTests.Only(true, "It waits for leases to run out.");
        var undisturbed = await AloneAsync();
        var run = await rig.SubmitLongAsync("web1", Ct);
        await rig.UntilAsync($"""SELECT count(DISTINCT "Node") FROM "RunSegments" WHERE "RunId" = '{run}' AND "State" <> 'Waiting'""", n => n is not (null or "0" or "1"), Ct);
        var owner = (await rig.TextAsync($"""SELECT "Worker" FROM "Runs" WHERE "Id" = '{run}'""", Ct))!;
        string? victim = null;
        await rig.UntilAsync($"""SELECT "Node" FROM "RunSegments" WHERE "RunId" = '{run}' AND "State" = 'Working' AND ("Node" = '{owner}') = {(who == "owner" ? "TRUE" : "FALSE")} LIMIT 1""", n => (victim = n) is not null, Ct);

        if (signal == "KILL")
        {
            await rig.Nodes[victim!].KillAsync();
        }
        else
        {
            await rig.Nodes[victim!].SignalAsync("STOP");
            await rig.UntilAsync($"""SELECT count(*) FROM "RunSegments" WHERE "RunId" = '{run}' AND "Node" = '{victim}' AND "State" = 'Working'""", n => n == "0", Ct);
            await rig.Nodes[victim!].SignalAsync("CONT");
        }

        var disturbed = await rig.FinishAsync(run, "web2", Ct);
        if (signal == "KILL")
        {
            await rig.Nodes[victim!].StartAsync(Ct);
        }

        disturbed.ShouldBe(undisturbed);
        (await rig.TextAsync($"""SELECT string_agg("Text", ' ') FROM "RunLog" WHERE "RunId" = '{run}'""", Ct))!.ShouldContain("Measured in ");
        await NothingLeftAsync(run);
    }

    [Fact(Timeout = Patience)]
    public async Task Cancelling_a_shared_run_reaches_who_helps_and_leaves_nothing()
    {
        var run = await rig.SubmitLongAsync("web1", Ct);
        await rig.UntilAsync($"""SELECT count(DISTINCT "Node") FROM "RunSegments" WHERE "RunId" = '{run}' AND "State" <> 'Waiting'""", n => n is not (null or "0" or "1"), Ct);

        using var client = rig.On("web2");
        using var answer = await client.PostAsync(new Uri($"{WebPaths.Runs}/{run}/cancel", UriKind.Relative), null, Ct);

        answer.IsSuccessStatusCode.ShouldBeTrue();
        await rig.UntilAsync($"""SELECT "State" FROM "Runs" WHERE "Id" = '{run}'""", s => s == "Cancelled", Ct);
        await NothingLeftAsync(run);
    }

    // With the other workers resting there is nobody to share with.
    private async Task<List<string>> AloneAsync()
    {
        await rig.TextAsync("""UPDATE "Nodes" SET "Wish" = 'Pause' WHERE "Id" IN ('worker2', 'worker3')""", Ct);
        var run = await rig.SubmitLongAsync("web2", Ct);
        var rows = await rig.FinishAsync(run, "web1", Ct);
        (await rig.TextAsync($"""SELECT string_agg("Text", ' ') FROM "RunLog" WHERE "RunId" = '{run}'""", Ct))!.ShouldNotContain("Measured in ");
        await rig.TextAsync("""UPDATE "Nodes" SET "Wish" = 'Work' WHERE "Id" IN ('worker2', 'worker3')""", Ct);
        return rows;
    }

    private async Task NothingLeftAsync(RunId run)
    {
        await rig.UntilAsync($"""SELECT count(*) FROM "RunSegments" WHERE "RunId" = '{run}'""", n => n == "0", Ct);
        for (var i = 0; i < 600 && rig.PartsOf(run).Any(); i++)
        {
            await Task.Delay(100, Ct);
        }

        rig.PartsOf(run).ShouldBeEmpty();
    }
}

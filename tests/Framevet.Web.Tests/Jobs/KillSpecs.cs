using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Jobs;

/// <summary>Nothing is lost and nothing comes twice, however the server ends.</summary>
public sealed class KillSpecs(ITestOutputHelper output)
{
    // Ten over 140 s of frames are for the long tests.
    private static readonly int Kills = LongTests.AreWanted ? 10 : 2;
    private static readonly int Seconds = LongTests.AreWanted ? 140 : 30;

    private const int Seed = 20261121;

    // Steps of the sampler in seconds; the clips have 25 frames a second.
    private const double EveryFrame = 0.04;
    private const double FiveASecond = 0.2;

    [Fact(Timeout = 600_000)]
    public async Task A_run_killed_again_and_again_ends_with_the_rows_of_an_undisturbed_one()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        using var clips = new ClipFactory();
        var clip = await clips.MakeAsync("clip.mp4", $"testsrc2=s=640x360:r=25:d={Seconds}", ["-pix_fmt", "yuv420p", "-preset", "ultrafast", "-g", "50"], ct);
        await using var server = new ServerProcess(folder.Path);
        await server.StartAsync(ct);
        await server.SetUpAsync(ct);
        var undisturbed = await FinishAsync(server, await SubmitAsync(server, clip, EveryFrame, ct), ct);

        var id = await SubmitAsync(server, clip, EveryFrame, ct);
        var random = new Random(Seed);
        var stored = new List<int> { 0 };
        for (var kill = 0; kill < Kills; kill++)
        {
            // Every other time not before something new was stored: so the points lie at the start as well as all over the run.
            await WaitForMoreAsync(server, id, kill % 2 == 0 ? stored[^1] : -1, ct);
            await Task.Delay(random.Next(0, 400), ct);
            await server.KillAsync();
            await server.StartAsync(ct);
            stored.Add(await StoredAsync(server, id, ct));
        }

        output.WriteLine($"seed {Seed}, frames stored after each kill: {string.Join(", ", stored)}");
        var disturbed = await FinishAsync(server, id, ct);

        stored.ShouldBeInOrder(SortDirection.Ascending, "a stored frame was lost");
        stored.Distinct().Count().ShouldBeGreaterThan(Kills / 2, "most kills must fall between two stored frames");
        stored[^1].ShouldBeLessThan(undisturbed.Count, "the run was over before the last kill; make the clip longer");
        disturbed.ShouldBe(undisturbed);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_stopped_server_hands_its_run_back_and_the_next_one_finishes_it()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        using var clips = new ClipFactory();
        var clip = await clips.MakeAsync("clip.mp4", "testsrc2=s=640x360:r=25:d=40", ["-pix_fmt", "yuv420p", "-preset", "ultrafast"], ct);
        await using var server = new ServerProcess(folder.Path);
        await server.StartAsync(ct);
        await server.SetUpAsync(ct);
        var id = await SubmitAsync(server, clip, FiveASecond, ct);
        await server.Client.WaitAsync(id, ct, RunState.Running);

        var code = await server.StopAsync(ct);
        await server.StartAsync(ct);
        var rows = await FinishAsync(server, id, ct);

        code.ShouldBe(0);
        rows.Count.ShouldBe(40 * 5);
        rows.Select(r => r.Split(' ')[0]).Distinct().Count().ShouldBe(rows.Count);
    }

    private static async Task WaitForMoreAsync(ServerProcess server, RunId id, int than, CancellationToken ct)
    {
        while (await StoredAsync(server, id, ct) <= than)
        {
            var run = await server.Client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{id}", ct);
            run.State.IsFinal().ShouldBeFalse("the run was over before the last kill; make the clip longer");
            await Task.Delay(30, ct);
        }
    }

    private static async Task<int> StoredAsync(ServerProcess server, RunId id, CancellationToken ct) =>
        (await server.Client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames?take=1", ct)).Total;

    /// <summary>Many frames, so that there is something to lose at any moment; few picks, so that the time goes into act one.</summary>
    private static Task<RunId> SubmitAsync(ServerProcess server, string clip, double seconds, CancellationToken ct)
    {
        var recipe = BuiltInRecipes.TopTenth with
        {
            Name = "Kill",
            Sampler = new PartSpec("interval").With("seconds", seconds),
            Selector = new PartSpec("top").With("count", 10),
        };
        return server.Client.SubmitAsync(clip, new() { ["recipeJson"] = System.Text.Json.JsonSerializer.Serialize(recipe, Framevet.Pipeline.PipelineJson.Options) }, ct);
    }

    /// <summary>Waits for the end; the rows as text: PTS, index, state, rank, loss and all scores.</summary>
    private static async Task<List<string>> FinishAsync(ServerProcess server, RunId id, CancellationToken ct)
    {
        await server.Client.WaitAsync(id, ct, RunState.Done);
        var rows = new List<string>();
        PageBody<FrameItem> page;
        do
        {
            page = await server.Client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames?skip={rows.Count}&take=500", ct);
            rows.AddRange(page.Items.Select(f => $"{f.Pts} {f.Index} {f.State} {f.Rank} {f.LossReason} {string.Join(' ', f.Scores.Select(s => $"{s.Key}={s.Value:R}"))}"));
        }
        while (rows.Count < page.Total);
        return rows;
    }
}

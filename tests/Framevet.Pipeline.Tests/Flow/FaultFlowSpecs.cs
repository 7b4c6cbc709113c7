using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Moderation.Remote;
using Framevet.TestKit.Media;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>A real clip, the real pipeline and a real service that fails in every way: nothing is ever cleared by it.</summary>
public sealed class FaultFlowSpecs
{
    private const int Patience = 120_000;

    private static readonly Recipe Recipe = FlowRig.Recipe with
    {
        Sampler = new PartSpec("dense"),
        Gates = [],
        Moderation = new ModerationRecipe { Backends = [new PartSpec("http")], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty, Cascade = new CascadeRecipe(FramesPerGrid: 1) },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int, string> Faults => new()
    {
        { 500, "" }, { 503, "" }, { 429, "" }, { 401, "" }, { 302, "" }, { 0, "" }, { -1, "" },
        { 200, "" }, { 200, "[" }, { 200, "{}" }, { 200, """{"labels":{"ok":"sure"}}""" }, { 200, """{"labels":{"ok":0.9,"new-label":0.001}}""" }, { 200, """{"labels":{"nsfw":-1}}""" },
    };

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Faults))]
    public async Task No_frame_is_cleared_by_a_failure(int status, string body)
    {
        using var clips = new ClipFactory();
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (status, body), Ct);
        await using var rig = Rig(server, status < 0 ? 0.2 : 20);

        var run = await VetAsync(rig, clips);

        run.State.ShouldBe(RunState.AwaitingReview);
        run.Funnel.Allowed.ShouldBe(0);
        (await rig.FramesAsync(run.Id)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Escalate);
    }

    [Fact(Timeout = Patience)]
    public async Task With_the_same_service_in_order_everything_is_cleared()
    {
        using var clips = new ClipFactory();
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, """{"labels":{"ok":0.99,"nsfw":0.01}}"""), Ct);
        await using var rig = Rig(server, 20);

        var run = await VetAsync(rig, clips);

        run.State.ShouldBe(RunState.Done);
        run.Funnel.Allowed.ShouldBe(run.Funnel.Sampled);
        (await rig.FramesAsync(run.Id)).ShouldAllBe(f => f.Judgement!.Verdict.By == "http" && f.Judgement.Verdict.Basis!.Model == "http 1" && f.Judgement.Verdict.Basis.Policy == 0);
    }

    [Fact(Timeout = Patience)]
    public async Task When_the_service_fails_for_some_frames_only_those_go_to_people()
    {
        using var clips = new ClipFactory();
        await using var server = await LoopbackServer.StartAsync((n, _, _) => n == 1 ? (400, "") : (200, """{"labels":{"ok":0.99}}"""), Ct);
        await using var rig = Rig(server, 20);

        var run = await VetAsync(rig, clips);

        run.State.ShouldBe(RunState.AwaitingReview);
        run.Funnel.AwaitingReview.ShouldBe(1);
    }

    [Fact(Timeout = Patience)]
    public async Task A_book_of_calls_that_cannot_be_written_stops_the_run_and_clears_nothing()
    {
        using var clips = new ClipFactory();
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, """{"labels":{"ok":0.99}}"""), Ct);
        await using var rig = Rig(server, 20, new Broken());

        var run = await VetAsync(rig, clips);

        run.State.ShouldBe(RunState.Failed);
        (await rig.FramesAsync(run.Id)).ShouldAllBe(f => !f.IsAllowed);
        server.Requests.ShouldBeEmpty();
    }

    [Fact(Timeout = Patience)]
    public async Task A_damaged_file_waits_for_people_although_everything_readable_is_clear()
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, """{"labels":{"ok":0.99}}"""), Ct);
        await using var rig = Rig(server, 20);
        var submitted = await rig.SubmitFileAsync(TestMedia.Path("corrupted-720p.mp4"), Recipe with { Moderation = Recipe.Moderation with { Cascade = new CascadeRecipe(FramesPerGrid: 1, MaxCallsAlone: 1000) } }, Ct);

        await rig.Desk.WorkAsync(submitted.Id, Ct);

        var run = await rig.RunAsync(submitted.Id);
        run.Funnel.Damaged.ShouldBeGreaterThan(0);
        run.State.ShouldBe(RunState.AwaitingReview);
        (await rig.FramesAsync(run.Id)).ShouldContain(f => f.Judgement!.Verdict.By == "decoder");
    }

    private static async Task<Run> VetAsync(FlowRig rig, ClipFactory clips)
    {
        var clip = await clips.MakeAsync("clip.mp4", "testsrc=s=160x90:r=10:d=2", ["-c:v", "libx264", "-pix_fmt", "yuv420p"], Ct);
        var run = await rig.SubmitFileAsync(clip, Recipe, Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);
        return await rig.RunAsync(run.Id);
    }

    private static FlowRig Rig(LoopbackServer server, double seconds, ICallLedger? ledger = null)
    {
        var options = new ModerationOptions
        {
            CallSeconds = seconds,
            MaxCallsPerFile = 1000,
            Http = new HttpModerationOptions { Endpoint = server.Address, MaxAttempts = 2, Labels = new Dictionary<string, string> { ["ok"] = "clean", ["nsfw"] = "nudity/explicit" } },
        };
        return new FlowRig(isReal: true, change: services =>
        {
            services.AddSingleton(Options.Create(options));

            // Pauses between tries and limits of calls must pass by themselves: the rig's clock stands still.
            services.AddSingleton(TimeProvider.System);
            if (ledger is not null)
            {
                services.AddSingleton(ledger);
            }
        });
    }

    private sealed class Broken : ICallLedger
    {
        public Task<CallEntry> TryEnterAsync(PaidCall call, CallLimits limits, CancellationToken ct) => throw new InvalidOperationException("The book is gone.");

        public Task CloseAsync(long id, CallOutcome outcome, CancellationToken ct) => Task.CompletedTask;

        public Task<int> CountAsync(RunId run, CancellationToken ct) => Task.FromResult(0);
    }
}

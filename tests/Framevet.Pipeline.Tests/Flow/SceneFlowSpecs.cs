using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Flow;

public sealed class SceneFlowSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Scenes_cover_every_frame_without_gap_or_overlap(int late)
    {
        await using var rig = new FlowRig(40, alter: p => p with { Scenes = new SeventhCuts(late: late) });
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        var scenes = await rig.Store.ScenesAsync(run.Id, Ct);
        scenes.Select(s => s.First.Index).ShouldBe([0, 7, 14, 21, 28, 35]);
        scenes.Select(s => s.Last.Index).ShouldBe([6, 13, 20, 27, 34, 39]);
        scenes.Select(s => s.Number).ShouldBe([1, 2, 3, 4, 5, 6]);
        rig.Events.All.OfType<ScenesChanged>().Last().Scenes.ShouldBe(6);
    }

    [Fact]
    public async Task A_scene_detector_sees_every_frame_and_the_sampler_keeps_what_it_would_have_kept_without()
    {
        await using var plain = new FlowRig(40);
        var first = await plain.SubmitAsync(Ct);
        await plain.Desk.WorkAsync(first.Id, Ct);

        var detector = new SeventhCuts();
        await using var rig = new FlowRig(40, alter: p => p with { Scenes = detector });
        var run = await rig.SubmitAsync(Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);

        rig.Source.Last!.Plan.ShouldBeOfType<DecodePlan.EveryFrame>();
        detector.Looked.ShouldBe(40);
        (await rig.FramesAsync(run.Id)).Select(f => f.Index).ShouldBe((await plain.FramesAsync(first.Id)).Select(f => f.Index));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(5, true)]
    [InlineData(9, true)]
    [InlineData(12, true)]
    [InlineData(5, false)]
    [InlineData(12, false)]
    public async Task An_interrupted_run_ends_with_the_scenes_and_rows_of_an_undisturbed_one(int batch, bool canResume)
    {
        await using var calm = new FlowRig(40, alter: p => p with { Scenes = new SeventhCuts() });
        var first = await calm.SubmitAsync(Ct);
        await calm.Desk.WorkAsync(first.Id, Ct);

        await using var rough = new FlowRig(40, alter: p => p with { Scenes = new SeventhCuts(canResume) });
        var run = await rough.SubmitAsync(Ct);
        await InterruptAsync(rough, run.Id, batch);

        rough.Source.Readings.ShouldBeGreaterThan(1);
        (await rough.Store.ScenesAsync(run.Id, Ct)).ShouldBe(await calm.Store.ScenesAsync(first.Id, Ct));
        (await rough.FramesAsync(run.Id)).Select(FrameRows.Text).ShouldBe((await calm.FramesAsync(first.Id)).Select(FrameRows.Text));
        (await rough.RunAsync(run.Id)).Funnel.ShouldBe((await calm.RunAsync(first.Id)).Funnel);
    }

    [Theory]
    [InlineData(38)]
    [InlineData(40)]
    public async Task A_sampler_may_decide_late(int frames)
    {
        await using var rig = new FlowRig(frames, alter: p => p with { Sampler = new MiddleOfFive() });
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        int[] middles = [2, 7, 12, 17, 22, 27, 32];
        (await rig.FramesAsync(run.Id)).Select(f => f.Index).ShouldBe([.. middles, 37]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public async Task A_run_with_a_late_sampler_begins_anew_after_an_interruption_and_ends_alike(int batch)
    {
        await using var calm = new FlowRig(40, alter: p => p with { Sampler = new MiddleOfFive() });
        var first = await calm.SubmitAsync(Ct);
        await calm.Desk.WorkAsync(first.Id, Ct);

        await using var rough = new FlowRig(40, alter: p => p with { Sampler = new MiddleOfFive() });
        var run = await rough.SubmitAsync(Ct);
        await InterruptAsync(rough, run.Id, batch);

        rough.Source.Last!.ResumeAt.ShouldBeNull();
        (await rough.FramesAsync(run.Id)).Select(FrameRows.Text).ShouldBe((await calm.FramesAsync(first.Id)).Select(FrameRows.Text));
        (await rough.RunAsync(run.Id)).Funnel.ShouldBe((await calm.RunAsync(first.Id)).Funnel);
    }

    [Fact]
    public async Task Gates_that_know_the_whole_run_come_before_those_that_drop_repetitions()
    {
        var last = new SecondLookGate();
        await using var rig = new FlowRig(120, alter: p => p with { Gates = RunParts.InOrder([new("second", last), .. p.Gates, new("above-mean", new AboveMeanGate())]) });
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        var frames = await rig.FramesAsync(run.Id);
        var lost = frames.Select(f => f.Losses.Where(l => l.Stage == LossStage.Gating).Select(l => l.Part).ToArray()).ToArray();
        lost.ShouldContain(l => l.Contains("above-mean"));
        lost.ShouldContain(l => l.Contains("duplicate"));
        lost.ShouldContain(l => l.Contains("second"));
        lost.ShouldAllBe(l => l.Length <= 1 || l.All(p => p == "threshold"), "a frame that a filter lost is not asked about repetitions");
        last.Looks.ShouldAllBe(l => l != null && l.Length == ILooks.Side * ILooks.Side && l.Max() > l.Min());

        // Nobody is lost as the copy of a frame that is itself out.
        var byIndex = frames.ToDictionary(f => f.Index);
        foreach (var copy in frames.Where(f => f.Losses.Any(l => l.Part == "duplicate")))
        {
            var reason = copy.Losses.Single(l => l.Part == "duplicate").Reason;
            var original = byIndex[int.Parse(reason.Split('#')[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)];
            original.Losses.ShouldAllBe(l => l.Part != "above-mean" && l.Part != "threshold" && l.Part != "duplicate");
        }

        var funnel = (await rig.RunAsync(run.Id)).Funnel;
        funnel.PassedGates.ShouldBe(frames.Count(f => f.PassedGates));
        rig.Events.All.OfType<GatingChanged>().ShouldHaveSingleItem().Frames.Length.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_chosen_stretch_of_time_reaches_the_decoder()
    {
        await using var rig = new FlowRig(40);
        var path = rig.Folder.Write("stretch.mp4", [1, 2, 3]);
        var recipe = FlowRig.Recipe with { Range = new RecipeRange(1.5, 3, StartsFast: true) };
        var run = await rig.Desk.SubmitAsync(new SubmitRequest(path, "stretch.mp4", recipe), FlowRig.Owner, Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        var plan = rig.Source.Last!.Plan;
        plan.Within.ShouldBe([new TimeRange(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(3))]);
        plan.StartsFast.ShouldBeTrue();
    }

    private static async Task InterruptAsync(FlowRig rig, RunId run, int batch)
    {
        var stop = new CancellationTokenSource();
        rig.Source.BeforeBatch = (number, _) =>
        {
            // More than the grouping time between batches: what is scored is stored at once.
            rig.Clock.Advance(TimeSpan.FromSeconds(1.5));
            return number == batch ? stop.CancelAsync() : Task.CompletedTask;
        };
        (await rig.Desk.WorkAsync(run, stop.Token)).ShouldBe(RunOutcome.HandedBack);
        rig.Source.BeforeBatch = null;
        (await rig.Desk.WorkAsync(run, Ct)).ShouldBe(RunOutcome.Completed);
    }
}

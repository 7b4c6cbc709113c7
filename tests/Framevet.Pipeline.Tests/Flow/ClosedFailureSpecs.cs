using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>Silence is never "clean".</summary>
public sealed class ClosedFailureSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trap_27_A_file_of_which_no_frame_was_decoded_fails_and_is_not_clean()
    {
        await using var rig = new FlowRig(frames: 0);
        var run = await rig.SubmitAsync(Ct, "empty.mp4");

        await rig.Desk.WorkAsync(run.Id, Ct);

        var after = await rig.RunAsync(run.Id);
        after.State.ShouldBe(RunState.Failed);
        after.Failure.ShouldBe(FailureCode.UnsupportedMedia);
        after.Reason.ShouldContain("empty.mp4");
    }

    [Fact]
    public async Task Trap_27_A_file_whose_every_frame_failed_to_be_judged_waits_for_people()
    {
        await using var rig = new FlowRig(frames: 20, sees: _ => throw new InvalidOperationException("The service is down."));
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        var after = await rig.RunAsync(run.Id);
        after.State.ShouldBe(RunState.AwaitingReview);
        after.Funnel.Allowed.ShouldBe(0);
        (await rig.FramesAsync(run.Id)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Escalate && f.Rank == null);
    }

    [Fact]
    public async Task A_clip_of_150_frames_in_ten_motion_buckets_costs_ten_calls()
    {
        await using var rig = new FlowRig(frames: 150);
        var recipe = FlowRig.Recipe with { Sampler = new PartSpec("motion-buckets").With("budget", 10), Gates = [] };
        var run = await rig.Desk.SubmitAsync(new SubmitRequest(rig.Folder.Write("clip.gif", [1, 2, 3]), "clip.gif", recipe), FlowRig.Owner, Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        rig.Backend.Asked.ShouldBe(10);
        (await rig.FramesAsync(run.Id)).Length.ShouldBe(10);
    }
}

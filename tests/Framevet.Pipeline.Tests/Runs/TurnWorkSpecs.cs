using System.Data.Common;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Flow;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Pipeline.Tests.Runs;

/// <summary>Workers take the run whose turn it is.</summary>
public sealed class TurnWorkSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_serves_owners_in_turn_until_there_is_nothing_left()
    {
        await using var rig = new FlowRig();
        foreach (var owner in (Actor[])[FlowRig.Owner, FlowRig.Owner, FlowRig.Owner, FlowRig.Stranger])
        {
            await SubmitAsync(rig, owner);
        }

        var served = new List<string>();
        while (await rig.Desk.WorkNextAsync("cpu", Ct) is { } end)
        {
            end.Outcome.ShouldBe(RunOutcome.Completed);
            served.Add((await rig.RunAsync(end.Run)).OwnerId);
            rig.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        served.ShouldBe(["u1", "u2", "u1", "u1"]);
        (await rig.Desk.WorkNextAsync("gpu", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_failed_for_a_moment_waits_and_others_go_on_meanwhile()
    {
        await using var rig = new FlowRig();
        var first = await SubmitAsync(rig, FlowRig.Owner);
        rig.Source.BeforeBatch = (_, _) => throw new VettingException(FailureCode.ToolStalled, "clip.mp4: ffmpeg made no progress.");
        (await rig.Desk.WorkNextAsync("cpu", Ct))!.Value.Outcome.ShouldBe(RunOutcome.RetryLater);
        rig.Source.BeforeBatch = null;
        var second = await SubmitAsync(rig, FlowRig.Owner);

        (await rig.Desk.WorkNextAsync("cpu", Ct)).ShouldBe((second, RunOutcome.Completed));
        (await rig.Desk.WorkNextAsync("cpu", Ct)).ShouldBeNull();
        rig.Clock.Advance(TurnRules.Default.PauseAfter(1));
        (await rig.Desk.WorkNextAsync("cpu", Ct)).ShouldBe((first, RunOutcome.Completed));
    }

    [Theory]
    [InlineData(true, RunOutcome.RetryLater, RunState.Queued)]
    [InlineData(false, RunOutcome.Failed, RunState.Failed)]
    public async Task A_database_that_was_away_for_a_moment_fails_no_run(bool isPassing, RunOutcome outcome, RunState state)
    {
        await using var rig = new FlowRig();
        var run = await SubmitAsync(rig, FlowRig.Owner);
        rig.Source.BeforeBatch = (_, _) => throw new InvalidOperationException("Nothing was written.", new LostDatabaseException(isPassing));

        (await rig.Desk.WorkNextAsync("cpu", Ct))!.Value.Outcome.ShouldBe(outcome);

        (await rig.RunAsync(run)).State.ShouldBe(state);
    }

    [Fact]
    public async Task An_owner_at_the_limit_waits_and_the_place_goes_to_another()
    {
        await using var rig = new FlowRig(change: s => s.AddSingleton(TurnRules.Default with { MostPerOwner = 1 }));
        var held = await SubmitAsync(rig, FlowRig.Owner);
        var waits = await SubmitAsync(rig, FlowRig.Owner);
        var other = await SubmitAsync(rig, FlowRig.Stranger);
        var lease = (await rig.Store.TryTakeAsync(held, new WorkNode("elsewhere", TimeSpan.FromMinutes(5), false), Ct))!;

        (await rig.Desk.WorkNextAsync("cpu", Ct))!.Value.Run.ShouldBe(other);
        (await rig.Desk.WorkNextAsync("cpu", Ct)).ShouldBeNull();
        await rig.Store.Under(lease).TryMoveAsync(held, RunState.Queued, RunState.Cancelled, "", null, Ct);
        (await rig.Desk.WorkNextAsync("cpu", Ct))!.Value.Run.ShouldBe(waits);
    }

    [Fact]
    public async Task A_cancel_on_another_node_ends_the_work_by_its_news()
    {
        await using var rig = new FlowRig();
        var run = await SubmitAsync(rig, FlowRig.Owner);
        rig.Source.BeforeBatch = (index, ct) =>
        {
            if (index == 1)
            {
                // As another node does: it moves the row and tells; nobody calls this process.
                rig.Store.TryMoveAsync(run, RunState.Running, RunState.Cancelling, "Being cancelled.", null, CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
                rig.Events.Publish(new RunStateChanged(run, 99, rig.Clock.GetUtcNow(), RunState.Cancelling, "Being cancelled."));
            }

            return Task.Delay(index == 1 ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, ct);
        };

        (await rig.Desk.WorkNextAsync("cpu", Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct)).ShouldBe((run, RunOutcome.Cancelled));
        (await rig.RunAsync(run)).State.ShouldBe(RunState.Cancelled);
    }

    private static async Task<RunId> SubmitAsync(FlowRig rig, Actor owner)
    {
        var run = await rig.SubmitAsync(Ct, actor: owner);
        rig.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await rig.Store.RouteAsync(run.Id, "cpu", Ct);
        return run.Id;
    }

    private sealed class LostDatabaseException(bool isTransient) : DbException("terminating connection because of crash of another server process")
    {
        public override bool IsTransient => isTransient;
    }
}

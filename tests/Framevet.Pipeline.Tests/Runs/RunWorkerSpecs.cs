using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tests.Flow;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Pipeline.Tests.Runs;

public sealed class RunWorkerSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transient_failure_is_retried_until_the_attempts_are_used_up()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, _) => throw new VettingException(FailureCode.ToolStalled, "clip.mp4: ffmpeg made no progress.", "detail");

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.RetryLater);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Queued);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.RetryLater);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        var row = await rig.RunAsync(run.Id);
        (row.State, row.Failure, row.FailureDetail, row.Attempt).ShouldBe((RunState.Failed, FailureCode.ToolStalled, "detail", 3));
        row.Reason.ShouldBe("clip.mp4: ffmpeg made no progress.");
    }

    [Fact]
    public async Task Poison_input_is_not_retried()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, _) => throw new VettingException(FailureCode.SourceRefused, "clip.mp4: refused.");

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        rig.Store.LogOf(run.Id).ShouldContain((RunLogLevel.Error, "clip.mp4: refused."));
    }

    [Fact]
    public async Task A_bug_fails_the_run_as_unexpected_without_its_innards_in_the_reason()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, _) => throw new InvalidOperationException("secret path");

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        var row = await rig.RunAsync(run.Id);
        row.Failure.ShouldBe(FailureCode.Unexpected);
        (row.Reason + row.FailureDetail).ShouldNotContain("secret path");
        row.Reason.ShouldContain(run.Id.ToString());
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, _) => throw new TaskCanceledException("HTTP time-out");

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.RetryLater);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Queued);
        rig.Events.All.OfType<RunStateChanged>().ShouldNotContain(e => e.State == RunState.Cancelled);
    }

    [Fact]
    public async Task A_run_over_its_time_limit_fails_and_says_so()
    {
        await using var rig = new FlowRig(change: services => services.Configure<RunOptions>(o => o.TimeLimit = TimeSpan.FromMinutes(5)));
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, token) =>
        {
            rig.Clock.Advance(TimeSpan.FromMinutes(6));
            return Task.Delay(Timeout.InfiniteTimeSpan, token);
        };

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        var row = await rig.RunAsync(run.Id);
        row.Failure.ShouldBe(FailureCode.SourceTooLarge);
        row.Reason.ShouldContain("00:05:00");
    }

    [Fact]
    public async Task A_finishing_run_that_is_stopped_finishes_later_with_one_export()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);
        var stop = new CancellationTokenSource();
        rig.Exporter.Before = async token =>
        {
            await stop.CancelAsync();
            token.ThrowIfCancellationRequested();
        };

        (await rig.Desk.WorkAsync(run.Id, stop.Token)).ShouldBe(RunOutcome.HandedBack);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Finishing);
        rig.Exporter.Before = null;
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Done);
        (await rig.Exports.ForRunAsync(run.Id, Ct)).ShouldHaveSingleItem().State.ShouldBe(ExportState.Done);
        rig.Source.Readings.ShouldBe(1);
        Directory.EnumerateFileSystemEntries(rig.Folder["blobs/work"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_disk_while_exporting_is_tried_again_and_then_fails()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);
        rig.Exporter.Before = _ => throw new VettingException(FailureCode.OutOfSpace, "The disk is full.");

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.RetryLater);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.RetryLater);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        (await rig.RunAsync(run.Id)).Failure.ShouldBe(FailureCode.OutOfSpace);
    }

    [Fact]
    public async Task The_heartbeat_goes_on_while_no_frame_comes()
    {
        await using var rig = new FlowRig(60);
        var run = await rig.SubmitAsync(Ct);
        var isAtWork = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        rig.Source.BeforeBatch = (number, _) =>
        {
            if (number != 4)
            {
                return Task.CompletedTask;
            }

            isAtWork.TrySetResult();
            return goOn.Task;
        };
        var work = rig.Desk.WorkAsync(run.Id, Ct);
        await isAtWork.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        for (var i = 0; i < 30; i++)
        {
            rig.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(5, Ct);
        }

        (await rig.Store.OrphansAsync(Ct)).ShouldBeEmpty();
        (await rig.Desk.ReconcileAsync(isStart: false, Ct)).ShouldBe(0);
        goOn.SetResult();
        (await work).ShouldBe(RunOutcome.Completed);
    }

    [Fact]
    public async Task A_worker_whose_run_was_taken_stops_and_stores_nothing_more()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);
        var (isAtWork, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Source.BeforeBatch = (number, _) =>
        {
            if (number != 4)
            {
                return Task.CompletedTask;
            }

            isAtWork.TrySetResult();
            return goOn.Task;
        };
        var work = rig.Desk.WorkAsync(run.Id, Ct);
        await isAtWork.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        (await rig.RunAsync(run.Id)).Worker.ShouldBe(WorkNode.Alone.Id);

        // As if this node had slept for longer than its lease.
        var successor = await rig.Store.TryTakeAsync(run.Id, WorkNode.Alone, Ct);
        var stored = (await rig.Store.CandidatesAsync(run.Id, Ct)).Length;
        goOn.SetResult();

        (await work).ShouldBe(RunOutcome.Nothing);
        successor.ShouldNotBeNull();
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Running);
        (await rig.Store.CandidatesAsync(run.Id, Ct)).Length.ShouldBe(stored);
        (await rig.RunAsync(run.Id)).Worker.ShouldBe(WorkNode.Alone.Id);
    }

    [Fact]
    public async Task At_start_what_a_dead_process_left_goes_back_to_work_or_ends()
    {
        await using var rig = new FlowRig(60, _ => 0.0);
        var ids = new List<RunId>();
        foreach (var path in new RunState[][] { [], [RunState.Running], [RunState.Running, RunState.Cancelling], [RunState.Running, RunState.Finishing], [RunState.Cancelled] })
        {
            var run = await rig.SubmitAsync(Ct);
            ids.Add(run.Id);
            var at = RunState.Queued;
            foreach (var next in path)
            {
                (await rig.Store.TryMoveAsync(run.Id, at, next, "", null, Ct)).ShouldNotBeNull();
                at = next;
            }
        }

        rig.Queue.Enqueued.Clear();
        (await rig.Desk.ReconcileAsync(isStart: true, Ct)).ShouldBe(2);

        var states = new List<RunState>();
        foreach (var id in ids)
        {
            states.Add((await rig.RunAsync(id)).State);
        }

        states.ShouldBe([RunState.Queued, RunState.Queued, RunState.Cancelled, RunState.Finishing, RunState.Cancelled]);
        rig.Queue.Enqueued.ShouldBe([ids[0], ids[1], ids[3]], ignoreOrder: true);
    }

    [Fact]
    public async Task Later_only_runs_without_a_heartbeat_are_taken_back()
    {
        await using var rig = new FlowRig();
        var old = await rig.SubmitAsync(Ct);
        await rig.Store.TryTakeAsync(old.Id, WorkNode.Alone with { Id = "other" }, Ct);
        await rig.Store.TryMoveAsync(old.Id, RunState.Queued, RunState.Running, "", null, Ct);
        rig.Clock.Advance(TimeSpan.FromSeconds(61));
        var fresh = await rig.SubmitAsync(Ct);
        await rig.Store.TryTakeAsync(fresh.Id, WorkNode.Alone with { Id = "other" }, Ct);
        await rig.Store.TryMoveAsync(fresh.Id, RunState.Queued, RunState.Running, "", null, Ct);

        (await rig.Desk.ReconcileAsync(isStart: false, Ct)).ShouldBe(1);

        (await rig.RunAsync(old.Id)).State.ShouldBe(RunState.Queued);
        (await rig.RunAsync(fresh.Id)).State.ShouldBe(RunState.Running);
    }

    [Fact]
    public async Task A_media_file_that_is_gone_fails_the_run_with_its_cause()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);
        await new DiskBlobStore(rig.Folder["blobs"]).DeleteAsync(run.MediaKey, Ct);

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        (await rig.RunAsync(run.Id)).Failure.ShouldBe(FailureCode.SourceUnavailable);
    }
}

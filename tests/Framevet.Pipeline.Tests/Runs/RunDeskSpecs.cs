using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Flow;

namespace Framevet.Pipeline.Tests.Runs;

public sealed class RunDeskSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submitting_moves_the_file_under_its_hash_and_queues_the_run()
    {
        await using var rig = new FlowRig();
        var path = rig.Folder.Write("upload", "hello"u8);

        var run = await rig.Desk.SubmitAsync(new SubmitRequest(path, "hello.mp4", null, 7), FlowRig.Owner, Ct);

        run.MediaSha256.ShouldBe("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        run.MediaKey.ShouldBe("media/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        File.Exists(path).ShouldBeFalse();
        (await File.ReadAllTextAsync(rig.Folder["blobs/" + run.MediaKey], Ct)).ShouldBe("hello");
        (await rig.RunAsync(run.Id)).ShouldBe(run);
        rig.Queue.Enqueued.ShouldBe([run.Id]);
        rig.Audit.Entries.ShouldHaveSingleItem().Action.ShouldBe("run.submit");
    }

    [Fact]
    public async Task The_same_bytes_make_a_second_run_on_the_same_media()
    {
        await using var rig = new FlowRig();

        var first = await rig.Desk.SubmitAsync(new SubmitRequest(rig.Folder.Write("a", "x"u8), "a.mp4", null), FlowRig.Owner, Ct);
        var second = await rig.Desk.SubmitAsync(new SubmitRequest(rig.Folder.Write("b", "x"u8), "b.mp4", null), FlowRig.Owner, Ct);

        second.Id.ShouldNotBe(first.Id);
        second.MediaKey.ShouldBe(first.MediaKey);
    }

    [Theory]
    [InlineData("empty.mp4", 0, FailureCode.UnsupportedMedia, "empty")]
    [InlineData("big.mp4", 1024 * 1024 + 1, FailureCode.SourceTooLarge, "1 MiB")]
    [InlineData("notes.txt", 10, FailureCode.UnsupportedMedia, ".mp4")]
    public async Task A_file_refused_at_the_door_is_named_with_the_cause(string name, int bytes, FailureCode code, string cause)
    {
        await using var rig = new FlowRig();
        rig.Settings.Settings = rig.Settings.Settings with { Limits = new SubmitLimits { MaxFileMegabytes = 1 } };
        var path = rig.Folder.Write("upload", new byte[bytes]);

        var trouble = await Should.ThrowAsync<VettingException>(() => rig.Desk.SubmitAsync(new SubmitRequest(path, name, null), FlowRig.Owner, Ct));

        trouble.Code.ShouldBe(code);
        trouble.Message.ShouldContain(name);
        trouble.Message.ShouldContain(cause);
        rig.Queue.Enqueued.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recipe_with_a_fault_is_refused_with_the_fault()
    {
        await using var rig = new FlowRig();
        var recipe = FlowRig.Recipe with { Sampler = new PartSpec("intervall") };

        var trouble = await Should.ThrowAsync<VettingException>(() => rig.Desk.SubmitAsync(new SubmitRequest(rig.Folder.Write("a", "x"u8), "a.mp4", recipe), FlowRig.Owner, Ct));

        trouble.Code.ShouldBe(FailureCode.InvalidRequest);
        trouble.Message.ShouldContain("intervall");
    }

    [Fact]
    public async Task Only_so_many_unfinished_runs_are_accepted_from_one_user()
    {
        await using var rig = new FlowRig();
        rig.Settings.Settings = rig.Settings.Settings with { Limits = new SubmitLimits { MaxOpenRuns = 2 } };
        var first = await rig.SubmitAsync(Ct);
        await rig.SubmitAsync(Ct);

        (await Should.ThrowAsync<VettingException>(() => rig.SubmitAsync(Ct))).Code.ShouldBe(FailureCode.Conflict);

        await rig.SubmitAsync(Ct, actor: FlowRig.Stranger);
        await rig.Desk.CancelAsync(first.Id, FlowRig.Owner, Ct);
        await rig.SubmitAsync(Ct);
    }

    [Fact]
    public async Task Whoever_may_not_submit_is_refused()
    {
        await using var rig = new FlowRig();

        (await Should.ThrowAsync<VettingException>(() => rig.SubmitAsync(Ct, actor: FlowRig.Moderator))).Code.ShouldBe(FailureCode.Forbidden);
    }

    [Fact]
    public async Task A_queued_run_is_cancelled_at_once_and_never_worked()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.CancelAsync(run.Id, FlowRig.Owner, Ct);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Cancelled);
        rig.Queue.Withdrawn.ShouldContain(run.Id);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Nothing);
        rig.Source.Readings.ShouldBe(0);
    }

    [Fact]
    public async Task A_running_run_goes_through_cancelling_to_cancelled_and_is_no_failure()
    {
        await using var rig = new FlowRig(100);
        var run = await rig.SubmitAsync(Ct);
        var isAtWork = new TaskCompletionSource();
        rig.Source.BeforeBatch = (number, token) =>
        {
            if (number == 3)
            {
                isAtWork.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, token);
            }

            return Task.CompletedTask;
        };
        var work = rig.Desk.WorkAsync(run.Id, Ct);
        await isAtWork.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        await rig.Desk.CancelAsync(run.Id, FlowRig.Owner, Ct);

        (await work.WaitAsync(TimeSpan.FromSeconds(30), Ct)).ShouldBe(RunOutcome.Cancelled);
        var row = await rig.RunAsync(run.Id);
        row.State.ShouldBe(RunState.Cancelled);
        row.Failure.ShouldBeNull();
        rig.Events.All.OfType<RunStateChanged>().Select(e => e.State)
            .ShouldBe([RunState.Queued, RunState.Running, RunState.Cancelling, RunState.Cancelled]);
        rig.Audit.Entries.Last().Action.ShouldBe("run.cancel");
    }

    [Fact]
    public async Task A_run_that_waits_for_people_is_cancelled_with_its_review_item()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var run = await rig.SubmitAsync(Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);

        await rig.Desk.CancelAsync(run.Id, FlowRig.Owner, Ct);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Cancelled);
        rig.Reviews.All.ShouldHaveSingleItem().State.ShouldBe(Framevet.Pipeline.Review.ReviewState.Withdrawn);
    }

    [Fact]
    public async Task Cancelling_while_a_worker_picks_the_run_up_ends_cancelled_whoever_is_first()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var rig = new FlowRig(30);
            var run = await rig.SubmitAsync(Ct);

            var work = Task.Run(() => rig.Desk.WorkAsync(run.Id, Ct), Ct);
            await Task.WhenAll(work, rig.Desk.CancelAsync(run.Id, FlowRig.Owner, Ct)).WaitAsync(TimeSpan.FromSeconds(30), Ct);

            var row = await rig.RunAsync(run.Id);
            row.State.ShouldBeOneOf(RunState.Cancelled, RunState.Done);
            (row.State == RunState.Done).ShouldBe(await work == RunOutcome.Completed);
        }
    }

    [Fact]
    public async Task Only_one_of_many_workers_gets_a_run()
    {
        await using var rig = new FlowRig(30);
        var run = await rig.SubmitAsync(Ct);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => rig.Desk.WorkAsync(run.Id, Ct), Ct)));

        outcomes.Count(o => o == RunOutcome.Completed).ShouldBe(1);
        outcomes.Count(o => o == RunOutcome.Nothing).ShouldBe(7);
        rig.Source.Readings.ShouldBe(1);
    }

    [Fact]
    public async Task A_stranger_sees_no_run_and_a_moderator_may_not_cancel_it()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);

        (await Should.ThrowAsync<VettingException>(() => rig.Desk.CancelAsync(run.Id, FlowRig.Stranger, Ct))).Code.ShouldBe(FailureCode.NotFound);
        (await Should.ThrowAsync<VettingException>(() => rig.Desk.CancelAsync(run.Id, FlowRig.Moderator, Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Queued);
    }

    [Fact]
    public async Task A_failed_run_is_retried_from_the_start()
    {
        await using var rig = new FlowRig(60);
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (number, _) =>
        {
            rig.Clock.Advance(TimeSpan.FromSeconds(2));
            return number == 5 ? throw new VettingException(FailureCode.UnsupportedMedia, "clip.mp4: broken.") : Task.CompletedTask;
        };
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);
        (await rig.FramesAsync(run.Id)).ShouldNotBeEmpty();
        rig.Source.BeforeBatch = null;

        await rig.Desk.RetryAsync(run.Id, FlowRig.Owner, Ct);

        (await rig.FramesAsync(run.Id)).ShouldBeEmpty();
        var queued = await rig.RunAsync(run.Id);
        (queued.State, queued.Failure, queued.Funnel).ShouldBe((RunState.Queued, null, new Funnel()));
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);
        rig.Source.Last!.ResumeAt.ShouldBeNull();
        (await Should.ThrowAsync<VettingException>(() => rig.Desk.RetryAsync(run.Id, FlowRig.Owner, Ct))).Code.ShouldBe(FailureCode.Conflict);
    }

    [Fact]
    public void Only_the_moves_of_the_table_are_legal()
    {
        RunState.Queued.CanMoveTo(RunState.Running).ShouldBeTrue();
        RunState.Running.CanMoveTo(RunState.AwaitingReview).ShouldBeTrue();
        RunState.AwaitingReview.CanMoveTo(RunState.Running).ShouldBeFalse();
        RunState.Done.CanMoveTo(RunState.Queued).ShouldBeFalse();
        foreach (var state in Enum.GetValues<RunState>())
        {
            state.CanMoveTo(state).ShouldBeFalse();
            Enum.GetValues<RunState>().Any(target => state.CanMoveTo(target)).ShouldBe(state != RunState.Done);
        }
    }
}

using System.Collections.Immutable;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Flow;

public sealed class VetterSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clip_goes_from_queued_to_done_with_its_picks_exported()
    {
        await using var rig = new FlowRig();
        var run = await rig.SubmitAsync(Ct);

        var outcome = await rig.Desk.WorkAsync(run.Id, Ct);

        outcome.ShouldBe(RunOutcome.Completed);
        var done = await rig.RunAsync(run.Id);
        done.State.ShouldBe(RunState.Done, done.Reason);
        done.Funnel.Decoded.ShouldBe(40);
        done.Funnel.Selected.ShouldBe(5);
        done.Funnel.Exported.ShouldBe(5);
        done.Media.ShouldNotBeNull().Width.ShouldBe(320);
        (await rig.FramesAsync(run.Id)).Where(f => f.Rank is not null).Select(f => f.Rank!.Value).Order().ShouldBe([1, 2, 3, 4, 5]);
        (await rig.Exports.ForRunAsync(run.Id, Ct)).ShouldHaveSingleItem().State.ShouldBe(ExportState.Done);
    }

    [Fact]
    public async Task The_funnel_adds_up_and_every_loss_has_a_reason()
    {
        await using var rig = new FlowRig(120, sum => (sum % 10) switch { 0 or 1 => 0.9, 2 => 0.5, _ => 0.01 });
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        var funnel = (await rig.RunAsync(run.Id)).Funnel;
        var frames = await rig.FramesAsync(run.Id);
        funnel.Sampled.ShouldBe(frames.Length);
        funnel.PassedGates.ShouldBe(frames.Count(f => f.PassedGates));
        (funnel.Allowed + funnel.AwaitingReview + funnel.Blocked).ShouldBe(funnel.PassedGates);
        new[] { funnel.PassedGates, funnel.Allowed, funnel.AwaitingReview, funnel.Blocked, funnel.Sampled - funnel.PassedGates }.ShouldAllBe(n => n > 0);
        funnel.LostInReview.ShouldBe(frames.Count(f => !f.PassedGates && f.Judgement!.Verdict.Decision == Decision.Escalate));
        funnel.LostInReview.ShouldBeGreaterThan(0);
        frames.SelectMany(f => f.Losses).ShouldAllBe(l => l.Reason.Length > 0 && l.Part.Length > 0);
        frames.Where(f => f.Judgement!.Verdict.Decision == Decision.Block).ShouldAllBe(f => f.Losses.Any(l => l.Stage == LossStage.Moderation));
        var item = (await rig.Reviews.OpenForRunAsync(run.Id, Ct)).ShouldHaveSingleItem();
        item.Frames.Length.ShouldBe(funnel.InReview(), "the case, the funnel and the words of the run agree");
        (await rig.RunAsync(run.Id)).Reason.ShouldBe($"{funnel.InReview()} frames wait for a person, {funnel.LostInReview} of them lost at a gate.");
        frames.ShouldAllBe(f => f.Judgement != null, "frames lost at a gate need a verdict, too: people may see them");
    }

    [Fact]
    public async Task A_gate_that_remembers_sees_only_what_the_filters_let_pass()
    {
        await using var rig = new FlowRig(200);
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        // The recipe names the duplicate gate first; a frame that fails the floor must not be asked by it all the same.
        var losses = (await rig.FramesAsync(run.Id)).Select(f => f.Losses.Where(l => l.Stage == LossStage.Gating).Select(l => l.Part).ToArray()).ToArray();
        losses.ShouldContain(l => l.Contains("threshold"));
        losses.ShouldAllBe(l => !l.Contains("threshold") || !l.Contains("duplicate"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_run_interrupted_at_any_batch_ends_with_the_rows_of_an_undisturbed_one(int batch)
    {
        static double? Sees(int sum) => sum % 7 == 0 ? 0.9 : 0.0;
        await using var calm = new FlowRig(40, Sees);
        var first = await calm.SubmitAsync(Ct);
        await calm.Desk.WorkAsync(first.Id, Ct);

        await using var rough = new FlowRig(40, Sees);
        var run = await rough.SubmitAsync(Ct);
        var stop = new CancellationTokenSource();
        rough.Source.BeforeBatch = (number, _) =>
        {
            // More than the grouping time between batches: what is scored is stored at once.
            rough.Clock.Advance(TimeSpan.FromSeconds(1.5));
            return number == batch ? stop.CancelAsync() : Task.CompletedTask;
        };
        (await rough.Desk.WorkAsync(run.Id, stop.Token)).ShouldBe(RunOutcome.HandedBack);
        (await rough.RunAsync(run.Id)).State.ShouldBe(RunState.Queued);
        rough.Source.BeforeBatch = null;
        (await rough.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);

        var expected = await calm.FramesAsync(first.Id);
        var actual = await rough.FramesAsync(run.Id);
        actual.Select(FrameRows.Text).ShouldBe(expected.Select(FrameRows.Text));
        var funnel = (await rough.RunAsync(run.Id)).Funnel;
        funnel.ShouldBe((await calm.RunAsync(first.Id)).Funnel);
    }

    [Fact]
    public async Task A_resumed_run_decodes_and_judges_only_what_is_missing()
    {
        await using var rig = new FlowRig(60);
        var run = await rig.SubmitAsync(Ct);
        var stop = new CancellationTokenSource();
        rig.Source.BeforeBatch = (number, _) =>
        {
            rig.Clock.Advance(TimeSpan.FromSeconds(1.5));
            return number == 8 ? stop.CancelAsync() : Task.CompletedTask;
        };
        await rig.Desk.WorkAsync(run.Id, stop.Token);
        rig.Source.BeforeBatch = null;
        var stored = await rig.FramesAsync(run.Id);
        var asked = rig.Backend.Asked;

        await rig.Desk.WorkAsync(run.Id, Ct);

        stored.Length.ShouldBeInRange(6, 29);
        rig.Source.Last!.ResumeAt.ShouldBe(new FrameStamp(stored[^1].Index, stored[^1].Pts));
        var all = await rig.FramesAsync(run.Id);
        all.Select(f => f.Pts).ShouldBeUnique();
        (rig.Backend.Asked - asked).ShouldBe(all.Length - stored.Length);
    }

    [Fact]
    public async Task Events_tell_only_what_the_store_already_has()
    {
        await using var rig = new FlowRig(60, _ => 0.5);
        var run = await rig.SubmitAsync(Ct);
        var early = new List<string>();
        rig.Events.OnPublish = news =>
        {
            var (row, frames) = (rig.RunAsync(run.Id).GetAwaiter().GetResult(), rig.FramesAsync(run.Id).GetAwaiter().GetResult());
            var isStored = row.Revision >= news.Revision && news switch
            {
                RunStateChanged change => row.State == change.State,
                FramesScored scored => scored.Frames.All(f => frames.Any(s => s.Pts == f.Pts)),
                ReviewChanged review => rig.Reviews.All.Any(i => i.Id == review.ItemId),
                SelectionChanged selected => frames.Count(f => f.Rank is not null) == selected.Selected,
                _ => true,
            };
            if (!isStored)
            {
                early.Add(news.ToString()!);
            }
        };

        await rig.Desk.WorkAsync(run.Id, Ct);

        early.ShouldBeEmpty();
        rig.Events.All.OfType<FramesScored>().SelectMany(e => e.Frames).Select(f => f.Pts).ShouldBe((await rig.FramesAsync(run.Id)).Select(f => f.Pts));
        rig.Events.All.OfType<ReviewChanged>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Progress_is_told_at_most_four_times_a_second_in_media_time()
    {
        await using var rig = new FlowRig(300);
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, _) =>
        {
            rig.Clock.Advance(TimeSpan.FromMilliseconds(50));
            return Task.CompletedTask;
        };

        await rig.Desk.WorkAsync(run.Id, Ct);

        var told = rig.Events.All.OfType<RunProgressed>().Where(p => p.Stage == RunStage.Score).ToArray();
        told.Length.ShouldBeGreaterThan(5);
        told.SkipLast(1).Zip(told.SkipLast(1).Skip(1), (a, b) => b.At - a.At).ShouldAllBe(gap => gap >= TimeSpan.FromMilliseconds(250));
        told.Where(p => p.Fraction is not null).Select(p => p.Fraction!.Value).ShouldBeInOrder();
        told[^1].Fraction.ShouldBe(1);
        told.ShouldContain(p => p.FramesPerSecond > 0 && p.Remaining != null);
    }

    [Fact]
    public async Task A_film_without_a_single_frame_is_unsupported_and_names_the_file()
    {
        await using var rig = new FlowRig(0);
        var run = await rig.SubmitAsync(Ct, "holiday.mp4");

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        var failed = await rig.RunAsync(run.Id);
        failed.Failure.ShouldBe(FailureCode.UnsupportedMedia);
        failed.Reason.ShouldContain("holiday.mp4");
    }

    [Fact]
    public async Task A_failing_backend_allows_nothing()
    {
        await using var rig = new FlowRig(40, _ => throw new InvalidOperationException("down"));
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.AwaitingReview);
        (await rig.FramesAsync(run.Id)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Escalate);
        (await rig.Exports.ForRunAsync(run.Id, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_to_pick_is_an_outcome_with_a_reason()
    {
        await using var rig = new FlowRig(40, _ => 0.95);
        var run = await rig.SubmitAsync(Ct);

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);

        var done = await rig.RunAsync(run.Id);
        done.State.ShouldBe(RunState.Done);
        done.Reason.ShouldContain("may be shown");
        done.Failure.ShouldBeNull();
        rig.Exporter.Written.ShouldBe(0);
    }

    [Fact]
    public async Task Allowed_frames_that_were_not_picked_say_so()
    {
        await using var rig = new FlowRig(80);
        var run = await rig.SubmitAsync(Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        ImmutableArray<Candidate> eligible = [.. (await rig.FramesAsync(run.Id)).Where(f => f.PassedGates && f.IsAllowed)];
        eligible.Length.ShouldBeGreaterThan(5);
        eligible.ShouldAllBe(f => f.Rank != null || f.Losses.Any(l => l.Stage == LossStage.Selection && l.Part == "top"));
    }
}

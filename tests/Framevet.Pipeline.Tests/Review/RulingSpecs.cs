using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Flow;

namespace Framevet.Pipeline.Tests.Review;

/// <summary>What follows from what people say.</summary>
public sealed class RulingSpecs
{
    private static readonly Actor Second = new("m2", "Max", Rights.Review);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_decision_takes_effect_when_the_time_for_taking_it_back_is_over()
    {
        await using var rig = Rig(r => r with { UndoSeconds = 10 });
        var (run, item) = await WaitingAsync(rig);

        await SayAsync(rig, item, Decision.Block, FlowRig.Moderator);

        rig.Events.All.OfType<ReviewChanged>().Last().State.ShouldBe(ReviewState.Decided, "everybody sees it at once");
        rig.Events.All.OfType<VerdictsChanged>().ShouldBeEmpty();
        (await rig.Rulings.SettleAsync(Ct)).ShouldBe(0);
        (await rig.Desk.ReconcileAsync(isStart: true, Ct)).ShouldBe(0, "reconciling must not take the rest for an orphan");
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.AwaitingReview);
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        (await rig.Rulings.SettleAsync(Ct)).ShouldBe(1);
        (await rig.Rulings.SettleAsync(Ct)).ShouldBe(0);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Finishing);
        (await rig.FramesAsync(run.Id)).Where(f => item.Frames.Contains(f.Pts)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Block);
    }

    [Fact]
    public async Task What_is_taken_back_in_time_never_happened()
    {
        await using var rig = Rig(r => r with { UndoSeconds = 10 });
        var (run, item) = await WaitingAsync(rig);
        await SayAsync(rig, item, Decision.Block, FlowRig.Moderator);
        rig.Clock.Advance(TimeSpan.FromSeconds(9));

        (await Should.ThrowAsync<VettingException>(() => rig.Rulings.UndoAsync(item.Id, FlowRig.Lead, Ct))).Code.ShouldBe(FailureCode.Conflict);
        var again = await rig.Rulings.UndoAsync(item.Id, FlowRig.Moderator, Ct);

        again.Claim!.UserId.ShouldBe(FlowRig.Moderator.Id);
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        (await rig.Rulings.SettleAsync(Ct)).ShouldBe(0);
        rig.Events.All.OfType<VerdictsChanged>().ShouldBeEmpty();
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.AwaitingReview);
        await rig.Rulings.DecideAsync(item.Id, again.Claim.Token, Word(Decision.Allow), FlowRig.Moderator, Ct);
        rig.Clock.Advance(TimeSpan.FromSeconds(11));
        await rig.Rulings.SettleAsync(Ct);
        (await Should.ThrowAsync<VettingException>(() => rig.Rulings.UndoAsync(item.Id, FlowRig.Moderator, Ct))).Code.ShouldBe(FailureCode.Conflict);
        rig.Audit.Entries.Select(e => e.Action).Where(a => a.StartsWith("review.", StringComparison.Ordinal)).ShouldBe(["review.decide", "review.undo", "review.decide"]);
    }

    [Fact]
    public async Task An_item_whose_decision_is_taken_back_and_made_again_counts_once_among_what_was_seen()
    {
        await using var rig = Rig(r => r with { UndoSeconds = 10 });
        var (_, item) = await WaitingAsync(rig);
        async Task<Exposure> SeenAsync() => (await rig.Care.TodayAsync(FlowRig.Moderator, Ct)).Single(s => s.Queue == "nudity").Seen;

        for (var i = 0; i < 3; i++)
        {
            var claim = (await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct)).Claim!;
            rig.Clock.Advance(TimeSpan.FromSeconds(20));
            await rig.Rulings.DecideAsync(item.Id, claim.Token, Word(Decision.Block), FlowRig.Moderator, Ct);
            await rig.Rulings.UndoAsync(item.Id, FlowRig.Moderator, Ct);
            await rig.ReviewDesk.ReleaseAsync(item.Id, rig.Reviews.All.Single().Claim!.Token, FlowRig.Moderator, Ct);
        }

        (await SeenAsync()).ShouldBe(new Exposure("nudity", TimeSpan.FromSeconds(60), 1));
        rig.Clock.Advance(TimeSpan.FromDays(1));
        await SayAsync(rig, item, Decision.Block, FlowRig.Moderator);
        (await SeenAsync()).Items.ShouldBe(1, "another day");
    }

    [Fact]
    public async Task A_queue_has_a_lease_of_its_own_however_its_items_are_claimed()
    {
        await using var rig = Rig(r => r with { UndoSeconds = 10, LeaseMinutes = r.LeaseMinutes.SetItem("nudity", 3) });
        var (_, item) = await WaitingAsync(rig);
        DateTimeOffset In(int minutes) => rig.Clock.GetUtcNow().AddMinutes(minutes);

        var claim = (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct))!.Claim!;
        claim.ExpiresAt.ShouldBe(In(3));
        rig.Reviews.All.Single().Claim!.ExpiresAt.ShouldBe(In(3));
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        (await rig.ReviewDesk.RenewAsync(item.Id, claim.Token, FlowRig.Moderator, Ct)).ShouldBeTrue();
        rig.Reviews.All.Single().Claim!.ExpiresAt.ShouldBe(In(3));
        (await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct)).Claim!.ExpiresAt.ShouldBe(In(3));
        await SayAsync(rig, item, Decision.Block, FlowRig.Moderator);
        (await rig.Rulings.UndoAsync(item.Id, FlowRig.Moderator, Ct)).Claim!.ExpiresAt.ShouldBe(In(3));

        rig.Settings.Settings = rig.Settings.Settings with { Review = rig.Settings.Settings.Review with { LeaseMinutes = rig.Settings.Settings.Review.LeaseMinutes.Clear() } };
        (await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct)).Claim!.ExpiresAt.ShouldBe(In(10));
        new ReviewRules { LeaseMinutes = ReviewRulesLeases(("violence", 0), ("nowhere", 5)) }.Faults().Count().ShouldBe(2);
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, int> ReviewRulesLeases(params (string Queue, int Minutes)[] leases) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(leases.Select(l => KeyValuePair.Create(l.Queue, l.Minutes)));

    [Fact]
    public async Task A_reversal_replaces_the_verdict_and_keeps_both_words()
    {
        await using var rig = Rig();
        var (run, item) = await WaitingAsync(rig);
        await SayAsync(rig, item, Decision.Allow, FlowRig.Moderator);

        (await Should.ThrowAsync<VettingException>(() => rig.Rulings.ReverseAsync(item.Id, Word(Decision.Block), Second, Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await Should.ThrowAsync<VettingException>(() => rig.Rulings.ReverseAsync(item.Id, Word(Decision.Allow), FlowRig.Lead, Ct))).Code.ShouldBe(FailureCode.InvalidRequest);
        await rig.Rulings.ReverseAsync(item.Id, Word(Decision.Block), FlowRig.Lead, Ct);

        (await rig.FramesAsync(run.Id)).Where(f => item.Frames.Contains(f.Pts)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Block && f.Judgement.Verdict.By == "Lena");
        (await rig.Reviews.WordsAsync(item.Id, Ct)).Select(w => w.Decision).ShouldBe([Decision.Allow, Decision.Block]);
        rig.Audit.Entries.Last().ShouldSatisfyAllConditions(e => e.Action.ShouldBe("review.reverse"), e => e.Before!.ShouldContain("\"Allow\"", Case.Insensitive), e => e.After!.ShouldContain("\"Block\"", Case.Insensitive));
    }

    [Theory]
    [InlineData(null, FailureCode.Incomplete)]
    [InlineData(" ", FailureCode.Incomplete)]
    [InlineData("false-alarm", FailureCode.InvalidRequest)]
    [InlineData("see-note", FailureCode.Incomplete)]
    public async Task A_decision_without_a_fitting_reason_is_refused(string? reason, FailureCode code)
    {
        await using var rig = Rig();
        var (_, item) = await WaitingAsync(rig);
        var claim = (await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct)).Claim!;

        (await Should.ThrowAsync<VettingException>(() => rig.Rulings.DecideAsync(item.Id, claim.Token, new ReviewWord(Decision.Block, "nudity", reason), FlowRig.Moderator, Ct))).Code.ShouldBe(code);
    }

    [Fact]
    public async Task Two_who_agree_decide_and_neither_knows_of_the_other()
    {
        await using var rig = Rig(r => r with { Several = new DoubleReview { Labels = ["nudity"] } });
        var (run, item) = await WaitingAsync(rig);

        (await SayAsync(rig, item, Decision.Block, FlowRig.Moderator)).ShouldBe(RulingKind.Vote);

        var waiting = (await rig.Reviews.GetAsync(item.Id, Ct))!;
        (waiting.State, waiting.Decision).ShouldBe((ReviewState.Waiting, null));
        (await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.AwaitingReview);
        (await SayAsync(rig, item, Decision.Block, Second)).ShouldBe(RulingKind.Final);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Finishing);
    }

    [Fact]
    public async Task Two_who_disagree_leave_it_to_a_lead()
    {
        await using var rig = Rig(r => r with { Several = new DoubleReview { Labels = ["nudity"] } });
        var (_, item) = await WaitingAsync(rig);

        await SayAsync(rig, item, Decision.Block, FlowRig.Moderator);
        (await SayAsync(rig, item, Decision.Allow, Second)).ShouldBe(RulingKind.Disagreement);

        (await rig.Reviews.GetAsync(item.Id, Ct))!.IsEscalated.ShouldBeTrue();
        (await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimAsync(item.Id, Second, Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await SayAsync(rig, item, Decision.Allow, FlowRig.Lead)).ShouldBe(RulingKind.Final);
    }

    [Fact]
    public async Task Two_of_three_are_enough_and_a_share_draws_by_the_id_alone()
    {
        await using var rig = Rig(r => r with { Several = new DoubleReview { Share = 1, Agree = 2, Most = 3 } });
        var (_, item) = await WaitingAsync(rig);

        (await SayAsync(rig, item, Decision.Block, FlowRig.Moderator)).ShouldBe(RulingKind.Vote);
        (await SayAsync(rig, item, Decision.Allow, Second)).ShouldBe(RulingKind.Vote);
        (await SayAsync(rig, item, Decision.Block, new Actor("m3", "Mo", Rights.Review))).ShouldBe(RulingKind.Final);
    }

    [Fact]
    public async Task An_appeal_is_heard_by_somebody_else_and_turns_the_block_around()
    {
        await using var rig = Rig();
        var (run, item) = await WaitingAsync(rig);
        await SayAsync(rig, item, Decision.Block, FlowRig.Moderator);
        (await Should.ThrowAsync<VettingException>(() => rig.Appeals.AppealAsync(run.Id, "why", FlowRig.Owner, Ct))).Code.ShouldBe(FailureCode.Conflict);
        await rig.Desk.WorkAsync(run.Id, Ct);

        (await Should.ThrowAsync<VettingException>(() => rig.Appeals.AppealAsync(run.Id, " ", FlowRig.Owner, Ct))).Code.ShouldBe(FailureCode.Incomplete);
        (await Should.ThrowAsync<VettingException>(() => rig.Appeals.AppealAsync(run.Id, "mine", FlowRig.Stranger, Ct))).Code.ShouldBe(FailureCode.NotFound);
        var appeal = await rig.Appeals.AppealAsync(run.Id, "It is a sculpture.", FlowRig.Owner, Ct);

        (await Should.ThrowAsync<VettingException>(() => rig.Appeals.AppealAsync(run.Id, "again", FlowRig.Owner, Ct))).Code.ShouldBe(FailureCode.Conflict);
        var refused = await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimAsync(appeal.Id, FlowRig.Moderator, Ct));
        (refused.Code, refused.Message.Contains("somebody else", StringComparison.Ordinal)).ShouldBe((FailureCode.Forbidden, true));
        (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct)).ShouldBeNull();
        appeal.Note.ShouldBe("It is a sculpture.");
        await SayAsync(rig, appeal, Decision.Allow, Second);
        (await rig.FramesAsync(run.Id)).Where(f => item.Frames.Contains(f.Pts)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Allow);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Done);
    }

    [Fact]
    public async Task A_queue_warns_and_then_closes_for_the_day()
    {
        await using var rig = Rig(r => r with { Exposure = [new ExposureLimit("nudity", 30, 60, 1, 2)] });
        for (var i = 0; i < 3; i++)
        {
            await rig.Desk.WorkAsync((await rig.SubmitAsync(Ct)).Id, Ct);
        }

        for (var i = 0; i < 2; i++)
        {
            var item = (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct)).ShouldNotBeNull();
            rig.Clock.Advance(TimeSpan.FromSeconds(30));
            await rig.Rulings.DecideAsync(item.Id, item.Claim!.Token, Word(Decision.Block), FlowRig.Moderator, Ct);
            var state = (await rig.Care.TodayAsync(FlowRig.Moderator, Ct)).Single(s => s.Queue == "nudity");
            (state.IsWarned, state.IsClosed, state.Seen.Time).ShouldBe((true, i == 1, TimeSpan.FromSeconds(30 * (i + 1))));
        }

        var left = rig.Reviews.All.Single(i => i.State == ReviewState.Waiting);
        (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct)).ShouldBeNull();
        var refused = await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimAsync(left.Id, FlowRig.Moderator, Ct));
        (refused.Code, refused.Message.Contains("enough", StringComparison.Ordinal)).ShouldBe((FailureCode.Forbidden, true));
        (await rig.ReviewDesk.ClaimNextAsync(Second, [], Ct)).ShouldNotBeNull();
        rig.Clock.Advance(TimeSpan.FromDays(1));
        (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_golden_item_takes_the_place_of_another_looks_like_any_and_changes_no_verdict()
    {
        await using var rig = Rig(r => r with { GoldenShare = 1 });
        var (run, item) = await WaitingAsync(rig);
        var before = await rig.FramesAsync(run.Id);
        rig.Ledger.Golden.Add(new GoldenItem(Guid.NewGuid(), run.Id, item.Frames, "nudity", 0.5, Decision.Block, "nudity", "Lena", rig.Clock.GetUtcNow()));

        var handed = (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct)).ShouldNotBeNull();
        handed.Kind.ShouldBe(ReviewKind.Golden);
        handed.CreatedAt.ShouldBe(item.CreatedAt);
        await rig.Rulings.DecideAsync(handed.Id, handed.Claim!.Token, Word(Decision.Allow), FlowRig.Moderator, Ct);

        rig.Ledger.Answers.Single().ShouldSatisfyAllConditions(a => a.IsRight.ShouldBeFalse(), a => a.UserId.ShouldBe("m1"));
        (await rig.FramesAsync(run.Id)).Select(f => f.Judgement!.Verdict).ShouldBe(before.Select(f => f.Judgement!.Verdict));
        (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct)).ShouldNotBeNull().Id.ShouldBe(item.Id);
    }

    [Fact]
    public async Task Cleared_runs_are_sampled_and_a_miss_blocks_the_frames()
    {
        await using var rig = new FlowRig(40, _ => 0.05);
        rig.Settings.Settings = rig.Settings.Settings with { Review = rig.Settings.Settings.Review with { SampleShare = 1 } };
        var run = await rig.SubmitAsync(Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Done);
        rig.Ledger.Cleared.Add(new ClearedRun(run.Id, "nudity", 0.05));

        (await rig.Quality.SampleAsync(Ct)).ShouldBe(1);
        (await rig.Quality.SampleAsync(Ct)).ShouldBe(0);

        var sample = rig.Reviews.All.ShouldHaveSingleItem();
        sample.Kind.ShouldBe(ReviewKind.Sample);
        await SayAsync(rig, sample, Decision.Block, FlowRig.Moderator);
        (await rig.FramesAsync(run.Id)).Where(f => sample.Frames.Contains(f.Pts)).ShouldAllBe(f => !f.IsAllowed);
    }

    [Fact]
    public async Task A_note_goes_with_a_question_and_the_one_who_asks_is_shut_out()
    {
        await using var rig = Rig();
        var (_, item) = await WaitingAsync(rig);
        var claim = (await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct)).Claim!;

        (await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.AskAsync(item.Id, claim.Token, null, FlowRig.Moderator, Ct))).Code.ShouldBe(FailureCode.Incomplete);
        await rig.ReviewDesk.AskAsync(item.Id, claim.Token, "Is this a toy?", FlowRig.Moderator, Ct);

        (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct)).ShouldBeNull();
        (await rig.ReviewDesk.ClaimNextAsync(Second, [], Ct)).ShouldNotBeNull().Note.ShouldBe("Mia asks: Is this a toy?");
    }

    private static FlowRig Rig(Func<ReviewRules, ReviewRules>? change = null)
    {
        var rig = new FlowRig(40, _ => 0.5);
        rig.Settings.Settings = rig.Settings.Settings with { Review = change?.Invoke(rig.Settings.Settings.Review) ?? rig.Settings.Settings.Review };
        return rig;
    }

    private static ReviewWord Word(Decision decision) => new(decision, decision == Decision.Allow ? "clean" : "nudity", ReviewReason.Fitting(decision)[0].Id);

    private static async Task<RulingKind> SayAsync(FlowRig rig, ReviewItem item, Decision decision, Actor actor)
    {
        var claim = (await rig.ReviewDesk.ClaimAsync(item.Id, actor, Ct)).Claim!;
        return await rig.Rulings.DecideAsync(item.Id, claim.Token, Word(decision), actor, Ct);
    }

    private static async Task<(Run Run, ReviewItem Item)> WaitingAsync(FlowRig rig)
    {
        var run = await rig.SubmitAsync(Ct);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);
        return (run, rig.Reviews.All.ShouldHaveSingleItem());
    }
}

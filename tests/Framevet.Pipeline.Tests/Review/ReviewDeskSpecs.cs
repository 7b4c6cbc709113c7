using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Flow;

namespace Framevet.Pipeline.Tests.Review;

public sealed class ReviewDeskSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_doubtful_frames_of_a_run_make_one_item_with_the_strongest_finding()
    {
        await using var rig = new FlowRig(40, sum => 0.3 + (sum % 5 * 0.05));

        var (run, item) = await WaitingAsync(rig);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.AwaitingReview);
        var doubtful = (await rig.FramesAsync(run.Id)).Where(f => f.Judgement!.Verdict.Decision == Decision.Escalate).ToArray();
        item.Frames.ShouldBe(doubtful.Select(f => f.Pts));
        item.TopLabel.ShouldBe("nudity");
        item.TopConfidence.ShouldBe(doubtful.Max(f => f.Judgement!.Findings.Max(g => g.Confidence)));
    }

    [Fact]
    public async Task Allowing_sends_the_run_to_its_second_act_with_the_frames_cleared()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (run, item) = await WaitingAsync(rig);
        var claimed = await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct);
        rig.Queue.Enqueued.Clear();

        await rig.Rulings.DecideAsync(item.Id, claimed.Claim!.Token, Say(Decision.Allow, "clean", "harmless"), FlowRig.Moderator, Ct);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Finishing);
        rig.Queue.Enqueued.ShouldBe([run.Id]);
        var frames = await rig.FramesAsync(run.Id);
        frames.ShouldAllBe(f => f.IsAllowed && f.Judgement!.Verdict.By == "Mia" && f.Judgement.Findings.Length == 1);
        (await rig.RunAsync(run.Id)).Funnel.ShouldSatisfyAllConditions(f => f.AwaitingReview.ShouldBe(0), f => f.Allowed.ShouldBe(f.PassedGates));
        rig.Events.All.OfType<VerdictsChanged>().ShouldHaveSingleItem().Frames.Length.ShouldBe(item.Frames.Length);
        rig.Audit.Entries.ShouldContain(e => e.Action == "review.decide" && e.Actor == FlowRig.Moderator && e.After!.Contains("harmless"));
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);
        (await rig.RunAsync(run.Id)).Funnel.Selected.ShouldBe(5);
    }

    [Fact]
    public async Task Denied_frames_are_never_picked_nor_exported()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (run, item) = await WaitingAsync(rig);
        var claimed = await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct);

        await rig.Rulings.DecideAsync(item.Id, claimed.Claim!.Token, Say(Decision.Block, "nudity/explicit", null), FlowRig.Moderator, Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);

        var done = await rig.RunAsync(run.Id);
        done.State.ShouldBe(RunState.Done);
        done.Funnel.Selected.ShouldBe(0);
        rig.Exporter.Written.ShouldBe(0);
        var trouble = await Should.ThrowAsync<VettingException>(() => rig.ExportDesk.RequestAsync(run.Id, item.Frames, FlowRig.Owner, Ct));
        trouble.Code.ShouldBe(FailureCode.InvalidRequest);
    }

    [Fact]
    public async Task Escalating_hands_the_item_to_leads_only_and_the_run_keeps_waiting()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (run, item) = await WaitingAsync(rig);
        var claimed = await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct);

        await rig.Rulings.DecideAsync(item.Id, claimed.Claim!.Token, Say(Decision.Escalate, "nudity", null), FlowRig.Moderator, Ct);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.AwaitingReview);
        (await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Moderator, [], Ct)).ShouldBeNull();
        var lead = (await rig.ReviewDesk.ClaimNextAsync(FlowRig.Lead, [], Ct)).ShouldNotBeNull();
        (await Should.ThrowAsync<VettingException>(() => rig.Rulings.DecideAsync(item.Id, lead.Claim!.Token, Say(Decision.Escalate, "nudity", null), FlowRig.Lead, Ct)))
            .Code.ShouldBe(FailureCode.InvalidRequest);
        await rig.Rulings.DecideAsync(item.Id, lead.Claim!.Token, Say(Decision.Allow, "clean", null), FlowRig.Lead, Ct);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Finishing);
    }

    [Fact]
    public async Task One_of_many_claims_wins_and_the_others_learn_who_has_it_until_when()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (_, item) = await WaitingAsync(rig);

        var claims = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            try
            {
                await rig.ReviewDesk.ClaimAsync(item.Id, new Actor($"m{i}", $"Moderator {i}", Rights.Review), Ct);
                return null;
            }
            catch (VettingException trouble)
            {
                return trouble;
            }
        }, Ct)));

        claims.Count(c => c is null).ShouldBe(1);
        var holder = rig.Reviews.All.Single().Claim!;
        claims.OfType<VettingException>().ShouldAllBe(t => t.Code == FailureCode.Conflict && t.Message.Contains(holder.UserName) && t.Message.Contains("12:10:00 UTC"));
    }

    [Fact]
    public async Task A_lease_that_ran_out_frees_the_item_and_the_late_word_is_refused()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (_, item) = await WaitingAsync(rig);
        var late = await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct);
        rig.Clock.Advance(TimeSpan.FromMinutes(11));

        (await rig.ReviewDesk.RenewAsync(item.Id, late.Claim!.Token, FlowRig.Moderator, Ct)).ShouldBeFalse();
        var other = await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Lead, Ct);
        var trouble = await Should.ThrowAsync<VettingException>(() => rig.Rulings.DecideAsync(item.Id, late.Claim.Token, Say(Decision.Allow, "clean", null), FlowRig.Moderator, Ct));
        await rig.Rulings.DecideAsync(item.Id, other.Claim!.Token, Say(Decision.Block, "nudity", null), FlowRig.Lead, Ct);
        var tooLate = await Should.ThrowAsync<VettingException>(() => rig.Rulings.DecideAsync(item.Id, late.Claim.Token, Say(Decision.Allow, "clean", null), FlowRig.Moderator, Ct));

        trouble.Code.ShouldBe(FailureCode.Conflict);
        trouble.Message.ShouldContain("Lena");
        tooLate.Message.ShouldContain("Lena has already decided: block");
        (await rig.FramesAsync(item.RunId)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Block);
    }

    [Fact]
    public async Task Renewing_keeps_and_releasing_frees_the_item()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (_, item) = await WaitingAsync(rig);
        var mine = await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct);
        rig.Clock.Advance(TimeSpan.FromMinutes(9));

        (await rig.ReviewDesk.RenewAsync(item.Id, mine.Claim!.Token, FlowRig.Moderator, Ct)).ShouldBeTrue();
        rig.Clock.Advance(TimeSpan.FromMinutes(9));
        await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Lead, Ct));
        (await rig.ReviewDesk.ReleaseAsync(item.Id, mine.Claim.Token, FlowRig.Moderator, Ct)).ShouldBeTrue();

        (await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Lead, Ct)).Claim!.UserName.ShouldBe("Lena");
        (await rig.ReviewDesk.ReleaseAsync(item.Id, mine.Claim.Token, FlowRig.Moderator, Ct)).ShouldBeFalse();
        rig.Events.All.OfType<ReviewChanged>().Select(e => (e.State, e.By)).ShouldBe(
            [(ReviewState.Waiting, null), (ReviewState.Claimed, "Mia"), (ReviewState.Waiting, null), (ReviewState.Claimed, "Lena")]);
    }

    [Theory]
    [InlineData("", Decision.Allow, FailureCode.Incomplete)]
    [InlineData("  ", Decision.Block, FailureCode.Incomplete)]
    [InlineData("kittens", Decision.Block, FailureCode.InvalidRequest)]
    [InlineData("clean", Decision.Block, FailureCode.InvalidRequest)]
    public async Task A_decision_without_a_fitting_label_is_refused(string label, Decision decision, FailureCode code)
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (run, item) = await WaitingAsync(rig);
        var claimed = await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct);

        var trouble = await Should.ThrowAsync<VettingException>(() => rig.Rulings.DecideAsync(item.Id, claimed.Claim!.Token, Say(decision, label, null), FlowRig.Moderator, Ct));

        trouble.Code.ShouldBe(code);
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.AwaitingReview);
    }

    [Fact]
    public async Task Whoever_lacks_the_right_may_do_nothing_and_what_is_not_there_is_not_found()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (_, item) = await WaitingAsync(rig);

        (await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Owner, Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimNextAsync(FlowRig.Owner, [], Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await Should.ThrowAsync<VettingException>(() => rig.Rulings.DecideAsync(item.Id, 1, Say(Decision.Allow, "clean", null), FlowRig.Owner, Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await Should.ThrowAsync<VettingException>(() => rig.ReviewDesk.ClaimAsync(Guid.NewGuid(), FlowRig.Moderator, Ct))).Code.ShouldBe(FailureCode.NotFound);
    }

    [Fact]
    public async Task A_run_that_rests_without_an_open_item_is_woken_by_reconciling()
    {
        await using var rig = new FlowRig(40, _ => 0.5);
        var (run, _) = await WaitingAsync(rig);
        await rig.Reviews.WithdrawAsync(run.Id, Ct);

        (await rig.Desk.ReconcileAsync(isStart: true, Ct)).ShouldBe(1);

        (await rig.Reviews.OpenForRunAsync(run.Id, Ct)).ShouldHaveSingleItem();
        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.AwaitingReview);
    }

    private static ReviewWord Say(Decision decision, string label, string? note) => new(decision, label, ReviewReason.Fitting(decision)[0].Id, note);

    private static async Task<(Run Run, ReviewItem Item)> WaitingAsync(FlowRig rig)
    {
        var run = await rig.SubmitAsync(Ct);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);
        return (run, rig.Reviews.All.ShouldHaveSingleItem());
    }
}

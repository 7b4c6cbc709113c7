using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class ClipVerdictSpecs
{
    [Fact]
    public void The_worst_frame_decides_unless_the_policy_says_otherwise() =>
        Of(Policy(), 0.05, 0.3, 0.05).Decision.ShouldBe(Decision.Escalate);

    [Fact]
    public void Where_two_of_five_must_agree_one_flicker_is_no_doubt_and_is_cleared_with_the_reason()
    {
        var policy = Policy(("explicit", new VerdictRule(VerdictRuleKind.Agreement, 2, 5)));
        var frames = Frames(policy, 0.05, 0.05, 0.3, 0.05, 0.05, 0.05);

        ClipVerdict.Of(frames, policy, TierOf).Decision.ShouldBe(Decision.Allow);
        var relieved = ClipVerdict.Relieved(frames, policy, TierOf).ShouldHaveSingleItem();
        relieved.Pts.Value.ShouldBe(2);
        relieved.Verdict.Reason.ShouldContain("2 of 5 frames in a row must agree");
        ClipVerdict.Relieved(Frames(policy, 0.05, 0.3, 0.3, 0.05, 0.05, 0.05), policy, TierOf).ShouldBeEmpty();
    }

    [Fact]
    public void The_mean_of_the_worst_frames_may_clear_what_one_frame_would_not()
    {
        var policy = Policy(("explicit", new VerdictRule(VerdictRuleKind.Mean, 4)));

        Of(policy, 0.4, 0.05, 0.05, 0.05).Decision.ShouldBe(Decision.Allow);
        Of(policy, 0.4, 0.2, 0.1, 0.1).Decision.ShouldBe(Decision.Escalate);
    }

    [Fact]
    public void A_rule_counts_for_its_label_alone()
    {
        var policy = Policy(("explicit", new VerdictRule(VerdictRuleKind.Agreement, 3)));
        var frames = Frames(policy, 0.3, 0.05, 0.05);
        var alsoHate = frames.SetItem(0, frames[0] with { Judgement = Judge(policy, [.. frames[0].Judgement!.Findings, new Finding("hate", 0.4, "eye", "1")]) });

        ClipVerdict.Relieved(frames, policy, TierOf).Length.ShouldBe(1);
        ClipVerdict.Relieved(alsoHate, policy, TierOf).ShouldBeEmpty();
    }

    [Fact]
    public void No_rule_clears_what_nobody_could_judge_or_what_is_blocked()
    {
        var policy = Policy(("explicit", new VerdictRule(VerdictRuleKind.Agreement, 3)));
        var broken = new Judgement(new Verdict(Decision.Escalate, "eye failed, so a person must look", "eye"), []);
        var frames = Frames(policy, 0.05, 0.05, 0.9, 0.05);

        ClipVerdict.Relieved(frames.SetItem(0, frames[0] with { Judgement = broken }), policy, TierOf).ShouldBeEmpty();
        ClipVerdict.Of(Frames(policy, 0.05, 0.05).SetItem(0, frames[0] with { Judgement = broken }), policy, TierOf).Decision.ShouldBe(Decision.Escalate);
        ClipVerdict.Of(frames, policy, TierOf).Decision.ShouldBe(Decision.Block);
        ClipVerdict.Of([], policy, TierOf).Decision.ShouldBe(Decision.Escalate);
    }

    private static ClipVerdict Of(ModerationPolicy policy, params double[] confidences) => ClipVerdict.Of(Frames(policy, confidences), policy, TierOf);

    private static ModerationTier TierOf(string backend) => backend == "eye" ? ModerationTier.Precise : ModerationTier.Screen;

    private static ModerationPolicy Policy(params (string Label, VerdictRule Rule)[] rules) => new(new ModerationRecipe
    {
        Backends = [],
        Bands = ImmutableSortedDictionary<string, LabelBand>.Empty,
        Policy = new PolicySnapshot(1, PolicyDocument.Seed with { Rules = rules.ToImmutableSortedDictionary(r => r.Label, r => r.Rule) }),
    });

    private static ImmutableArray<Candidate> Frames(ModerationPolicy policy, params double[] confidences) =>
    [
        .. confidences.Select((c, i) => new Candidate(
            new Pts(i, new TimeBase(1, 1)), i, ImmutableSortedDictionary<string, float>.Empty, 0, null, [], Judge(policy, [new Finding("explicit", c, "eye", "1")]))),
    ];

    private static Judgement Judge(ModerationPolicy policy, ImmutableArray<Finding> findings) => new(policy.Decide(findings, ModerationTier.Precise), findings);
}

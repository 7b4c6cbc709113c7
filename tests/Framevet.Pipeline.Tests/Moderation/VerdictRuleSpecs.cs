using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class VerdictRuleSpecs
{
    public static TheoryData<VerdictRule> Rules =>
    [
        VerdictRule.Greatest,
        new VerdictRule(VerdictRuleKind.Agreement, 3),
        new VerdictRule(VerdictRuleKind.Agreement, 2, 5),
        new VerdictRule(VerdictRuleKind.Mean, 4),
    ];

    [Fact]
    public void Each_rule_reads_a_clip_in_its_own_way()
    {
        ImmutableArray<double> clip = [0.9, 0.1, 0.1, 0.1, 0.6, 0.5, 0.1];

        VerdictRule.Greatest.Of(clip).ShouldBe(0.9);
        new VerdictRule(VerdictRuleKind.Agreement, 2).Of(clip).ShouldBe(0.6);
        new VerdictRule(VerdictRuleKind.Agreement, 3).Of(clip).ShouldBe(0.5);
        new VerdictRule(VerdictRuleKind.Agreement, 2, 3).Of(clip).ShouldBe(0.5, "0.9 and 0.6 do not lie within three frames");
        new VerdictRule(VerdictRuleKind.Mean, 3).Of(clip).ShouldBe(2.0 / 3, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Raising_the_confidence_of_any_frame_never_makes_the_clip_milder(VerdictRule rule)
    {
        var random = new Random(17);
        for (var run = 0; run < 2000; run++)
        {
            ImmutableArray<double> clip = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.NextDouble())];
            var at = random.Next(clip.Length);
            var raised = clip.SetItem(at, clip[at] + ((1 - clip[at]) * random.NextDouble()));

            rule.Of(raised).ShouldBeGreaterThanOrEqualTo(rule.Of(clip), $"run {run}");
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_clip_lies_between_its_frames_and_a_clip_of_equal_frames_is_like_each(VerdictRule rule)
    {
        var random = new Random(18);
        for (var run = 0; run < 500; run++)
        {
            ImmutableArray<double> clip = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.NextDouble())];

            rule.Of(clip).ShouldBeInRange(clip.Min(), clip.Max());
            rule.Of([.. clip.Select(_ => clip[0])]).ShouldBe(clip[0], 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void What_nobody_knows_is_not_harmless(VerdictRule rule)
    {
        rule.Of([]).ShouldBe(double.NaN);
        rule.Of([0, double.NaN, 0]).ShouldBe(double.NaN);
        rule.Of([0, 1.5]).ShouldBe(double.NaN);
    }

    [Fact]
    public void Trap_29_The_greatest_of_many_frames_is_a_false_alarm_on_nearly_every_clip_and_an_agreement_is_not()
    {
        VerdictRule.Greatest.FalseAlarmRate(0.06, 48).ShouldBe(1 - Math.Pow(0.94, 48), 1e-12);
        VerdictRule.Greatest.FalseAlarmRate(0.06, 48).ShouldBe(0.95, 0.005);
        new VerdictRule(VerdictRuleKind.Agreement, 8).FalseAlarmRate(0.06, 48).ShouldBeLessThan(0.02);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(48)]
    [InlineData(240)]
    public void Trap_29_an_agreement_calibrated_to_the_number_of_frames_holds_its_promise_and_still_finds_what_is_there(int frames)
    {
        const int Clips = 4000;
        const double PerFrame = 0.06;
        const double Promise = 0.01;

        // As many frames must agree as this many frames need, which depends on frames a second and length.
        var rule = Enumerable.Range(1, frames).Select(n => new VerdictRule(VerdictRuleKind.Agreement, n)).First(r => r.FalseAlarmRate(PerFrame, frames) <= Promise);
        var random = new Random(frames);
        ImmutableArray<double> Clip(int targets) => [.. Enumerable.Range(0, frames).Select(i => i < targets || random.NextDouble() < PerFrame ? 0.9 : 0.1)];
        double Share(VerdictRule by, int targets) => Enumerable.Range(0, Clips).Count(_ => by.Of(Clip(targets)) >= 0.5) / (double)Clips;

        var slack = 5 * Math.Sqrt(Promise / Clips);
        Share(rule, targets: 0).ShouldBeLessThanOrEqualTo(Promise + slack);
        Share(rule, targets: rule.Frames).ShouldBe(1);
        Share(VerdictRule.Greatest, targets: 0).ShouldBeGreaterThan(0.7, "the worst frame alone cries wolf");
        if (frames > 24)
        {
            var ofShortClips = Enumerable.Range(1, 24).Select(n => new VerdictRule(VerdictRuleKind.Agreement, n)).First(r => r.FalseAlarmRate(PerFrame, 24) <= Promise);
            Share(ofShortClips, targets: 0).ShouldBeGreaterThan(2 * Promise, "a rule for short clips is none for long ones");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void The_false_alarm_rate_is_what_chance_gives(int needed)
    {
        const int Clips = 20_000;
        var rule = new VerdictRule(VerdictRuleKind.Agreement, needed);
        var random = new Random(needed);

        var alarms = Enumerable.Range(0, Clips).Count(_ => rule.Of([.. Enumerable.Range(0, 24).Select(_ => random.NextDouble() < 0.1 ? 0.9 : 0.1)]) >= 0.5);

        // Five standard deviations of the count.
        var rate = rule.FalseAlarmRate(0.1, 24);
        (alarms / (double)Clips).ShouldBe(rate, 5 * Math.Sqrt(rate * (1 - rate) / Clips));
    }

    [Fact]
    public void More_frames_raise_the_rate_and_a_stricter_rule_lowers_it()
    {
        for (var frames = 1; frames < 200; frames++)
        {
            for (var needed = 1; needed <= 5 && needed <= frames; needed++)
            {
                var rate = new VerdictRule(VerdictRuleKind.Agreement, needed).FalseAlarmRate(0.02, frames);
                rate.ShouldBeLessThanOrEqualTo(new VerdictRule(VerdictRuleKind.Agreement, needed).FalseAlarmRate(0.02, frames + 1) + 1e-12);
                rate.ShouldBeGreaterThanOrEqualTo(new VerdictRule(VerdictRuleKind.Agreement, needed + 1).FalseAlarmRate(0.02, frames + 1) - 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void Certain_frames_make_certain_clips(double perFrame, double clip) => new VerdictRule(VerdictRuleKind.Agreement, 2).FalseAlarmRate(perFrame, 100_000).ShouldBe(clip);

    [Fact]
    public void Where_the_rate_per_frame_does_not_tell_there_is_none()
    {
        new VerdictRule(VerdictRuleKind.Mean, 2).FalseAlarmRate(0.1, 10).ShouldBe(double.NaN);
        new VerdictRule(VerdictRuleKind.Agreement, 2, 5).FalseAlarmRate(0.1, 10).ShouldBe(double.NaN);
    }
}

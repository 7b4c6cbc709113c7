using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;

namespace Framevet.Pipeline.Tests.Review;

/// <summary>The arithmetic of samples, severities and rules.</summary>
public sealed class QualitySpecs
{
    [Theory]
    [InlineData(0.1, 10)]
    [InlineData(0.05, 20)]
    [InlineData(0.33, 3)]
    public void Every_block_of_a_stratum_gives_exactly_one_sample_at_a_place_that_the_seed_decides(double share, int block)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            for (var number = 0; number < 30; number++)
            {
                Enumerable.Range((number * block) + 1, block).Count(i => QualitySample.Has("nudity/1", i, share, seed)).ShouldBe(1, $"seed {seed}, block {number}");
            }
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_sample_and_another_seed_another()
    {
        static int[] Sample(int seed) => [.. Enumerable.Range(1, 1000).Where(i => QualitySample.Has("none", i, 0.02, seed))];

        Sample(7).ShouldBe(Sample(7));
        Sample(7).ShouldNotBe(Sample(8));
        Enumerable.Range(1, 1000).ShouldAllBe(i => !QualitySample.Has("none", i, 0, 7));
        Enumerable.Range(1, 1000).ShouldAllBe(i => QualitySample.Has("none", i, 1, 7));
    }

    [Theory]
    [InlineData(null, null, "none")]
    [InlineData("nudity/skin", 0.34, "nudity/3")]
    [InlineData("violence", 1.0, "violence/9")]
    [InlineData("what-is-this", 0.0, "other/0")]
    public void Strata_are_label_groups_and_tenths(string? label, double? confidence, string expected) => QualitySample.StratumOf(label, confidence).ShouldBe(expected);

    // Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3 (score, without continuity correction).
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void The_interval_equals_the_published_one(int events, int trials, double low, double high)
    {
        var interval = WilsonInterval.Of(events, trials).ShouldNotBeNull();

        interval.Low.ShouldBe(low, 0.00005);
        interval.High.ShouldBe(high, 0.00005);
    }

    [Fact]
    public void Nothing_is_known_without_a_trial() => WilsonInterval.Of(0, 0).ShouldBeNull();

    [Theory]
    [InlineData("violence/graphic", "violence", ReviewSeverity.Severe)]
    [InlineData("violence/newly-invented", "violence", ReviewSeverity.High)]
    [InlineData("nudity/skin", "nudity", ReviewSeverity.Low)]
    [InlineData("minors-risk", "minors-risk", ReviewSeverity.Severe)]
    [InlineData("unmapped", "other", ReviewSeverity.Medium)]
    [InlineData("never-heard-of", "other", ReviewSeverity.Medium)]
    [InlineData(null, "other", ReviewSeverity.Medium)]
    public void A_label_has_a_queue_and_a_severity(string? label, string queue, ReviewSeverity severity) =>
        (ReviewQueues.Of(label), ReviewQueues.SeverityOf(label)).ShouldBe((queue, severity));

    [Fact]
    public void Every_label_of_the_list_has_a_queue_with_a_title() =>
        ModerationLabels.All.Where(l => l.IsHarm).ShouldAllBe(l => ReviewQueues.TitleOf(ReviewQueues.Of(l.Id)).Length > 0);

    [Fact]
    public void The_built_in_rules_have_no_fault_and_foolish_ones_are_told_one_by_one()
    {
        VettingSettings.BuiltIn.Review.Faults().ShouldBeEmpty();

        new ReviewRules
        {
            UndoSeconds = -1,
            HoldHours = 0,
            SlaMinutes = [1, 2],
            SampleShare = 2,
            Several = new DoubleReview { Labels = ["kittens"], Agree = 3, Most = 2 },
            Care = new CareDefaults(Strength: 101),
            Exposure = [new ExposureLimit("hate", 10, 5, 1, 1)],
        }.Faults().Count().ShouldBe(8);
    }
}

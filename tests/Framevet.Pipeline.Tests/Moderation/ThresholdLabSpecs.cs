using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Lab;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class ThresholdLabSpecs
{
    [Fact]
    public void The_curve_is_what_counting_by_hand_gives()
    {
        var samples = Some(400);

        foreach (var point in ThresholdLab.Curve(samples, "explicit"))
        {
            var flagged = samples.Where(s => s.Findings.Any(f => f.Label.StartsWith("explicit", StringComparison.Ordinal) && f.Confidence >= point.Threshold)).ToList();
            var harmful = samples.Where(s => s.Human == Decision.Block && s.HumanLabel is "nudity/explicit" or "explicit/sex-toys").ToList();

            point.Work.ShouldBe(flagged.Count);
            point.Hits.ShouldBe(flagged.Count(harmful.Contains));
            point.Missed.ShouldBe(harmful.Count(h => !flagged.Contains(h)));
            point.Alarms.ShouldBe(flagged.Count(s => s.Human is Decision.Allow or Decision.Block && !harmful.Contains(s)));
            if (point.Precision is { } p && point.Recall is { } r && p + r > 0)
            {
                point.F1!.Value.ShouldBe(2 * p * r / (p + r), 1e-9);
            }
        }
    }

    [Fact]
    public void Raising_the_threshold_never_finds_more_and_the_effect_is_the_difference()
    {
        var samples = Some(300);
        var curve = ThresholdLab.Curve(samples, "explicit");

        curve.Zip(curve.Skip(1)).ShouldAllBe(p => p.Second.Work <= p.First.Work && p.Second.Missed >= p.First.Missed);
        var effect = ThresholdLab.Effect(samples, "explicit", 0.5, 0.2);
        effect.More.ShouldBe(curve.Single(p => p.Threshold == 0.2).Work - curve.Single(p => p.Threshold == 0.5).Work);
        effect.Missed.ShouldBe(curve.Single(p => p.Threshold == 0.2).Missed);
    }

    [Fact]
    public void Where_nobody_has_decided_nothing_is_known()
    {
        var point = ThresholdLab.At([new LabSample([new Finding("explicit", 0.9, "eye", "1")], null, null)], "explicit", 0.5);

        (point.Work, point.Precision, point.Recall, point.F1).ShouldBe((1, null, null, null));
    }

    [Fact]
    public void Frames_below_the_threshold_that_nobody_has_looked_at_make_the_recall_an_upper_bound()
    {
        ImmutableArray<LabSample> samples =
        [
            new([new Finding("explicit", 0.9, "eye", "1")], null, null),
            new([new Finding("explicit", 0.3, "eye", "1")], null, null),
            new([new Finding("explicit", 0.3, "eye", "1")], Decision.Allow, "clean"),
            new([new Finding("hate", 0.9, "eye", "1")], null, null),
        ];

        ThresholdLab.Unseen(samples, "explicit", 0.5).ShouldBe(2);
        ThresholdLab.Unseen(samples, "explicit", 0.1).ShouldBe(1);
    }

    [Fact]
    public void What_is_missed_is_estimated_from_samples_with_the_interval_of_Wilson()
    {
        // 2 of 100 samples: Wilson's interval is 0.55 % to 7.00 %.
        var estimate = new MissEstimate(1100, WilsonInterval.Of(2, 100), 38);

        estimate.Missed!.Value.ShouldBe(22, 1e-9);
        estimate.MissedLow!.Value.ShouldBe(2 + (1000 * 0.00550), 0.05);
        estimate.MissedHigh!.Value.ShouldBe(2 + (1000 * 0.07001), 0.05);
        estimate.Recall!.Value.ShouldBe(38 / 60.0, 1e-9);
        estimate.RecallLow!.Value.ShouldBe(38 / (38 + estimate.MissedHigh.Value), 1e-9);
        estimate.RecallHigh!.Value.ShouldBe(38 / (38 + estimate.MissedLow.Value), 1e-9);
    }

    [Fact]
    public void Without_samples_nothing_is_known_and_no_miss_in_all_files_is_no_miss()
    {
        (new MissEstimate(1000, null, 5) is { Missed: null, Recall: null, RecallLow: null, MissedHigh: null }).ShouldBeTrue();
        (new MissEstimate(40, WilsonInterval.Of(0, 40), 0) is { Missed: 0, MissedHigh: 0, Recall: null }).ShouldBeTrue();
    }

    [Fact]
    public void A_backtest_counts_what_would_move()
    {
        var strict = PolicyDocument.Seed;
        var mild = strict with { Bands = strict.Bands.SetItem("explicit", new LabelBand(0.6, 0.8)) };
        ImmutableArray<LabSample> samples =
        [
            new([new Finding("explicit", 0.3, "cloud", "1")], Decision.Block, "nudity/explicit"),
            new([new Finding("explicit", 0.7, "cloud", "1")], Decision.Allow, "clean"),
            new([new Finding("explicit", 0.9, "cloud", "1")], null, null),
            new([new Finding("nudity/skin", 0.9, "skin", "1"), new Finding("explicit", 0.01, "cloud", "1")], null, null),
        ];

        var test = ThresholdLab.Backtest(samples, strict, mild, b => b == "cloud" ? ModerationTier.Precise : ModerationTier.Screen);

        test.Moves.ShouldBe(
        [
            new LabMove(Decision.Allow, Decision.Allow, 1), new LabMove(Decision.Escalate, Decision.Allow, 1),
            new LabMove(Decision.Escalate, Decision.Escalate, 1), new LabMove(Decision.Block, Decision.Block, 1),
        ]);
        (test.Missed, test.Needless, test.Spared).ShouldBe((1, 1, 1));
    }

    private static ImmutableArray<LabSample> Some(int count)
    {
        var random = new Random(7);
        string[] labels = ["explicit", "explicit/sex-toys", "violence/weapons"];
        return
        [
            .. Enumerable.Range(0, count).Select(_ => new LabSample(
                [.. Enumerable.Range(0, random.Next(3)).Select(_ => new Finding(labels[random.Next(3)], random.NextDouble(), "eye", "1"))],
                random.Next(3) switch { 0 => Decision.Block, 1 => Decision.Allow, _ => null },
                random.Next(2) == 0 ? "nudity/explicit" : random.Next(2) == 0 ? "violence/weapon" : "explicit/sex-toys")),
        ];
    }
}

using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class ModerationPolicySpecs
{
    private static readonly ModerationRecipe Recipe = new()
    {
        Backends = [],
        Bands = ImmutableSortedDictionary<string, LabelBand>.Empty
            .Add("nudity", new LabelBand(0.3, 0.7))
            .Add("nudity/explicit", new LabelBand(0.1, 0.5))
            .Add("drugs/alcohol-tobacco", new LabelBand(0.9, 2)),
        DefaultBand = new LabelBand(0.2, 0.8),
    };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 100)];

    [Theory]
    [InlineData("nudity/explicit", 0.09, Decision.Allow)]
    [InlineData("nudity/explicit", 0.10, Decision.Escalate)]
    [InlineData("nudity/explicit", 0.50, Decision.Block)]
    [InlineData("nudity/suggestive", 0.29, Decision.Allow)]
    [InlineData("nudity/suggestive", 0.30, Decision.Escalate)]
    [InlineData("nudity/suggestive", 0.70, Decision.Block)]
    [InlineData("nudity/newly-invented", 0.29, Decision.Escalate)]
    [InlineData("nudity/newly-invented", 0.70, Decision.Block)]
    [InlineData("hate", 0.19, Decision.Allow)]
    [InlineData("hate", 0.79, Decision.Escalate)]
    [InlineData("hate", 1.0, Decision.Block)]
    [InlineData("drugs/alcohol-tobacco", 1.0, Decision.Escalate)]
    public void A_label_takes_its_own_band_then_its_category_s_then_the_default(string label, double confidence, Decision decision) =>
        Decide(ModerationTier.Precise, (label, confidence)).Decision.ShouldBe(decision);

    [Theory]
    [InlineData("sorcery", 0.0)]
    [InlineData("sorcery/casino", 0.01)]
    [InlineData("violence/graphic-violence/newly-invented", 0.01)]
    [InlineData("", 0.01)]
    [InlineData("unmapped", 0.01)]
    [InlineData("hate", double.NaN)]
    [InlineData("hate", -0.1)]
    [InlineData("hate", 1.1)]
    [InlineData("hate", double.PositiveInfinity)]
    public void What_nobody_can_read_goes_to_people(string label, double confidence) =>
        Decide(ModerationTier.Precise, (label, confidence)).Decision.ShouldBe(Decision.Escalate);

    [Fact]
    public void The_word_clean_is_no_harm_however_sure() =>
        Decide(ModerationTier.Precise, ("clean", 0.99), ("nudity", 0.1)).Decision.ShouldBe(Decision.Allow);

    [Fact]
    public void No_finding_allows() => Decide(ModerationTier.Screen).Decision.ShouldBe(Decision.Allow);

    [Fact]
    public void No_answer_does_not() =>
        new ModerationPolicy(Recipe).Decide(default, ModerationTier.Precise).Decision.ShouldBe(Decision.Escalate);

    [Fact]
    public void The_most_severe_finding_decides_and_is_named()
    {
        var verdict = Decide(ModerationTier.Precise, ("hate", 0.3), ("nudity/explicit", 0.6), ("hate", 0.1));

        (verdict with { Basis = null }).ShouldBe(new Verdict(Decision.Block, "eye says nudity/explicit 0.60, from 0.5 on it is blocked", "eye", "nudity/explicit", 0.6));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_screen_never_blocks(int seed) => Decide(ModerationTier.Screen, Some(seed)).Decision.ShouldNotBe(Decision.Block, $"seed {seed}");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Raising_any_confidence_never_makes_the_verdict_milder(int seed)
    {
        var random = new Random(seed);
        foreach (var tier in Enum.GetValues<ModerationTier>())
        {
            var findings = Some(seed);
            var before = Decide(tier, findings).Decision;
            for (var i = 0; i < findings.Length; i++)
            {
                var raised = findings.ToArray();
                raised[i].Confidence += (1 - raised[i].Confidence) * random.NextDouble();

                ((int)Decide(tier, raised).Decision).ShouldBeGreaterThanOrEqualTo((int)before, $"seed {seed}");
            }
        }
    }

    private static (string Label, double Confidence)[] Some(int seed)
    {
        var random = new Random(seed);
        string[] labels = [.. ModerationLabels.All.Select(l => l.Id), "sorcery", "nudity/other-kind"];
        return [.. Enumerable.Range(0, 1 + random.Next(5)).Select(_ => (labels[random.Next(labels.Length)], random.NextDouble()))];
    }

    private static Verdict Decide(ModerationTier tier, params (string Label, double Confidence)[] findings) =>
        new ModerationPolicy(Recipe).Decide([.. findings.Select(f => new Finding(f.Label, f.Confidence, "eye", "1"))], tier);
}

using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class LabelTreeSpecs
{
    private static readonly ModerationPolicy Seed = new(new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty });

    [Fact]
    public void It_has_the_ten_categories_of_the_seventh_version_in_three_levels()
    {
        var foreign = LabelTree.All.Where(n => n.ForeignName is not null).ToList();

        foreign.Where(n => n.Parent is null).Select(n => n.ForeignName).ShouldBe(
        [
            "Explicit", "Non-Explicit Nudity of Intimate parts and Kissing", "Swimwear or Underwear", "Violence", "Visually Disturbing",
            "Drugs & Tobacco", "Alcohol", "Rude Gestures", "Gambling", "Hate Symbols",
        ]);
        foreign.Max(n => n.Level).ShouldBe(2);
        LabelTree.FindForeign("Blood & Gore")!.Id.ShouldBe("violence/graphic-violence/blood-and-gore");
        LabelTree.All.Select(n => n.Id).ShouldBeUnique();
        LabelTree.All.Where(n => n.Parent is not null).ShouldAllBe(n => LabelTree.Find(n.Parent) != null);
    }

    [Fact]
    public void Every_label_of_ours_is_in_it_and_every_mapping_leads_somewhere()
    {
        ModerationLabels.All.ShouldAllBe(l => LabelTree.Find(l.Id) != null);
        LabelTree.All.Where(n => n.MapsTo is not null).ShouldAllBe(n => LabelTree.Find(n.MapsTo) != null);
        ModerationLabels.All.Where(l => l.IsHarm && LabelTree.Find(l.Id)!.MapsTo is null).Select(l => l.Id)
            .ShouldBe(["nudity/skin", "violence", "hate/harassment", "minors-risk", "other", "unmapped"]);
    }

    [Theory]
    [InlineData("violence/graphic-violence/blood-and-gore", "violence/graphic")]
    [InlineData("explicit/sex-toys", "nudity/explicit")]
    [InlineData("nudity/newly-invented", "nudity")]
    [InlineData("hate-symbols/extremist", "hate/symbol")]
    [InlineData("sorcery", null)]
    public void A_foreign_label_has_a_nearest_one_that_people_know(string label, string? ours) =>
        ModerationLabels.Resolve(label)?.Id.ShouldBe(ours);

    [Theory]
    [InlineData(0.01, Decision.Escalate)]
    [InlineData(0.5, Decision.Escalate)]
    [InlineData(0.79, Decision.Escalate)]
    [InlineData(0.99, Decision.Block)]
    public void An_invented_label_under_violence_is_never_cleared_and_keeps_its_parent_s_upper_bound(double confidence, Decision decision) =>
        Seed.Decide([new Finding("violence/graphic-violence/chainsaw", confidence, "cloud", "8")], ModerationTier.Precise).Decision.ShouldBe(decision);

    [Fact]
    public void An_own_label_takes_the_band_of_the_place_it_is_mapped_to()
    {
        var policy = PolicyDocument.Seed with { Bands = PolicyDocument.Seed.Bands.Add("violence/graphic-violence", new LabelBand(0.33, 0.66)) };

        policy.BandOf("violence/graphic", ModerationTier.Precise).ShouldBe(new LabelBand(0.33, 0.66));
        policy.BandOf("violence/graphic-violence/explosions-and-blasts", ModerationTier.Local).ShouldBe(new LabelBand(0.33, 0.66));
        policy.BandOf("self-harm", ModerationTier.Precise).ShouldBe(new LabelBand(0.1, 2));
        policy.BandOf("violence/weapons", ModerationTier.Local).ShouldBe(policy.LocalBand);
    }

    [Fact]
    public void A_recipe_makes_the_policy_of_its_run_stricter_never_milder()
    {
        var recipe = new ModerationRecipe
        {
            Backends = [],
            Bands = ImmutableSortedDictionary<string, LabelBand>.Empty.Add("explicit", new LabelBand(1, 2)).Add("violence", new LabelBand(0.01, 0.02)),
            DefaultBand = new LabelBand(1, 2),
            Policy = new PolicySnapshot(3, PolicyDocument.Seed),
        };
        var policy = new ModerationPolicy(recipe);

        policy.BandOf("explicit", ModerationTier.Precise).ShouldBe(new LabelBand(0.15, 0.8));
        policy.BandOf("violence", ModerationTier.Precise).ShouldBe(new LabelBand(0.01, 0.02));
        policy.BandOf("hate", ModerationTier.Precise).ShouldBe(new LabelBand(0.15, 0.95));
        policy.Decide([], ModerationTier.Precise).Basis.ShouldBe(new VerdictBasis(LabelTree.Version, 3));
    }

    [Fact]
    public async Task A_policy_is_saved_as_a_version_with_its_changes_and_comes_back()
    {
        var ct = TestContext.Current.CancellationToken;
        var audit = new RecordedAudit();
        var desk = new PolicyDesk(new MemoryPolicyStore(TimeProvider.System), audit);
        var admin = new Actor("a", "Ada", Rights.Administer);
        var draft = PolicyDocument.Seed with { Bands = PolicyDocument.Seed.Bands.SetItem("alcohol", new LabelBand(0.7, 0.9)) };

        (await desk.SaveAsync(draft, 0, "less wine", admin, ct)).Number.ShouldBe(1);
        (await Should.ThrowAsync<VettingException>(() => desk.SaveAsync(PolicyDocument.Seed, 0, "", admin, ct))).Code.ShouldBe(FailureCode.Conflict);
        (await Should.ThrowAsync<VettingException>(() => desk.SaveAsync(draft, 1, "", admin, ct))).Code.ShouldBe(FailureCode.InvalidRequest);
        (await Should.ThrowAsync<VettingException>(() => desk.SaveAsync(draft, 1, "", new Actor("b", "Bob", Rights.Review), ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await desk.RollbackAsync(0, 1, admin, ct)).Document.ShouldBe(PolicyDocument.Seed);

        var saved = audit.Entries.First();
        (saved.Action, saved.Subject).ShouldBe(("policy.save", "policy/1"));
        saved.Before!.ShouldContain("cleared below 0.5, never blocked");
        saved.After!.ShouldContain("cleared below 0.7, blocked from 0.9");
        audit.Entries.Last().Action.ShouldBe("policy.rollback");
    }

    [Fact]
    public void Faults_of_a_policy_are_named()
    {
        var wrong = PolicyDocument.Seed with
        {
            Taxonomy = "old",
            Bands = PolicyDocument.Seed.Bands.SetItem("alcohl", new LabelBand(0.1, 0.2)).SetItem("gambling", new LabelBand(0.9, 0.2)).SetItem("clean", new LabelBand(0, 1)),
            DefaultBand = new LabelBand(double.NaN, 1),
            DefaultRule = new VerdictRule(VerdictRuleKind.Agreement, 0),
        };

        var faults = PolicyDesk.Check(wrong);

        faults.Length.ShouldBe(6);
        faults.ShouldContain(f => f.Contains("alcohl") && f.Contains("alcohol"));
    }

    [Fact]
    public void A_policy_survives_json()
    {
        var policy = PolicyDocument.Seed with { Rules = ImmutableSortedDictionary<string, VerdictRule>.Empty.Add("explicit", new VerdictRule(VerdictRuleKind.Agreement, 2, 5)) };

        System.Text.Json.JsonSerializer.Deserialize<PolicyDocument>(System.Text.Json.JsonSerializer.Serialize(policy, PipelineJson.Options), PipelineJson.Options).ShouldBe(policy);
    }
}

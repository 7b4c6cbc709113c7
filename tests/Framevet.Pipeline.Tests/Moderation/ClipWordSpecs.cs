using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class ClipWordSpecs
{
    private static readonly ModerationPolicy Policy = new(new ModerationRecipe
    {
        Backends = [],
        Bands = ImmutableSortedDictionary<string, LabelBand>.Empty,
        Policy = new PolicySnapshot(7, PolicyDocument.Seed with { Rules = PolicyDocument.Seed.Rules.SetItem("weapons", new VerdictRule(VerdictRuleKind.Mean, 2)) }),
    });

    [Fact]
    public void A_word_names_label_confidence_rule_band_stage_and_versions()
    {
        var word = Of(Seen("eye", 0.05), Seen("eye", 0.3), Seen("eye", 0.1));

        (word.Decision, word.Stage, word.By, word.Label, word.Confidence).ShouldBe((Decision.Escalate, ClipStage.Precise, "eye", "explicit", 0.3));
        word.Rule.ShouldBe(VerdictRule.Greatest);
        word.Band.ShouldBe(new ClipBand(BandName.Human, 0.15, 0.8));
        (word.Versions.Taxonomy, word.Versions.Policy).ShouldBe((LabelTree.Version, 7));
        word.Versions.Models.ShouldBe(["eye 3"]);
    }

    [Fact]
    public void The_band_is_that_of_the_tier_that_spoke()
    {
        Of(Seen("net", 0.6)).ShouldSatisfyAllConditions(
            w => w.Band.ShouldBe(new ClipBand(BandName.Block, 0.15, 0.5)),
            w => (w.Decision, w.Stage).ShouldBe((Decision.Block, ClipStage.Local)));
        Of(Seen("eye", 0.6)).Band.ShouldBe(new ClipBand(BandName.Human, 0.15, 0.8));
        Of(Seen("eye", 0.1)).ShouldSatisfyAllConditions(w => w.Band!.Name.ShouldBe(BandName.Clear), w => w.Decision.ShouldBe(Decision.Allow));
    }

    [Fact]
    public void A_file_in_which_nothing_was_seen_has_no_label_but_a_stage_and_a_model()
    {
        var nothing = Frame(new Verdict(Decision.Allow, "eye saw nothing", "eye") { Basis = Policy.Basis with { Model = "eye 3" } }, []);

        var word = Of(nothing);

        (word.Decision, word.Stage, word.Label, word.Confidence, word.Band).ShouldBe((Decision.Allow, ClipStage.Precise, null, null, null));
        word.Versions.Models.ShouldBe(["eye 3"]);
    }

    [Fact]
    public void What_nobody_could_judge_has_no_stage()
    {
        var beyond = Frame(new Verdict(Decision.Escalate, "the limit of 2 calls is reached", "cascade") { Basis = Policy.Basis }, []);

        (Of(Seen("eye", 0.05), beyond) is { Decision: Decision.Escalate, Stage: ClipStage.None, By: "cascade" }).ShouldBeTrue();
        (Of() is { Decision: Decision.Escalate, Stage: ClipStage.None, By: null }).ShouldBeTrue();
    }

    [Fact]
    public void A_person_who_denies_one_frame_denies_the_file_and_one_who_clears_all_doubt_allows_it()
    {
        var doubt = Seen("eye", 0.5);
        var denied = doubt with { Judgement = doubt.Judgement! with { Verdict = new Verdict(Decision.Block, "Ann looked and denied it.", "Ann", "weapons") { Basis = Policy.Basis with { Model = "eye 3" } } } };
        var allowed = doubt with { Judgement = doubt.Judgement! with { Verdict = new Verdict(Decision.Allow, "Ann looked and allowed it.", "Ann", "clean") { Basis = Policy.Basis with { Model = "eye 3" } } } };

        (Of(Seen("eye", 0.05), denied, allowed) is { Decision: Decision.Block, Stage: ClipStage.Person, By: "Ann", Label: "weapons" }).ShouldBeTrue();
        (Of(Seen("eye", 0.05), allowed) is { Decision: Decision.Allow, Stage: ClipStage.Person, By: "Ann" }).ShouldBeTrue();
        (Of(Seen("eye", 0.4), allowed) is { Decision: Decision.Escalate, Stage: ClipStage.Precise }).ShouldBeTrue("one frame is still in doubt");
    }

    [Fact]
    public void A_bank_is_a_stage_of_its_own_and_no_model()
    {
        var known = Frame(new Verdict(Decision.Block, "seen before", "bank") { Basis = Policy.Basis with { Model = "entry-1" } }, []);

        var word = Of(known, Seen("net", 0.05));

        (word.Decision, word.Stage).ShouldBe((Decision.Block, ClipStage.Bank));
        word.Versions.Models.ShouldBe(["net 3"]);
    }

    private static ClipWord Of(params Candidate[] frames) => ClipWord.Of([.. frames.Select((f, i) => f with { Pts = new Pts(i, new TimeBase(1, 1)), Index = i })], Policy, TierOf);

    private static ModerationTier? TierOf(string by) => by switch { "eye" => ModerationTier.Precise, "net" => ModerationTier.Local, _ => null };

    private static Candidate Seen(string backend, double confidence)
    {
        ImmutableArray<Finding> findings = [new Finding("explicit", confidence, backend, "3")];
        return Frame(Policy.Decide(findings, TierOf(backend)!.Value), findings);
    }

    private static Candidate Frame(Verdict verdict, ImmutableArray<Finding> findings) =>
        new(new Pts(0, new TimeBase(1, 1)), 0, ImmutableSortedDictionary<string, float>.Empty, 0, null, [], new Judgement(verdict, findings));
}

using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// Judges findings by a policy. Pure. Raising a confidence within 0..1 never makes the verdict milder. A label takes the band of its nearest place in the tree; a recipe's own
/// bands can only make that stricter. Never cleared, whatever its confidence, is a label that the tree does not know (a child keeps its parent's upper bound), <c>unmapped</c>, and
/// every confidence that is no number in 0..1. A screen never blocks: where its word would, people look.
/// </summary>
public sealed class ModerationPolicy
{
    /// <summary>Who said a verdict that no backend said.</summary>
    internal const string Name = "policy";

    private readonly PolicyDocument _policy;
    private readonly int _version;
    private readonly ImmutableSortedDictionary<string, LabelBand> _stricter;

    /// <summary>The policy of a run: the one that its recipe keeps. A recipe without one, as the command line makes it, is judged by its own bands, or by the built-in policy when it names none.</summary>
    public ModerationPolicy(ModerationRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (_policy, _version) = recipe.Policy is { } kept ? (kept.Document, kept.Version)
            : recipe.HasOwnBands ? (new PolicyDocument { Bands = recipe.Bands, DefaultBand = recipe.DefaultBand, LocalBand = recipe.DefaultBand }, 0)
            : (PolicyDocument.Seed, 0);
        _stricter = recipe.Policy is null ? ImmutableSortedDictionary<string, LabelBand>.Empty : recipe.Bands;
    }

    /// <summary>The document behind it.</summary>
    public PolicyDocument Document => _policy;

    /// <summary>What a verdict without a model rests on.</summary>
    public VerdictBasis Basis => new(_policy.Taxonomy, _version);

    /// <summary>The most severe judgement among the findings; no finding means that the backend saw nothing, which allows.</summary>
    public Verdict Decide(ImmutableArray<Finding> findings, ModerationTier tier)
    {
        if (findings.IsDefault)
        {
            return new Verdict(Decision.Escalate, "the backend gave no answer", Name) { Basis = Basis };
        }

        // Of equally severe findings the more confident one is named.
        return findings
            .Where(f => LabelTree.Find(f.Label) is null or { IsHarm: true })
            .Select(f => Decide(f, tier))
            .OrderByDescending(v => v.Decision)
            .ThenByDescending(v => v.Confidence)
            .FirstOrDefault(new Verdict(Decision.Allow, "nothing found", Name) { Basis = Basis });
    }

    /// <summary>What the bands say about a confidence alone, e.g. that of a whole clip.</summary>
    public Decision DecisionFor(string label, double confidence, ModerationTier tier)
    {
        if (!(confidence is >= 0 and <= 1))
        {
            return Decision.Escalate;
        }

        var band = BandOf(label, tier);
        var isKnown = LabelTree.PlacesOf(label).IsKnown && label != ModerationLabels.Unmapped;
        return confidence >= band.BlockFrom && tier != ModerationTier.Screen ? Decision.Block
            : confidence < band.AllowBelow && isKnown ? Decision.Allow
            : Decision.Escalate;
    }

    /// <summary>The band that counts for a label, the recipe's own one included.</summary>
    public LabelBand BandOf(string label, ModerationTier tier)
    {
        var band = _policy.BandOf(label, tier);
        return LabelTree.PlacesOf(label).Ids.Select(_stricter.GetValueOrDefault).FirstOrDefault(b => b is not null) is { } own
            ? new LabelBand(Math.Min(band.AllowBelow, own.AllowBelow), Math.Min(band.BlockFrom, own.BlockFrom))
            : band;
    }

    private Verdict Decide(Finding finding, ModerationTier tier)
    {
        if (!(finding.Confidence is >= 0 and <= 1))
        {
            return Say(Decision.Escalate, finding, "with a confidence that is no number in 0..1");
        }

        var band = BandOf(finding.Label, tier);
        var decision = DecisionFor(finding.Label, finding.Confidence, tier);
        return decision switch
        {
            Decision.Block => Say(decision, finding, Limit("from", band.BlockFrom, "on it is blocked")),
            Decision.Allow => Say(decision, finding, Limit("below", band.AllowBelow, "it is allowed")),
            _ when finding.Confidence >= band.BlockFrom => Say(decision, finding, "but a screen may not block"),
            _ when finding.Confidence < band.AllowBelow => Say(decision, finding, "which is not in our list of labels"),
            _ => Say(decision, finding, Limit("from", band.AllowBelow, "on a person must look")),
        };
    }

    private static string Limit(string word, double bound, string rest) => string.Create(CultureInfo.InvariantCulture, $"{word} {bound:0.##} {rest}");

    private Verdict Say(Decision decision, Finding finding, string rest) => new(
        decision,
        string.Create(CultureInfo.InvariantCulture, $"{finding.Backend} says {finding.Label} {finding.Confidence:0.00}, {rest}"),
        finding.Backend,
        finding.Label,
        double.IsFinite(finding.Confidence) ? finding.Confidence : null)
    {
        Basis = Basis with { Model = $"{finding.Backend} {finding.ModelVersion}" },
    };
}

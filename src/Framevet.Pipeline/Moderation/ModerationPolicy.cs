using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// Judges findings by the bands of a recipe. Pure. Raising a confidence within 0..1 never makes the verdict milder. A label takes its own band,
/// else that of its category, else the default band. To people at least goes every label without a known category, <c>unmapped</c>, and every
/// confidence that is no number in 0..1. A screen never blocks: where its word would, people look.
/// </summary>
public sealed class ModerationPolicy(ModerationRecipe recipe)
{
    private const string Name = "policy";

    /// <summary>The most severe judgement among the findings; no finding means that the backend saw nothing, which allows.</summary>
    public Verdict Decide(ImmutableArray<Finding> findings, ModerationTier tier)
    {
        if (findings.IsDefault)
        {
            return new Verdict(Decision.Escalate, "the backend gave no answer", Name);
        }

        // Of equally severe findings the more confident one is named.
        return findings
            .Where(f => ModerationLabels.Find(f.Label) is null or { IsHarm: true })
            .Select(f => Decide(f, tier))
            .OrderByDescending(v => v.Decision)
            .ThenByDescending(v => v.Confidence)
            .FirstOrDefault(new Verdict(Decision.Allow, "nothing found", Name));
    }

    private Verdict Decide(Finding finding, ModerationTier tier)
    {
        if (!(finding.Confidence is >= 0 and <= 1))
        {
            return Say(Decision.Escalate, finding, "with a confidence that is no number in 0..1");
        }

        var label = ModerationLabels.Resolve(finding.Label);
        var band = BandOf(finding.Label, label);
        var decision = finding.Confidence >= band.BlockFrom ? Decision.Block
            : finding.Confidence < band.AllowBelow ? Decision.Allow
            : Decision.Escalate;

        if (decision == Decision.Allow && (label is null || label.Id == ModerationLabels.Unmapped))
        {
            return Say(Decision.Escalate, finding, "which is not in our list of labels");
        }

        return decision switch
        {
            Decision.Block when tier == ModerationTier.Screen => Say(Decision.Escalate, finding, "but a screen may not block"),
            Decision.Block => Say(Decision.Block, finding, Limit("from", band.BlockFrom, "on it is blocked")),
            Decision.Allow => Say(Decision.Allow, finding, Limit("below", band.AllowBelow, "it is allowed")),
            _ => Say(Decision.Escalate, finding, Limit("from", band.AllowBelow, "on a person must look")),
        };
    }

    private LabelBand BandOf(string id, ModerationLabel? label)
    {
        if (id is not null && recipe.Bands.TryGetValue(id, out var own))
        {
            return own;
        }

        return recipe.Bands.GetValueOrDefault(label?.Parent ?? label?.Id ?? "") ?? recipe.DefaultBand;
    }

    private static string Limit(string word, double bound, string rest) => string.Create(CultureInfo.InvariantCulture, $"{word} {bound:0.##} {rest}");

    private static Verdict Say(Decision decision, Finding finding, string rest) => new(
        decision,
        string.Create(CultureInfo.InvariantCulture, $"{finding.Backend} says {finding.Label} {finding.Confidence:0.00}, {rest}"),
        finding.Backend,
        finding.Label,
        double.IsFinite(finding.Confidence) ? finding.Confidence : null);
}

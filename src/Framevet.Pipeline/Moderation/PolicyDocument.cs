using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// What the organisation allows, as data: three bands per label (clear, human, block) and how the frames of a clip make up its own confidence. A label without a band takes that
/// of the nearest place in the tree that has one (<see cref="LabelTree.PlacesOf"/>), else the default. Saved as versions; a run keeps the version that it was submitted under.
/// </summary>
public sealed record PolicyDocument
{
    /// <summary>
    /// Version 0. PyFrame's thresholds: looked at closer from 0.15 on; blocked from 0.5 by a local classifier, from 0.8 by a precise service. What machines confuse most (swimwear,
    /// alcohol, gambling, gestures) or must never decide (children, self-harm) is not blocked without a person.
    /// </summary>
    public static PolicyDocument Seed { get; } = new()
    {
        Bands = new Dictionary<string, LabelBand>
        {
            // The skin screen says 0.5 where the rules of its paper begin to say "nude"; a little less also catches very much skin colour in several regions.
            [ModerationLabels.Skin] = new(0.4, 2),
            [ModerationLabels.MinorsRisk] = new(0, 2),
            ["swimwear-or-underwear"] = new(0.5, 2),
            ["violence/graphic-violence/self-harm"] = new(0.1, 2),
            ["alcohol"] = new(0.5, 2),
            ["rude-gestures"] = new(0.5, 2),
            ["gambling"] = new(0.5, 2),
            ["hate-symbols"] = new(0.15, 0.95),
        }.ToImmutableSortedDictionary(StringComparer.Ordinal),
    };

    /// <summary>The tree that the bands are written for.</summary>
    public string Taxonomy { get; init; } = LabelTree.Version;

    /// <summary>Bands by label id.</summary>
    public ImmutableSortedDictionary<string, LabelBand> Bands { get; init; } = ImmutableSortedDictionary<string, LabelBand>.Empty;

    /// <summary>Band of every label without one, for precise services and screens.</summary>
    public LabelBand DefaultBand { get; init; } = new(0.15, 0.8);

    /// <summary>The same for local classifiers, whose confidence is surer of what it says.</summary>
    public LabelBand LocalBand { get; init; } = new(0.15, 0.5);

    /// <summary>How the frames of a clip make up its confidence, by label id; inherited as bands are.</summary>
    public ImmutableSortedDictionary<string, VerdictRule> Rules { get; init; } = ImmutableSortedDictionary<string, VerdictRule>.Empty;

    /// <summary>Rule of every label without one.</summary>
    public VerdictRule DefaultRule { get; init; } = VerdictRule.Greatest;

    /// <summary>The band that counts for a label.</summary>
    public LabelBand BandOf(string? label, ModerationTier tier) =>
        Nearest(Bands, label) ?? (tier == ModerationTier.Local ? LocalBand : DefaultBand);

    /// <summary>The rule that counts for a label.</summary>
    public VerdictRule RuleOf(string? label) => Nearest(Rules, label) ?? DefaultRule;

    /// <summary>The place whose band a label takes; null = the default.</summary>
    public string? BandPlace(string? label) => LabelTree.PlacesOf(label).Ids.FirstOrDefault(Bands.ContainsKey);

    /// <inheritdoc/>
    public bool Equals(PolicyDocument? other) => other is not null && PolicyChange.Between(this, other).IsEmpty;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Taxonomy, DefaultBand, LocalBand, DefaultRule, Bands.Count, Rules.Count);

    private static T? Nearest<T>(ImmutableSortedDictionary<string, T> byLabel, string? label)
        where T : class => LabelTree.PlacesOf(label).Ids.Select(byLabel.GetValueOrDefault).FirstOrDefault(v => v is not null);
}

/// <summary>A policy as a run keeps it: the document and the number it had.</summary>
public sealed record PolicySnapshot(int Version, PolicyDocument Document);

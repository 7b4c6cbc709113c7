using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// Our closed taxonomy in two levels: a category, and kinds within it written <c>category/kind</c>. Every backend maps its own labels into it;
/// people choose from it. A label not in the list counts as its category; one without a known category always goes to people.
/// </summary>
public static class ModerationLabels
{
    /// <summary>The skin screen's own label: much skin-coloured area, whatever it is.</summary>
    public const string Skin = "nudity/skin";

    /// <summary>A child may be at risk: never left to a machine.</summary>
    public const string MinorsRisk = "minors-risk";

    /// <summary>What a person says when nothing is wrong.</summary>
    public const string Clean = "clean";

    /// <summary>What a backend said that has no place here: always to people.</summary>
    public const string Unmapped = "unmapped";

    /// <summary>All labels, a category before its kinds.</summary>
    public static ImmutableArray<ModerationLabel> All { get; } =
    [
        new(Clean, "Nothing objectionable", null, IsHarm: false),
        new("nudity", "Nudity", null),
        new("nudity/explicit", "Explicit nudity or sexual act", "nudity"),
        new("nudity/suggestive", "Suggestive, swimwear, underwear", "nudity"),
        new(Skin, "Much skin-coloured area", "nudity"),
        new("violence", "Violence", null),
        new("violence/graphic", "Blood, injury, corpse", "violence"),
        new("violence/weapon", "Weapon", "violence"),
        new("violence/fight", "Fight, assault", "violence"),
        new("hate", "Hate", null),
        new("hate/symbol", "Hateful symbol or gesture", "hate"),
        new("hate/harassment", "Harassment, humiliation", "hate"),
        new("self-harm", "Self-harm", null),
        new("drugs", "Drugs", null),
        new("drugs/illegal", "Illegal drug or its use", "drugs"),
        new("drugs/alcohol-tobacco", "Alcohol, tobacco", "drugs"),
        new(MinorsRisk, "Risk to a child", null),
        new("other", "Something else that must not be shown", null),
        new(Unmapped, "Reported under a label we do not know", null),
    ];

    private static readonly FrozenDictionary<string, ModerationLabel> ById = All.ToFrozenDictionary(l => l.Id);

    /// <summary>The label with this id, or null.</summary>
    public static ModerationLabel? Find(string? id) => id is null ? null : ById.GetValueOrDefault(id);

    /// <summary>
    /// The label of ours that comes nearest: itself, for an unknown kind its category, for a label of another taxonomy the one that is mapped there. Null when there is none.
    /// </summary>
    public static ModerationLabel? Resolve(string? id) => Find(id)
        ?? LabelTree.PlacesOf(id).Ids.Select(place => Find(place) ?? All.LastOrDefault(l => LabelTree.Find(l.Id)?.MapsTo == place)).FirstOrDefault(l => l is not null);
}

/// <summary>One entry of the taxonomy. <paramref name="Parent"/>: id of its category, null for a category; <paramref name="IsHarm"/>: false only for "nothing wrong".</summary>
public sealed record ModerationLabel(string Id, string Title, string? Parent, bool IsHarm = true);

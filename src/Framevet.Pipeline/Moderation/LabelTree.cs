using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// The tree of all labels that a policy can judge: the moderation taxonomy of Amazon Rekognition, version 7 (ten categories, three levels), and our own labels, each mapped to the
/// place in that tree whose policy it takes when it has none of its own. Ids are paths of slugs, <c>violence/graphic-violence/blood-and-gore</c>. Where both have a category of one
/// name it is one node (violence).
/// </summary>
public static class LabelTree
{
    /// <summary>Version of this tree; stored with every verdict.</summary>
    public const string Version = "rekognition-7.0+framevet-1";

    // One label a line, the level by its indent.
    private const string RekognitionSeven = """
        Explicit
          Explicit Nudity
            Exposed Male Genitalia
            Exposed Female Genitalia
            Exposed Buttocks or Anus
            Exposed Female Nipple
          Explicit Sexual Activity
          Sex Toys
        Non-Explicit Nudity of Intimate parts and Kissing
          Non-Explicit Nudity
            Bare Back
            Exposed Male Nipple
            Partially Exposed Buttocks
            Partially Exposed Female Breast
            Implied Nudity
          Obstructed Intimate Parts
            Obstructed Female Nipple
            Obstructed Male Genitalia
          Kissing on the Lips
        Swimwear or Underwear
          Female Swimwear or Underwear
          Male Swimwear or Underwear
        Violence
          Weapons
          Graphic Violence
            Weapon Violence
            Physical Violence
            Self-Harm
            Blood & Gore
            Explosions and Blasts
        Visually Disturbing
          Death and Emaciation
            Emaciated Bodies
            Corpses
          Crashes
            Air Crash
        Drugs & Tobacco
          Products
            Pills
          Drugs & Tobacco Paraphernalia & Use
            Smoking
        Alcohol
          Alcohol Use
            Drinking
          Alcoholic Beverages
        Rude Gestures
          Middle Finger
        Gambling
        Hate Symbols
          Nazi Party
          White Supremacy
          Extremist
        """;

    // Ours, and where in the other tree their policy comes from. Where two places fit it is the stricter one.
    private static readonly FrozenDictionary<string, string> OwnPlaces = new Dictionary<string, string>
    {
        ["nudity"] = "explicit",
        ["nudity/explicit"] = "explicit",
        ["nudity/suggestive"] = "non-explicit-nudity-of-intimate-parts-and-kissing",
        ["violence/graphic"] = "violence/graphic-violence",
        ["violence/weapon"] = "violence/weapons",
        ["violence/fight"] = "violence/graphic-violence/physical-violence",
        ["hate"] = "hate-symbols",
        ["hate/symbol"] = "hate-symbols",
        ["self-harm"] = "violence/graphic-violence/self-harm",
        ["drugs"] = "drugs-and-tobacco",
        ["drugs/illegal"] = "drugs-and-tobacco/drugs-and-tobacco-paraphernalia-and-use",
        ["drugs/alcohol-tobacco"] = "drugs-and-tobacco/drugs-and-tobacco-paraphernalia-and-use/smoking",
    }.ToFrozenDictionary();

    /// <summary>All labels, each before its children: Rekognition's categories first, then ours.</summary>
    public static ImmutableArray<LabelNode> All { get; } = Plant();

    private static readonly FrozenDictionary<string, LabelNode> ById = All.ToFrozenDictionary(n => n.Id);

    private static readonly FrozenDictionary<string, LabelNode> ByForeignName =
        All.Where(n => n.ForeignName is not null).ToFrozenDictionary(n => n.ForeignName!, StringComparer.OrdinalIgnoreCase);

    /// <summary>The label with this id, or null.</summary>
    public static LabelNode? Find(string? id) => id is null ? null : ById.GetValueOrDefault(id);

    /// <summary>The label that Rekognition calls so, or null.</summary>
    public static LabelNode? FindForeign(string? name) => name is null ? null : ByForeignName.GetValueOrDefault(name);

    /// <summary>The direct children of a label; of null the categories.</summary>
    public static IEnumerable<LabelNode> ChildrenOf(string? id) => All.Where(n => n.Parent == id);

    /// <summary>
    /// Where a label takes its policy from, the most specific place first: itself, what it is mapped to with everything above, and its own ancestors. A child that the tree does not
    /// know has the places of its nearest known ancestor; a label without one has none.
    /// </summary>
    public static LabelPlaces PlacesOf(string? id)
    {
        var known = Find(id);
        for (var at = id; known is null && at?.LastIndexOf('/') is > 0 and var cut; known = Find(at))
        {
            at = at[..cut];
        }

        if (known is null)
        {
            return new LabelPlaces(null, false, []);
        }

        var places = new List<string>();
        AddWithMapping(known, places);
        return new LabelPlaces(known, known.Id == id, [.. places.Distinct()]);
    }

    /// <summary>Lower case, words joined by hyphens, <c>and</c> for an ampersand.</summary>
    public static string Slug(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var slug = new StringBuilder();
        foreach (var c in name.Replace("&", " and ", StringComparison.Ordinal).ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(c);
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().TrimEnd('-');
    }

    private static void AddWithMapping(LabelNode label, List<string> places)
    {
        for (var at = label; at is not null; at = Find(at.Parent))
        {
            places.Add(at.Id);
            for (var mapped = Find(at.MapsTo); mapped is not null; mapped = Find(mapped.Parent))
            {
                places.Add(mapped.Id);
            }
        }
    }

    private static ImmutableArray<LabelNode> Plant()
    {
        var nodes = new List<LabelNode>();
        var path = new Stack<string>();
        foreach (var line in RekognitionSeven.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = line.Trim();
            var level = (line.Length - line.TrimStart().Length) / 2;
            while (path.Count > level)
            {
                path.Pop();
            }

            var parent = path.TryPeek(out var above) ? above : null;
            var id = parent is null ? Slug(name) : $"{parent}/{Slug(name)}";
            nodes.Add(new LabelNode(id, name, parent) { ForeignName = name });
            path.Push(id);
        }

        var known = nodes.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        nodes.AddRange(ModerationLabels.All.Where(l => !known.Contains(l.Id))
            .Select(l => new LabelNode(l.Id, l.Title, l.Parent, l.IsHarm) { MapsTo = OwnPlaces.GetValueOrDefault(l.Id) }));
        return [.. nodes];
    }
}

/// <summary>One label of the tree. <paramref name="Parent"/>: id of the label above, null for a category; <paramref name="IsHarm"/>: false only for "nothing wrong".</summary>
public sealed record LabelNode(string Id, string Title, string? Parent, bool IsHarm = true)
{
    /// <summary>Id of the label whose policy it takes when it has none; null when there is none.</summary>
    public string? MapsTo { get; init; }

    /// <summary>What Rekognition calls it; null for ours.</summary>
    public string? ForeignName { get; init; }

    /// <summary>0 for a category.</summary>
    public int Level => Id.Count(c => c == '/');
}

/// <summary>Where a label stands. <paramref name="Nearest"/>: the label, or its nearest known ancestor; <paramref name="IsKnown"/>: whether the tree has the label itself.</summary>
public sealed record LabelPlaces(LabelNode? Nearest, bool IsKnown, ImmutableArray<string> Ids);

using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;

namespace Framevet.Pipeline.Recipes;

/// <summary>What several built-in recipes share.</summary>
internal static class RecipePieces
{
    /// <summary>The classical scores and what is made of them.</summary>
    public static ImmutableArray<PartSpec> AllMetrics { get; } =
    [
        new("sharpness"), new("edge-strength"), new("contrast"), new("brightness"), new("entropy"), new("motion"), new("quality"),
    ];

    /// <summary>One zip.</summary>
    public static ImmutableArray<PartSpec> Zip { get; } = [new("zip")];

    /// <summary>
    /// The skin screen says 0.5 where the rules of its paper begin to say "nude"; a little less also sends very much skin colour in
    /// several regions (from 45 % of the picture) to people. A screen never blocks, hence 2.
    /// </summary>
    public static ModerationRecipe SkinScreen { get; } = new()
    {
        Backends = [new PartSpec("skin-region")],
        Bands = ImmutableSortedDictionary<string, LabelBand>.Empty
            .Add(ModerationLabels.Skin, new LabelBand(0.4, 2))
            .Add(ModerationLabels.MinorsRisk, new LabelBand(0, 2)),
    };

    /// <summary>What the built-in recipes have in common: every score, no gate, the skin screen, the ten best and a zip. Each says what it does otherwise.</summary>
    public static Recipe Common { get; } = new()
    {
        Name = "",
        Sampler = new PartSpec("interval"),
        Metrics = AllMetrics,
        Gates = [],
        Moderation = SkinScreen,
        Selector = new PartSpec("top").With("count", 10),
        Exporters = Zip,
    };
}

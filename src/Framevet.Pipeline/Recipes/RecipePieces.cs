using System.Collections.Immutable;

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

    /// <summary>The local classifier where its model is there, else the skin screen; judged by the policy.</summary>
    public static ModerationRecipe Screen { get; } = new()
    {
        Backends = [new PartSpec("local-model"), new PartSpec("skin-region")],
        Bands = ImmutableSortedDictionary<string, LabelBand>.Empty,
    };

    /// <summary>The same screen, and Amazon Rekognition for what it flags: two calls a file at most. Where the operator has not switched that on, flagged frames go to people.</summary>
    public static ModerationRecipe Cascade { get; } = Screen with { Backends = [.. Screen.Backends, new PartSpec("aws-rekognition")] };

    /// <summary>What the built-in recipes have in common: every score, no gate, the screen, the ten best and a zip. Each says what it does otherwise.</summary>
    public static Recipe Common { get; } = new()
    {
        Name = "",
        Sampler = new PartSpec("interval"),
        Metrics = AllMetrics,
        Gates = [],
        Moderation = Screen,
        Selector = new PartSpec("top").With("count", 10),
        Exporters = Zip,
    };
}

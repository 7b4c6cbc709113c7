using System.Collections.Immutable;

namespace Framevet.Pipeline.Recipes;

/// <summary>Recipes that exist before anybody saved one.</summary>
public static class BuiltInRecipes
{
    // Mild floors: they drop black, white and empty pictures and heavy blur, not merely weak frames.
    private static readonly PartSpec Floors = new PartSpec("threshold")
        .With("min", new Dictionary<string, double> { ["sharpness"] = 15, ["brightness"] = 6, ["contrast"] = 4 })
        .With("max", new Dictionary<string, double> { ["brightness"] = 97 });

    /// <summary>One frame a second, floors, no near duplicates, twelve different looks.</summary>
    public static Recipe BestFrames { get; } = RecipePieces.Common with
    {
        Name = "Best frames",
        Summary = "Looks at one frame per second, drops weak and repeated ones and picks the twelve best that look different.",
        Sampler = new PartSpec("interval"),
        Scenes = new PartSpec("content"),
        Gates = [Floors, new PartSpec("duplicate")],
        Selector = new PartSpec("diverse"),
    };

    /// <summary>Keyframes only: fast on long files.</summary>
    public static Recipe KeyframeSweep { get; } = RecipePieces.Common with
    {
        Name = "Keyframe sweep",
        Summary = "Decodes keyframes only, for a quick look at long files, and picks the ten best by quality.",
        Sampler = new PartSpec("keyframe"),
        Gates = [new PartSpec("duplicate")],
        Selector = new PartSpec("top").With("minGapSeconds", 2.0),
    };

    /// <summary>A tenth of two frames a second, nothing dropped before: for people who choose themselves.</summary>
    public static Recipe TopTenth { get; } = RecipePieces.Common with
    {
        Name = "Top 10 %",
        Summary = "Looks at two frames per second, keeps everything and picks the best tenth by quality.",
        Sampler = new PartSpec("interval").With("seconds", 0.5),
        Selector = new PartSpec("top").With("count", 500).With("percent", 10.0),
    };

    /// <summary>All of them, the default one first.</summary>
    public static ImmutableArray<Recipe> All { get; } = [BestFrames, KeyframeSweep, TopTenth, .. FaceRecipes.All, .. PriorSystems.Recipes];
}

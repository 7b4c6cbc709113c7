using System.Collections.Immutable;

namespace Framevet.Pipeline.Recipes;

/// <summary>Recipes to start from, one per kind of content. Their thresholds were chosen on footage with planted faults and measured on other footage (BENCHMARKS.md, presets); change them where your material differs.</summary>
public static class ContentRecipes
{
    /// <summary>People who talk before a still camera: little changes, so each second is as good as the next, and the sharpest of each scene counts.</summary>
    public static Recipe Interview { get; } = RecipePieces.Common with
    {
        Name = "Interview",
        Summary = "For people who talk before a still camera: one frame a second, sharp and well lit ones, the best few of each scene.",
        Sampler = new PartSpec("interval"),
        Scenes = new PartSpec("content"),
        Gates = [Floor(("sharpness", 12), ("brightness", 8)).With("max", new Dictionary<string, double> { ["brightness"] = 92 }), LocalBlur, new PartSpec("duplicate")],
        Selector = new PartSpec("diverse"),
    };

    /// <summary>Fast movement: dense sampling, since the sharp moment is short, and no limit on movement.</summary>
    public static Recipe Sport { get; } = RecipePieces.Common with
    {
        Name = "Sport",
        Summary = "For fast movement: four frames a second, since sharp moments are short; blurred ones are dropped, movement is welcome.",
        Sampler = new PartSpec("interval").With("seconds", 0.25),
        Scenes = new PartSpec("content"),
        Gates = [Floor(("sharpness", 12), ("brightness", 8)), LocalBlur, new PartSpec("duplicate")],
        Selector = new PartSpec("top").With("count", 24).With("minGapSeconds", 1.5),
    };

    /// <summary>Drawings: flat areas are no fault, hence no floor under contrast and a low one under sharpness.</summary>
    public static Recipe Animation { get; } = RecipePieces.Common with
    {
        Name = "Animation",
        Summary = "For drawn pictures: two frames a second, only blurred, black, white and repeated ones are dropped, since flat areas are no fault.",
        Sampler = new PartSpec("interval").With("seconds", 0.5),
        Scenes = new PartSpec("content"),
        Gates = [Floor(("sharpness", 12), ("brightness", 4)).With("max", new Dictionary<string, double> { ["brightness"] = 98 }), LocalBlur, new PartSpec("duplicate")],
        Selector = new PartSpec("diverse").With("count", 16),
    };

    /// <summary>Windows and text: long still stretches, so frames that change something count, not pretty ones. One line of text is far sharper than the floor.</summary>
    public static Recipe ScreenCapture { get; } = RecipePieces.Common with
    {
        Name = "Screen capture",
        Summary = "For recordings of a screen: one frame a second, what is unreadable or repeats is dropped, the rest is spread over the time.",
        Sampler = new PartSpec("interval"),
        Gates = [Floor(("sharpness", 30), ("brightness", 6)), new PartSpec("duplicate")],
        Selector = new PartSpec("top").With("score", "entropy").With("count", 20).With("minGapSeconds", 3.0),
    };

    /// <summary>Pictures, not a film: each is looked at, near copies fall out, a third stays.</summary>
    public static Recipe PhotoSet { get; } = RecipePieces.Common with
    {
        Name = "Photo set",
        Summary = "For zips of photos: looks at each, drops blurred ones and near copies and keeps the best third.",
        Sampler = new PartSpec("image-folder"),
        Gates = [Floor(("sharpness", 30), ("brightness", 8), ("contrast", 6)), new PartSpec("duplicate-global")],
        Selector = new PartSpec("top").With("count", 500).With("percent", 33.0),
    };

    /// <summary>All of them.</summary>
    public static ImmutableArray<Recipe> All { get; } = [Interview, Sport, Animation, ScreenCapture, PhotoSet];

    // What is sharp differs from scene to scene: a fixed floor catches what is blurred beyond doubt, the neighbours tell the rest.
    private static PartSpec LocalBlur => new("local-blur");

    private static PartSpec Floor(params (string Score, double Least)[] floors) => new PartSpec("threshold").With("min", floors.ToDictionary(f => f.Score, f => f.Least));
}

using System.Collections.Immutable;
using Framevet.Pipeline.Faces;

namespace Framevet.Pipeline.Recipes;

/// <summary>Recipes that look for people. They need models of the catalogue, which the Models page brings.</summary>
public static class FaceRecipes
{
    // The cosine from which groups of faces are one person; see Faces/FaceGroups.
    private const double SamePerson = FaceGroups.SamePerson;

    // Faces are small: a view as for the classical scores would leave too little of them.
    private const int Side = 1024;

    private static readonly ImmutableArray<PartSpec> FaceMetrics = [.. RecipePieces.AllMetrics, new("faces"), new("face-details"), new("face-likeness")];

    /// <summary>Frames with a face, and who is who.</summary>
    public static Recipe WithFaces { get; } = new()
    {
        Name = "Faces",
        Summary = "Looks at two frames per second, keeps those with a face, finds out who is who, and picks the twelve best that look different.",
        AnalysisSide = Side,
        Sampler = new PartSpec("interval").With("seconds", 0.5),
        Metrics = FaceMetrics,
        Gates = [new PartSpec("face-presence").With("minArea", 0.5)],
        Moderation = RecipePieces.Screen,
        Selector = new PartSpec("diverse"),
        Exporters = RecipePieces.Zip,
    };

    /// <summary>Frames with a certain person.</summary>
    public static Recipe OnePerson { get; } = new()
    {
        Name = "One person",
        Summary = "Looks at two frames per second for one person: choose a picture of them, or somebody of an earlier run. Picks the twelve best frames with them.",
        AnalysisSide = Side,
        Sampler = new PartSpec("interval").With("seconds", 0.5),
        Metrics = FaceMetrics,
        Gates = [new PartSpec("face-presence"), new PartSpec("threshold").With("min", new Dictionary<string, double> { ["face-similarity"] = SamePerson })],
        Moderation = RecipePieces.Screen,
        Selector = new PartSpec("diverse"),
        Exporters = RecipePieces.Zip,
    };

    /// <summary>Frames with a thing.</summary>
    public static Recipe Things { get; } = new()
    {
        Name = "People and things",
        Summary = "Looks at one frame per second, keeps those with a person, or with the things you name, and picks the twelve best that look different.",
        Sampler = new PartSpec("interval"),
        Metrics = [.. RecipePieces.AllMetrics, new("objects")],
        Gates = [new PartSpec("object-presence")],
        Moderation = RecipePieces.Screen,
        Selector = new PartSpec("diverse"),
        Exporters = RecipePieces.Zip,
    };

    /// <summary>All of them.</summary>
    public static ImmutableArray<Recipe> All { get; } = [WithFaces, OnePerson, Things];
}

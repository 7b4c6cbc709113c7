namespace Framevet.Pipeline.Recipes;

/// <summary>What a recipe names.</summary>
internal static class RecipeParts
{
    /// <summary>Every part of the recipe, with its kind, in the order of the flow.</summary>
    public static IEnumerable<(PartKind Kind, PartSpec Spec)> Specs(this Recipe recipe) =>
    [
        (PartKind.Sampler, recipe.Sampler),
        .. recipe.Scenes is { } scenes ? [(PartKind.SceneDetector, scenes)] : Array.Empty<(PartKind, PartSpec)>(),
        .. recipe.Metrics.Select(m => (PartKind.Metric, m)),
        .. recipe.Gates.Select(g => (PartKind.Gate, g)),
        .. recipe.Moderation.Backends.Select(b => (PartKind.Moderation, b)),
        (PartKind.Selector, recipe.Selector),
        .. recipe.Exporters.Select(e => (PartKind.Exporter, e)),
    ];
}

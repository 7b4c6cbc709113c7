using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Recipes;

/// <summary>The face that a recipe looks for, wherever its parts keep it.</summary>
public static class WantedFace
{
    /// <summary>Whether a part of the recipe looks for somebody.</summary>
    public static bool IsTaken(Recipe recipe, PartCatalog catalog) => Places(recipe, catalog).Any();

    /// <summary>The recipe with every such part looking for this face; null when none of its parts looks for anybody.</summary>
    public static Recipe? Set(Recipe recipe, PartCatalog catalog, FaceEmbedding look)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(look);
        var places = Places(recipe, catalog);
        return places.IsEmpty ? null : recipe with
        {
            Metrics = [.. recipe.Metrics.Select((spec, i) => places.Where(p => p.Index == i).Aggregate(spec, (s, p) => s.With(p.Option.Name, look.ToString())))],
        };
    }

    /// <summary>The parts whose likeness a gate or the selection asks for, with what they look for now: the face is chosen for each run, so the form shows it first.</summary>
    public static ImmutableArray<WantedPlace> Asked(Recipe recipe, PartCatalog catalog)
    {
        var places = Places(recipe, catalog);
        var asked = catalog.MentionedScores(recipe);
        return [.. places.Where(p => p.Part.Outputs.Any(o => asked.Contains(o.Id)))];
    }

    /// <summary>The recipe with another face at one place; empty text = nobody.</summary>
    public static Recipe With(Recipe recipe, WantedPlace place, string reference)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(place);
        var spec = recipe.Metrics[place.Index];
        spec = reference.Length > 0 ? spec.With(place.Option.Name, reference) : spec with { Options = spec.Options.Remove(place.Option.Name) };
        return recipe with { Metrics = recipe.Metrics.SetItem(place.Index, spec) };
    }

    /// <summary>
    /// What stands in the way of running the recipe, as a sentence: a gate, or the selection, asks for the likeness to a face that nobody chose, so no frame could pass. Null when nothing does.
    /// A recipe may be stored without its face; it is chosen for each run.
    /// </summary>
    public static string? Missing(Recipe recipe, PartCatalog catalog) =>
        Asked(recipe, catalog).Any(p => string.IsNullOrWhiteSpace(p.Reference)) ? $"The recipe '{recipe.Name}' looks for somebody: choose the face first." : null;

    private static ImmutableArray<WantedPlace> Places(Recipe recipe, PartCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(catalog);
        return [.. recipe.Metrics.SelectMany((spec, i) => catalog.Parts.Where(p => p.Kind == PartKind.Metric && p.Id == spec.Id)
            .SelectMany(p => p.Options.Where(o => o.Kind == PartOptionKind.Face).Select(o => new WantedPlace(i, p, o, Text(spec, o)))))];
    }

    private static string Text(PartSpec spec, PartOption option)
    {
        var value = spec.Options.TryGetValue(option.Name, out var set) ? set : option.Default;
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }
}

/// <summary>A part that looks for somebody: its place among the recipe's metrics, the option, and the face that stands there (empty = nobody).</summary>
public sealed record WantedPlace(int Index, PartInfo Part, PartOption Option, string Reference);

using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Models;

/// <summary>Which models a recipe needs, and whether they are here: asked before a run comes into being, not found out in the middle of it. Thread-safe.</summary>
public sealed class ModelNeeds(PartCatalog parts, ModelStore store, ModelCatalog catalog)
{
    /// <summary>Ids of all models that the recipe's parts open, each once; none for parts that cannot be built.</summary>
    public ImmutableArray<string> Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return [.. recipe.Specs().SelectMany(p => ModelsOf(p.Kind, p.Spec)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>How those of the recipe's models stand that a run could not open now.</summary>
    public ImmutableArray<ModelStatus> Unmet(Recipe recipe) =>
        [.. Of(recipe).Select(catalog.Find).OfType<ModelEntry>().Select(e => store.Look(e.Id)).Where(s => !s.IsUsable)];

    /// <summary>Fails when a run of this recipe could not open its models.</summary>
    /// <exception cref="VettingException">ModelMissing, with the ids as subjects.</exception>
    public void MustBeMet(Recipe recipe)
    {
        var unmet = Unmet(recipe);
        if (!unmet.IsEmpty)
        {
            throw new VettingException(FailureCode.ModelMissing, $"The recipe '{recipe.Name}' needs models that are not ready: {string.Join(" ", unmet.Select(s => s.Trouble))}") { Subjects = [.. unmet.Select(s => s.Entry.Id)] };
        }
    }

    private ImmutableArray<string> ModelsOf(PartKind kind, PartSpec spec)
    {
        try
        {
            return parts.ModelsOf(kind, spec);
        }
        catch (VettingException)
        {
            // A recipe that does not fit the catalogue of parts is told elsewhere.
            return [];
        }
    }
}

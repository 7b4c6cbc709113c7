using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
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

    /// <summary>How those of the recipe's models stand that a run could not open now. A classifier for whom a screen stands in is not missed.</summary>
    public ImmutableArray<ModelStatus> Unmet(Recipe recipe) =>
        [.. Of(WithoutStandIns(recipe)).Select(catalog.Find).OfType<ModelEntry>().Select(e => store.Look(e.Id)).Where(s => !s.IsUsable)];

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

    private Recipe WithoutStandIns(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var backends = recipe.Moderation.Backends;
        return backends.Any(b => TierOf(b) == ModerationTier.Screen)
            ? recipe with { Moderation = recipe.Moderation with { Backends = [.. backends.Where(b => TierOf(b) != ModerationTier.Local)] } }
            : recipe;
    }

    private ModerationTier? TierOf(PartSpec backend)
    {
        try
        {
            return parts.Build<IModerationBackend>(backend).Tier;
        }
        catch (VettingException)
        {
            return null;
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

using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;

namespace Framevet.Web.Api;

/// <summary>What becomes of a recipe that somebody takes out of a run or a file.</summary>
internal static class RecipeNames
{
    /// <summary>The name, or the name with the first number that none of the recipes has.</summary>
    public static string Free(string name, ImmutableArray<Recipe> recipes) =>
        Enumerable.Range(1, 1000).Select(n => n == 1 ? name : $"{name} {n}").First(n => recipes.All(r => r.Name != n));

    /// <summary>Without what belongs to one run: the policy of its moment, and the stretch of its file.</summary>
    public static Recipe Plain(Recipe recipe) => recipe with { Moderation = recipe.Moderation with { Policy = null }, Range = null };
}

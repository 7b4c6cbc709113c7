using System.Security.Claims;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Versioned settings.</summary>
internal static class SettingsApi
{
    public static void MapSettings(this RouteGroupBuilder api)
    {
        api.MapGet("/settings", GetAsync).WithTags("Settings").RequireAuthorization(Policies.SignedIn, Scopes.SettingsRead)
            .WithName("GetSettings").WithSummary("The current settings: recipes, limits, lease");
        api.MapPut("/settings", PutAsync).WithTags("Settings").RequireAuthorization(Policies.Administer, Scopes.SettingsWrite)
            .WithName("PutSettings").WithSummary("Save a new version; 409 when somebody else saved meanwhile");
        api.MapPut("/recipes", PutRecipeAsync).WithTags("Settings").RequireAuthorization(Policies.Curate, Scopes.SettingsWrite)
            .WithName("PutRecipe").WithSummary("Add a recipe, or change the one of its name")
            .WithDescription("A new version of the settings in which all else stays. How an existing recipe is moderated is for admins to change.");
    }

    private static async Task<SettingsBody> GetAsync(ISettingsStore store, CancellationToken ct) => SettingsBody.From(await store.CurrentAsync(ct));

    private static async Task<SettingsBody> PutAsync(SettingsRequest request, ClaimsPrincipal user, SettingsDesk desk, CancellationToken ct) =>
        SettingsBody.From(await desk.SaveAsync(request.Settings, request.BasedOn, request.Note, user.ToActor(), ct));

    private static async Task<SettingsBody> PutRecipeAsync(RecipeRequest request, ClaimsPrincipal user, SettingsDesk desk, CancellationToken ct) =>
        SettingsBody.From(await desk.SaveRecipeAsync(request.Recipe, request.Note, user.ToActor(), ct));
}

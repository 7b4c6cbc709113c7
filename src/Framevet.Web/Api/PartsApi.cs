using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>The parts that recipes are made of.</summary>
internal static class PartsApi
{
    public static void MapParts(this RouteGroupBuilder api) =>
        api.MapGet("/parts", (PartCatalog parts, PartKind? kind) => parts.Parts.Where(p => kind is null || p.Kind == kind).ToImmutableArray())
            .WithTags("Settings").RequireAuthorization(Policies.SignedIn, Scopes.SettingsRead)
            .WithName("ListParts").WithSummary("All parts with their options and outputs");
}

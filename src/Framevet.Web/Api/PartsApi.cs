using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>The parts that recipes are made of.</summary>
internal static class PartsApi
{
    public static void MapParts(this RouteGroupBuilder api) =>
        api.MapGet("/parts", (PartCatalog parts, string[]? kind) => Of(parts, QueryWords.Read<PartKind>(kind)))
            .WithTags("Settings").RequireAuthorization(Policies.SignedIn, Scopes.SettingsRead)
            .WithName("ListParts").WithSummary("All parts with their options and outputs");

    private static ImmutableArray<PartInfo> Of(PartCatalog parts, ImmutableArray<PartKind>? kinds) =>
        kinds is { } wanted ? [.. parts.Parts.Where(p => wanted.Contains(p.Kind))] : parts.Parts;
}

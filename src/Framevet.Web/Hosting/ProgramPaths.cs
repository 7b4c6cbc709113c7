namespace Framevet.Web.Hosting;

/// <summary>Addresses that programs call, and those of guests: they get a status, where people with an account get a page.</summary>
internal static class ProgramPaths
{
    private static readonly PathString[] Roots = ["/api", "/hubs", "/media", "/openapi", "/healthz", "/metrics", "/_blazor", "/_framework", "/_content", "/g"];

    public static bool Includes(PathString path) => Roots.Any(root => path.StartsWithSegments(root));
}

namespace Framevet.Web.Hosting;

/// <summary>Addresses that programs call: they get a status and problem details, where people get a page.</summary>
internal static class ProgramPaths
{
    private static readonly PathString[] Roots = ["/api", "/hubs", "/media", "/openapi", "/healthz", "/metrics", "/_blazor", "/_framework", "/_content"];

    public static bool Includes(PathString path) => Roots.Any(root => path.StartsWithSegments(root));
}

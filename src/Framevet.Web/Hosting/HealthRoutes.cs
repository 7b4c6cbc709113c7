using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Framevet.Web.Hosting;

/// <summary>For load balancers and supervisors; they tell nothing but a word.</summary>
internal static class HealthRoutes
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready").AllowAnonymous();
    }
}

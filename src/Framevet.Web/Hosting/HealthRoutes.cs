using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Framevet.Web.Hosting;

/// <summary>For load balancers and supervisors; they tell nothing but a word.</summary>
internal static class HealthRoutes
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        // Live = the process answers; a supervisor that restarts it looks here. The short address is the older name of the same.
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready").AllowAnonymous();
    }
}

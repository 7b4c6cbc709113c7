using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Hosting;

/// <summary>The routes of a server as method and pattern.</summary>
internal static class EndpointList
{
    public static IEnumerable<(string Method, string Path)> GetEndpoints(this IServiceProvider services) =>
        services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(m => (m, "/" + (e.RoutePattern.RawText ?? "").Trim('/'))));
}

using Microsoft.AspNetCore.Http.Features;

namespace Framevet.Web.Api;

/// <summary>What the tus protocol asks of every answer and every request.</summary>
internal static class TusProtocol
{
    private const string Override = "X-HTTP-Method-Override";

    /// <summary>Marks every answer, also failures, with the version, and takes the method from the override header where a client cannot send it.</summary>
    public static IApplicationBuilder UseTusProtocol(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        if (!http.Request.Path.StartsWithSegments(WebPaths.Uploads))
        {
            return next(http);
        }

        http.Response.OnStarting(static state =>
        {
            ((HttpContext)state).Response.Headers[TusHeaders.Resumable] = TusHeaders.Version;
            return Task.CompletedTask;
        }, http);
        if (http.Request.Headers.TryGetValue(Override, out var method) && method.ToString() is { Length: > 0 and < 16 } named)
        {
            http.Request.Method = named.ToUpperInvariant();
        }

        return next(http);
    });

    /// <summary>Refuses other versions of the protocol before anything is done.</summary>
    public static RouteGroupBuilder RequireTusVersion(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter(static async (invocation, next) =>
        {
            var http = invocation.HttpContext;
            if (http.Request.Headers[TusHeaders.Resumable].ToString() != TusHeaders.Version)
            {
                http.Response.Headers["Tus-Version"] = TusHeaders.Version;
                return TypedResults.Problem($"Only version {TusHeaders.Version} of tus is spoken here; send the header {TusHeaders.Resumable}.", statusCode: StatusCodes.Status412PreconditionFailed);
            }

            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            {
                // The upload's own length bounds it.
                feature.MaxRequestBodySize = null;
            }

            return await next(invocation);
        });
        return group;
    }
}

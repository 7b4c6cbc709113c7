using Framevet.Pipeline;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Antiforgery;

namespace Framevet.Web.Api;

/// <summary>Cross-site request forgery: whoever calls with the cookie must also show a token that only our own pages can read.</summary>
internal static class Csrf
{
    /// <summary>Guards all unsafe calls of the group. Calls with an API key carry nothing that a foreign page could abuse.</summary>
    public static RouteGroupBuilder RequireCsrfToken(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter(static async (invocation, next) =>
        {
            var http = invocation.HttpContext;
            if (!IsSafe(http.Request.Method) && http.User.Identity?.AuthenticationType != ApiKeyScheme.Name)
            {
                await CheckAsync(http);
            }

            return await next(invocation);
        });
        return group;
    }

    private static async Task CheckAsync(HttpContext http)
    {
        // Without the header the check would look for a form field, and read a whole upload to find none.
        var antiforgery = http.RequestServices.GetRequiredService<IAntiforgery>();
        if (!http.Request.Headers.ContainsKey(WebPaths.CsrfHeader) || !await antiforgery.IsRequestValidAsync(http))
        {
            http.RequestServices.GetRequiredService<RefusedAccess>().Note(http, "no token of our pages");
            throw new VettingException(FailureCode.InvalidRequest, $"The header {WebPaths.CsrfHeader} is missing or out of date; reload the page.");
        }
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}

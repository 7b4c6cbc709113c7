using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Framevet.Web.Identity;

/// <summary>
/// Writes down who was refused what: no right, no token of our pages, too many calls. Routes are named by their pattern, so that no line carries what a caller typed. Strangers who are sent to the
/// sign-in are no attempt and are not written down.
/// </summary>
internal sealed partial class RefusedAccess(ILogger<RefusedAccess> log) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden || (authorizeResult.Challenged && context.Request.Headers.ContainsKey("Authorization")))
        {
            Note(context, authorizeResult.Forbidden ? "no right" : "no valid key");
        }

        return _usual.HandleAsync(next, context, policy, authorizeResult);
    }

    /// <summary>Writes down a refusal.</summary>
    public void Note(HttpContext http, string why) => Refused(
        log, http.Request.Method, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "no route", why, http.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "nobody",
        http.Connection.RemoteIpAddress?.ToString() ?? "unknown");

    [LoggerMessage(LogLevel.Warning, "Refused: {Method} {Route}, {Why}; account {User} from {Address}.")]
    private static partial void Refused(ILogger log, string method, string route, string why, string user, string address);
}

using Framevet.Web.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Hosting;

/// <summary>
/// Cookies go along with a WebSocket that another site opens, and no browser asks the server before. So circuits and hub take
/// connections from our own pages only; programs send no origin.
/// </summary>
internal static class SameOriginSockets
{
    public static IApplicationBuilder UseSameOriginSockets(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        var isSocket = http.Request.Path.StartsWithSegments("/_blazor") || http.Request.Path.StartsWithSegments("/hubs");
        if (!isSocket || http.Request.Headers.Origin.ToString() is not { Length: > 0 } origin || IsOurs(origin, http) || ApiKeyScheme.IsUsed(http))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    private static bool IsOurs(string origin, HttpContext http) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var from)
        && (string.Equals(from.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase)
            || (http.RequestServices.GetRequiredService<IOptions<FramevetOptions>>().Value.PublicUrl is { } url && new Uri(url).Authority == from.Authority));
}

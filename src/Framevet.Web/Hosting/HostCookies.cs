using Microsoft.Extensions.Primitives;

namespace Framevet.Web.Hosting;

/// <summary>
/// Over https every cookie carries the prefix <c>__Host-</c>: browsers then take it only from this very host, with TLS, for the whole host. The rest of
/// the server does not notice: the prefix goes on with the answer and off with the request, and what comes without it is not seen. Browsers refuse the
/// prefix over http, so a server on plain http on one machine keeps its cookies' own names.
/// </summary>
internal static class HostCookies
{
    /// <summary>What browsers know.</summary>
    public const string Prefix = "__Host-";

    public static IApplicationBuilder UseHostCookies(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        if (!http.Request.IsHttps)
        {
            return next(http);
        }

        http.Request.Headers.Cookie = Plain(http.Request.Headers.Cookie);
        http.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            headers.SetCookie = new StringValues([.. headers.SetCookie.Select(Prefixed)]);
            return Task.CompletedTask;
        }, http);
        return next(http);
    });

    /// <summary>The cookies with the prefix, without it.</summary>
    internal static StringValues Plain(StringValues header)
    {
        var ours = header.SelectMany(line => (line ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(cookie => cookie.StartsWith(Prefix, StringComparison.Ordinal)).Select(cookie => cookie[Prefix.Length..]).ToArray();
        return ours.Length == 0 ? StringValues.Empty : string.Join("; ", ours);
    }

    /// <summary>The cookie with the prefix and what it demands: the path of the whole host, TLS, no domain.</summary>
    internal static string? Prefixed(string? cookie)
    {
        if (string.IsNullOrEmpty(cookie) || cookie.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return cookie;
        }

        var parts = cookie.Split(';', StringSplitOptions.TrimEntries);
        var rest = parts.Skip(1).Where(part => !Is(part, "path") && !Is(part, "domain") && !Is(part, "secure"));
        return string.Join("; ", [Prefix + parts[0], "path=/", "secure", .. rest]);
    }

    private static bool Is(string part, string name) => part.Split('=')[0].Equals(name, StringComparison.OrdinalIgnoreCase);
}

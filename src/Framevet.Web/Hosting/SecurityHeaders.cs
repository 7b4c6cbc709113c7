namespace Framevet.Web.Hosting;

/// <summary>Headers that every answer carries.</summary>
internal static class SecurityHeaders
{
    /// <summary>
    /// Scripts come from this server only, never inline. Styles may be inline: the component library sizes its parts with style attributes.
    /// </summary>
    public const string PagePolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>For files that users sent or that were made of them: whatever they are, nothing in them runs.</summary>
    public const string FilePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

    /// <summary>Adds the headers; answers that set a stricter policy keep theirs.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            if (headers.ContentSecurityPolicy.Count == 0)
            {
                headers.ContentSecurityPolicy = PagePolicy;
            }

            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            return Task.CompletedTask;
        }, context);
        return next(context);
    });
}

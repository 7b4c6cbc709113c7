using Microsoft.Extensions.Options;

namespace Framevet.Web.Hosting;

/// <summary>Headers that every answer carries.</summary>
internal static class SecurityHeaders
{
    /// <summary>For files that users sent or that were made of them: whatever they are, nothing in them runs.</summary>
    public const string FilePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

    /// <summary>For answers to programs: nothing to load, nothing to show.</summary>
    public const string ProgramPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>
    /// Scripts and styles come from files of this server, never from inside a page; style attributes that components set are applied by a script
    /// (<c>js/theme.js</c>). Forms stay here; only signing out may go on to the organisation's provider.
    /// </summary>
    public static string PagePolicy(FramevetOptions options) =>
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
        + $"connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'{Provider(options)}; frame-ancestors 'none'";

    /// <summary>Adds the headers; answers that set a stricter policy keep theirs.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app)
    {
        var pages = PagePolicy(app.ApplicationServices.GetRequiredService<IOptions<FramevetOptions>>().Value);
        return app.Use((context, next) =>
        {
            context.Response.OnStarting(state =>
            {
                var http = (HttpContext)state;
                var headers = http.Response.Headers;
                if (headers.ContentSecurityPolicy.Count == 0)
                {
                    headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/api") || http.Request.Path.StartsWithSegments("/openapi") ? ProgramPolicy : pages;
                }

                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "same-origin";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
                if (http.Request.IsHttps)
                {
                    headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
                }

                return Task.CompletedTask;
            }, context);
            return next(context);
        });
    }

    private static string Provider(FramevetOptions options) => options.Oidc.Authority is { } authority ? $" {new Uri(authority).GetLeftPart(UriPartial.Authority)}" : "";
}

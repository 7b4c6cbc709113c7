using Framevet.Web.Api;
using Framevet.Web.Cluster;
using Framevet.Web.Hosting;
using Framevet.Web.Identity;
using Framevet.Web.Live;
using Framevet.Web.Telemetry;
using Microsoft.Extensions.Options;

namespace Framevet.Web;

/// <summary>The way of a request through the server, and all routes.</summary>
internal static class WebPipeline
{
    public static void UseFramevetWeb(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<FramevetOptions>>().Value;
        if (!app.Services.GetRequiredService<ThisNode>().ServesPeople)
        {
            // A worker answers supervisors and collectors of metrics, and has no door for anybody else.
            app.UseSecurityHeaders();
            app.UseMetricsDoor();
            app.UseRouting();
            app.UseAuthorization();
            app.MapHealth();
            app.MapMetrics();
            return;
        }

        // What the operator wrote wrongly stops the start, not the first sign-in.
        app.Services.GetRequiredService<SignInRate>();
        app.Services.GetRequiredService<BreachedList>();
        app.UseTrustedProxies(options);
        app.UseSecurityHeaders();
        app.UseHostCookies();
        app.UseTusProtocol();
        app.UseExceptionHandler("/error");
        app.UseWhen(http => ProgramPaths.Includes(http.Request.Path), b => b.UseStatusCodePages());
        app.UseWhen(http => !ProgramPaths.Includes(http.Request.Path), b => b.UseStatusCodePagesWithReExecute("/not-found"));
        app.UseMetricsDoor();
        app.UseSameOriginSockets();
        app.UseRouting();
        app.UseAuthentication();

        // Behind the question who calls: the limits count by user and by key.
        app.UseRateLimiter();
        app.UseEnrolFirst();
        app.UseAuthorization();
        app.UseAntiforgery();

        app.MapStaticAssets().AllowAnonymous();
        app.MapHealth();
        app.MapMetrics();
        app.MapAccount();
        app.MapCompany(options.Oidc);
        app.MapApi();
        app.MapMedia();
        app.MapGuests();
        app.MapHub<RunHub>(WebPaths.RunHub).RequireAuthorization(Policies.SignedIn, Scopes.RunsRead);
        app.MapRazorComponents<Components.App>()
            .AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null)
            .RequireAuthorization(Policies.SignedIn)
            .Add(AnswerHead);
    }

    // A page that only knows GET would send a HEAD to the fallback behind sign-in, so that the sign-in page redirected to itself.
    private static void AnswerHead(EndpointBuilder page)
    {
        if (page.Metadata.OfType<HttpMethodMetadata>().FirstOrDefault() is { } methods && methods.HttpMethods.Contains(HttpMethods.Get))
        {
            page.Metadata.Remove(methods);
            page.Metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head]));
        }
    }
}

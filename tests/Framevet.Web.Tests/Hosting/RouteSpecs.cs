using System.Reflection;
using Framevet.Web.Live;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Hosting;

/// <summary>Nobody reaches anything by accident.</summary>
public sealed class RouteSpecs(AppHost app) : IClassFixture<AppHost>
{
    /// <summary>What people and supervisors need before anybody signed in, and nothing else.</summary>
    private static readonly string[] Anonymous =
    [
        "/healthz", "/healthz/live", "/healthz/ready",
        // Has a door of its own, see MetricsSpecs.
        "/metrics",
        "/account/login", "/account/code", "/account/setup", "/account/invite", "/setup", "/invite", "/error", "/not-found",
        "/g/{token}/", "/g/{token}/password", "/g/{token}/picks", "/g/{token}/thumbs/{pts:long}.jpg", "/g/{token}/frames/{pts:long}.jpg",
    ];

    [Fact]
    public void Every_route_has_a_policy_or_is_on_the_anonymous_list()
    {
        var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        routes.Count.ShouldBeGreaterThan(40);
        routes.Where(r => !IsStaticFile(r))
            .Where(r => r.Metadata.GetMetadata<IAllowAnonymous>() is not null
                ? !Anonymous.Contains(Path(r))
                : r.Metadata.GetMetadata<IAuthorizeData>() is null)
            .Select(r => $"{r.DisplayName} {Path(r)}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_hub_method_names_its_policy() =>
        typeof(RunHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.GetBaseDefinition().DeclaringType != typeof(Hub))
            .Where(m => m.GetCustomAttributes<AuthorizeAttribute>().All(a => a.Policy is null))
            .Select(m => m.Name)
            .ShouldBeEmpty();

    [Fact]
    public async Task An_unknown_address_of_the_api_is_a_problem_and_no_page()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = app.Anonymous();

        using var answer = await client.GetAsync(new Uri("/api/v1/nothing", UriKind.Relative), ct);

        await answer.ShouldBeProblemAsync(System.Net.HttpStatusCode.Unauthorized, "sign-in-required", ct);
    }

    private static bool IsStaticFile(RouteEndpoint route) =>
        route.Metadata.Any(m => m.GetType().Name == "StaticAssetDescriptor") || Path(route) == "/{**path:file}";

    private static string Path(RouteEndpoint route) => "/" + (route.RoutePattern.RawText ?? "").TrimStart('/');
}

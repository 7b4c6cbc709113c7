using System.Net;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>Which role gets past the door of which route.</summary>
public sealed class RoleMatrixSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const string NoRun = "/api/v1/runs/00000000000000000000000000000000";
    private const string NoGuid = "00000000-0000-0000-0000-000000000000";

    private static readonly string[] Everybody = [.. Roles.All];
    private static readonly string[] Submitters = [Roles.Submitter, Roles.Curator, Roles.Moderator, Roles.Lead, Roles.Admin];
    private static readonly string[] Reviewers = [Roles.Moderator, Roles.Lead, Roles.Admin];

    private static readonly string[] Leads = [Roles.Lead, Roles.Admin];
    private static readonly string[] Auditors = [Roles.Admin, Roles.Auditor];

    // Every page: who sees it. Pages without a right are for everybody who is signed in.
    private static readonly (string Path, string[] Allowed)[] Pages =
    [
        ("/", Everybody), ("/about", Everybody), ("/about/api", Everybody), ("/keys", Everybody), ("/runs", Everybody), ($"/runs/{Guid.Empty:N}", Everybody), ($"/runs/{Guid.Empty:N}/gallery", Everybody),
        ($"/runs/{Guid.Empty:N}/exports", Everybody), ($"/runs/{Guid.Empty:N}/tune", Submitters), ("/recipes", Submitters), ("/gallery", Everybody),
        ($"/runs/{Guid.Empty:N}/frames/1", Everybody), ($"/runs/{Guid.Empty:N}/compare", Everybody), ("/submit", Submitters), ("/review", Reviewers), ($"/review/{NoGuid}", Reviewers), ("/review/me", Reviewers),
        ("/review-health", Leads), ("/review/rules", [Roles.Admin]), ("/audit", Auditors), ("/audit/report", Auditors), ("/settings", [Roles.Admin]), ("/doctor", [Roles.Admin]), ("/cluster", [Roles.Admin]), ("/users", [Roles.Admin]),
        ("/settings/policy", Reviewers), ("/settings/costs", Leads), ("/settings/lab", Leads), ("/settings/banks", Leads), ("/settings/webhooks", [Roles.Admin]), ("/models", Everybody), ("/problems", Submitters),
        ("/account", Everybody), ("/account/password", Everybody), ("/account/two-step", Everybody), ("/account/denied", Everybody),
    ];

    private static readonly (string Method, string Path, string[] Allowed)[] Matrix =
    [
        ("GET", "/api/v1/runs", Everybody),
        ("POST", "/api/v1/runs", Submitters),
        ("OPTIONS", "/api/v1/uploads", Submitters),
        ("GET", "/api/v1/uploads", Submitters),
        ("POST", "/api/v1/uploads", Submitters),
        ("POST", "/api/v1/uploads/known", Submitters),
        ("HEAD", $"/api/v1/uploads/{NoGuid}", Submitters),
        ("PATCH", $"/api/v1/uploads/{NoGuid}", Submitters),
        ("DELETE", $"/api/v1/uploads/{NoGuid}", Submitters),
        ("GET", "/api/v1/links", Submitters),
        ("POST", "/api/v1/links", Submitters),
        ("DELETE", "/api/v1/links", Submitters),
        ("POST", "/api/v1/links/look", Submitters),
        ("POST", $"/api/v1/links/{NoGuid}/cancel", Submitters),
        ("POST", $"/api/v1/links/{NoGuid}/retry", Submitters),
        ("GET", "/api/v1/links/cookies", Submitters),
        ("PUT", "/api/v1/links/cookies", Submitters),
        ("DELETE", "/api/v1/links/cookies", Submitters),
        ("GET", NoRun, Everybody),
        ("GET", $"{NoRun}/frames", Everybody),
        ("GET", $"{NoRun}/frames/1", Everybody),
        ("GET", $"{NoRun}/frames/1/detections", Everybody),
        ("GET", $"{NoRun}/marks", Everybody),
        ("POST", $"{NoRun}/marks", Submitters),
        ("GET", $"{NoRun}/stacks", Everybody),
        ("GET", $"{NoRun}/diverse", Everybody),
        ("GET", "/api/v1/presets", Everybody),
        ("PUT", "/api/v1/presets", Submitters),
        ("DELETE", $"/api/v1/presets/{NoGuid}", Submitters),
        ("GET", $"{NoRun}/people", Everybody),
        ("GET", $"{NoRun}/people/1", Everybody),
        ("GET", $"{NoRun}/verdict", Everybody),
        ("GET", $"{NoRun}/scenes", Everybody),
        ("GET", $"{NoRun}/log", Everybody),
        ("POST", $"{NoRun}/cancel", Submitters),
        ("POST", $"{NoRun}/retry", Submitters),
        ("POST", $"{NoRun}/exports", Submitters),
        ("PUT", $"{NoRun}/keep", Submitters),
        ("PUT", $"{NoRun}/hold", [Roles.Admin]),
        ("GET", "/api/v1/retention", [Roles.Admin]),
        ("POST", "/api/v1/retention/plan", [Roles.Admin]),
        ("POST", "/api/v1/retention/sweep", [Roles.Admin]),
        ("GET", "/api/v1/quota", Submitters),
        ("GET", "/api/v1/users/x/quota", [Roles.Admin]),
        ("PUT", "/api/v1/users/x/quota", [Roles.Admin]),
        ("GET", $"{NoRun}/exports", Everybody),
        ("POST", $"/api/v1/exports/{NoGuid}/repeat", Submitters),
        ("DELETE", $"/api/v1/exports/{NoGuid}", Submitters),
        ("GET", $"{NoRun}/shares", Submitters),
        ("POST", $"{NoRun}/shares", Submitters),
        ("DELETE", $"/api/v1/shares/{NoGuid}", Submitters),
        ("GET", $"/api/v1/shares/{NoGuid}/picks", Submitters),
        ("GET", $"{NoRun}/selections", Submitters),
        ("POST", $"{NoRun}/selections", Submitters),
        ("POST", $"{NoRun}/selections/try", Submitters),
        ("POST", $"{NoRun}/selections/1/apply", Submitters),
        ("GET", $"{NoRun}/selections/compare", Submitters),
        ("POST", "/api/v1/faces", Submitters),
        ("GET", $"/api/v1/exports/{NoGuid}", Everybody),
        ("GET", $"/api/v1/exports/{NoGuid}/file", Everybody),
        ("GET", "/api/v1/review", Reviewers),
        ("GET", "/api/v1/review/summary", Reviewers),
        ("GET", $"/api/v1/review/{NoGuid}", Reviewers),
        ("POST", "/api/v1/review/claim-next", Reviewers),
        ("POST", $"/api/v1/review/{NoGuid}/claim", Reviewers),
        ("POST", $"/api/v1/review/{NoGuid}/renew", Reviewers),
        ("POST", $"/api/v1/review/{NoGuid}/release", Reviewers),
        ("POST", $"/api/v1/review/{NoGuid}/decide", Reviewers),
        ("GET", "/api/v1/review/queues", Reviewers),
        ("PUT", "/api/v1/review/queues/violence/star", Reviewers),
        ("DELETE", "/api/v1/review/queues/violence/star", Reviewers),
        ("GET", "/api/v1/review/exposure", Reviewers),
        ("GET", "/api/v1/review/health", Leads),
        ("POST", $"/api/v1/review/{NoGuid}/hold", Reviewers),
        ("POST", $"/api/v1/review/{NoGuid}/ask", Reviewers),
        ("POST", $"/api/v1/review/{NoGuid}/undo", Reviewers),
        ("POST", $"/api/v1/review/{NoGuid}/reverse", Reviewers),
        ("POST", $"/api/v1/review/{NoGuid}/golden", Leads),
        ("GET", $"{NoRun}/appeal", Everybody),
        ("POST", $"{NoRun}/appeal", Submitters),
        ("GET", "/api/v1/audit", Auditors),
        ("GET", "/api/v1/audit/verify", Auditors),
        ("GET", "/api/v1/audit/export", Auditors),
        ("GET", "/api/v1/audit/report", Auditors),
        ("GET", "/api/v1/settings", Everybody),
        ("PUT", "/api/v1/settings", [Roles.Admin]),
        ("PUT", "/api/v1/recipes", [Roles.Curator, Roles.Admin]),
        ("GET", "/api/v1/parts", Everybody),
        ("GET", "/api/v1/policy", Reviewers),
        ("GET", "/api/v1/policy/labels", Everybody),
        ("GET", "/api/v1/policy/versions", Reviewers),
        ("GET", "/api/v1/policy/trial", Reviewers),
        ("POST", "/api/v1/policy/trial", Reviewers),
        ("PUT", "/api/v1/policy", [Roles.Admin]),
        ("POST", "/api/v1/policy/diff", [Roles.Admin]),
        ("POST", "/api/v1/policy/versions/0/rollback", [Roles.Admin]),
        ("GET", "/api/v1/lab/curve?label=explicit", Leads),
        ("GET", "/api/v1/lab/misses?label=explicit", Leads),
        ("POST", "/api/v1/lab/backtest", Leads),
        ("POST", "/api/v1/lab/apply", [Roles.Admin]),
        ("GET", "/api/v1/costs", Leads),
        ("POST", "/api/v1/costs/forecast", Submitters),
        ("GET", "/api/v1/banks", Leads),
        ("GET", "/api/v1/banks/export", Leads),
        ("POST", "/api/v1/banks/import/x", [Roles.Admin]),
        ("DELETE", $"/api/v1/banks/{NoGuid}", [Roles.Admin]),
        ("GET", "/api/v1/webhooks", [Roles.Admin]),
        ("POST", "/api/v1/webhooks", [Roles.Admin]),
        ("PUT", $"/api/v1/webhooks/{NoGuid}", [Roles.Admin]),
        ("DELETE", $"/api/v1/webhooks/{NoGuid}", [Roles.Admin]),
        ("POST", $"/api/v1/webhooks/{NoGuid}/test", [Roles.Admin]),
        ("GET", "/api/v1/webhooks/deliveries", [Roles.Admin]),
        ("POST", "/api/v1/webhooks/deliveries/1/replay", [Roles.Admin]),
        ("GET", "/api/v1/models", Everybody),
        ("GET", "/api/v1/models/no-such", Everybody),
        ("POST", "/api/v1/models", [Roles.Admin]),
        ("POST", "/api/v1/models/look", [Roles.Admin]),
        ("POST", "/api/v1/models/no-such/pull", [Roles.Admin]),
        ("POST", "/api/v1/models/no-such/cancel", [Roles.Admin]),
        ("POST", "/api/v1/models/no-such/accept", [Roles.Admin]),
        ("POST", "/api/v1/models/no-such/verify", [Roles.Admin]),
        ("DELETE", "/api/v1/models/no-such", [Roles.Admin]),
        ("GET", "/api/v1/account", Everybody),
        ("GET", "/api/v1/account/sessions", Everybody),
        ("DELETE", $"/api/v1/account/sessions/{NoGuid}", Everybody),
        ("DELETE", "/api/v1/account/sessions", Everybody),
        ("GET", "/api/v1/account/keys", Everybody),
        ("POST", "/api/v1/account/keys", Everybody),
        ("DELETE", $"/api/v1/account/keys/{NoGuid}", Everybody),
        ("GET", "/api/v1/csrf", Everybody),
        ("GET", "/openapi/v1.json", Everybody),
        ("GET", "/media/thumbs/x/1.jpg", Everybody),
        ("GET", "/media/frames/x/1.jpg", Everybody),
        ("GET", "/media/faces/x/1/0.jpg", Everybody),
        ("GET", "/media/strips/x.png", Everybody),
    ];

    // What nobody has to be signed in for: the ways in, and what a program asks that watches over the server. The hub has its own matrix, and circuits show pages, which have theirs.
    private static readonly string[] OpenRoutes =
    [
        "/_blazor", "/_blazor/disconnect", "/_blazor/initializers", "/_blazor/negotiate", "/account/code", "/account/invite", "/account/login", "/account/logout", "/account/setup", "/error",
        "/healthz", "/healthz/live", "/healthz/ready", "/hubs/runs", "/hubs/runs/negotiate", "/invite", "/not-found", "/setup",

        // For whoever is signed in, see TwoStepSpecs; for whoever has the link, see SharingSpecs; with a door of its own, see OperationSpecs.
        "/account/two-step/codes", "/account/two-step/off", "/account/two-step/on",
        "/g/{token}", "/g/{token}/frames/{pts:long}.jpg", "/g/{token}/password", "/g/{token}/picks", "/g/{token}/thumbs/{pts:long}.jpg",
        "/metrics",
    ];

    // Files that every page needs.
    private static readonly string[] Assets = ["/_content/", "/_framework/", "/css/", "/js/", "/lib/", "/favicon.", "/Framevet.Web."];

    [Theory]
    [InlineData(Roles.Submitter)]
    [InlineData(Roles.Curator)]
    [InlineData(Roles.Moderator)]
    [InlineData(Roles.Lead)]
    [InlineData(Roles.Admin)]
    [InlineData(Roles.Auditor)]
    public async Task A_role_opens_exactly_its_routes(string role)
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync($"matrix-{role}", [role], ct);
        var wrong = new List<string>();
        foreach (var (method, path, allowed) in Matrix)
        {
            var status = await SendAsync(client, method, path, ct);
            if ((status == HttpStatusCode.Forbidden) == allowed.Contains(role) || status is HttpStatusCode.Unauthorized or HttpStatusCode.InternalServerError)
            {
                wrong.Add($"{method} {path}: {status}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_sign_in_every_route_of_the_matrix_is_closed()
    {
        using var client = app.Anonymous();
        var open = new List<string>();
        foreach (var (method, path, _) in Matrix)
        {
            if (await SendAsync(client, method, path, TestContext.Current.CancellationToken) is not HttpStatusCode.Unauthorized and var status)
            {
                open.Add($"{method} {path}: {status}");
            }
        }

        open.ShouldBeEmpty();
    }

    [Fact]
    public void The_matrix_knows_every_route_of_the_api()
    {
        using var client = app.Anonymous();
        var known = Matrix.Select(m => $"{m.Method} {Shape(m.Path)}").ToHashSet();

        app.Services.GetEndpoints().Where(e => e.Path.StartsWith("/api/v1/", StringComparison.Ordinal) && !e.Path.Contains("{*", StringComparison.Ordinal))
            .Select(e => $"{e.Method} {e.Path}")
            .Where(route => !known.Any(k => Matches(k, route)))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_other_route_is_in_the_matrix_a_page_or_listed_as_open_to_all()
    {
        using var client = app.Anonymous();
        var known = Matrix.Select(m => $"{m.Method} {Shape(m.Path)}").ToHashSet();

        app.Services.GetEndpoints().Where(e => !e.Path.StartsWith("/api/v1/", StringComparison.Ordinal) && !Assets.Any(a => e.Path.StartsWith(a, StringComparison.Ordinal)))
            .Where(e => !known.Any(k => Matches(k, $"{e.Method} {e.Path}")) && !Pages.Any(p => p.Path == e.Path || Matches(p.Path, e.Path)))
            .Select(e => e.Path).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(OpenRoutes.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Roles.Submitter)]
    [InlineData(Roles.Curator)]
    [InlineData(Roles.Moderator)]
    [InlineData(Roles.Lead)]
    [InlineData(Roles.Admin)]
    [InlineData(Roles.Auditor)]
    public async Task A_role_opens_exactly_its_pages(string role)
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync($"pages-{role}", [role], ct);
        var wrong = new List<string>();
        foreach (var (path, allowed) in Pages)
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), ct);
            var isDenied = answer.StatusCode == HttpStatusCode.Forbidden || answer.Headers.Location?.ToString().Contains(WebPaths.Denied, StringComparison.Ordinal) == true;
            if (isDenied == allowed.Contains(role) || (!isDenied && answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound)))
            {
                wrong.Add($"{path}: {answer.StatusCode}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void The_matrix_knows_every_page_that_needs_a_sign_in() =>
        typeof(Program).Assembly.GetTypes()
            .Where(t => t.GetCustomAttributes(typeof(Microsoft.AspNetCore.Authorization.AllowAnonymousAttribute), false).Length == 0)
            .SelectMany(t => t.GetCustomAttributes(typeof(Microsoft.AspNetCore.Components.RouteAttribute), false).Cast<Microsoft.AspNetCore.Components.RouteAttribute>())
            .Select(r => r.Template)
            .Where(route => !Pages.Any(p => p.Path == route || Matches(p.Path, route)))
            .ShouldBeEmpty();

    [Fact]
    public void Every_method_of_the_hub_names_its_policy() =>
        typeof(Framevet.Web.Live.RunHub).GetMethods(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.DeclaredOnly)
            .ToDictionary(m => m.Name, m => string.Join(' ', m.GetCustomAttributes(typeof(Microsoft.AspNetCore.Authorization.AuthorizeAttribute), false)
                .Cast<Microsoft.AspNetCore.Authorization.AuthorizeAttribute>().Select(a => a.Policy).Order(StringComparer.Ordinal)))
            .ShouldBe(new Dictionary<string, string>
            {
                ["Subscribe"] = Policies.SignedIn,
                ["Unsubscribe"] = Policies.SignedIn,
                ["SubscribeReview"] = $"{Scopes.Review} {Policies.Review}",
            }, ignoreOrder: true);

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, string method, string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method != "GET")
        {
            request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        }

        using var answer = await client.SendAsync(request, ct);
        return answer.StatusCode;
    }

    private static string Shape(string path) => path.Split('?')[0].TrimEnd('/');

    /// <summary>Compares segment by segment; a route's parameter takes any segment.</summary>
    private static bool Matches(string known, string route)
    {
        var (a, b) = (known.Split('/'), route.TrimEnd('/').Split('/'));
        return a.Length == b.Length && a.Zip(b).All(pair => pair.Second.StartsWith('{') || pair.First == pair.Second);
    }
}

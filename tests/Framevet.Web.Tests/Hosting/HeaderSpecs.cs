using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Framevet.Web.Hosting;
using Framevet.Web.Identity;

namespace Framevet.Web.Tests.Hosting;

/// <summary>What every answer says to browsers.</summary>
public sealed partial class HeaderSpecs(AppHost app) : IClassFixture<AppHost>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_answer_of_every_route_carries_the_security_headers(bool isSignedIn)
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = isSignedIn ? await app.SignInAsync("header-walker", [.. Roles.All], ct) : app.Anonymous();
        var faults = new List<string>();
        var routes = app.Services.GetEndpoints().Where(e => e.Path is not WebPaths.Logout).Append(("GET", "/nothing-here")).Append(("GET", "/api/v1/nothing-here")).Distinct().ToList();
        foreach (var (method, path) in routes)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), Concrete(path));
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            faults.AddRange(Faults(answer).Select(fault => $"{method} {path} ({(int)answer.StatusCode}): {fault}"));
        }

        routes.Count.ShouldBeGreaterThan(120);
        faults.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/submit")]
    [InlineData("/review")]
    [InlineData("/settings")]
    [InlineData("/users")]
    [InlineData("/account")]
    [InlineData("/account/two-step")]
    [InlineData("/account/password")]
    [InlineData("/account/login")]
    [InlineData("/account/code")]
    [InlineData("/models")]
    [InlineData("/about")]
    public async Task No_page_has_a_script_or_a_style_that_the_policy_would_stop(string path)
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync($"pages{path.Replace('/', '-')}", [Roles.Admin], ct);

        var html = await client.GetStringAsync(new Uri(path, UriKind.Relative), ct);

        html.ShouldContain("_framework/blazor.web.");
        InlineScript().Matches(html).Select(m => m.Value).ShouldBeEmpty();
        EventAttribute().Matches(html).Select(m => m.Value).ShouldBeEmpty();
        InlineStyle().Matches(html).Select(m => m.Value).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/_blazor/negotiate")]
    [InlineData("/hubs/runs/negotiate")]
    public async Task A_page_of_another_site_opens_no_socket(string path)
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync($"socket{path.Length}", [Roles.Submitter], ct);
        using var foreign = new HttpRequestMessage(HttpMethod.Post, $"{path}?negotiateVersion=1");
        foreign.Headers.Add("Origin", "http://evil.example");
        using var own = new HttpRequestMessage(HttpMethod.Post, $"{path}?negotiateVersion=1");
        own.Headers.Add("Origin", "http://localhost");

        using var refused = await client.SendAsync(foreign, ct);
        using var taken = await client.SendAsync(own, ct);

        refused.StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);
        taken.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
    }

    [Fact]
    public async Task Over_https_browsers_are_told_to_stay_there()
    {
        using var secure = app.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = new Uri("https://localhost") });
        using var plain = app.Anonymous();

        using var told = await secure.GetAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken);
        using var untold = await plain.GetAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken);

        Header(told.Headers, "Strict-Transport-Security").ShouldBe("max-age=31536000; includeSubDomains");
        untold.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    [Fact]
    public async Task Over_https_every_cookie_belongs_to_this_host_alone()
    {
        var ct = TestContext.Current.CancellationToken;
        await app.CreateUserAsync("tls", Roles.Submitter);
        using var client = app.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = new Uri("https://localhost") });
        using var page = await client.GetAsync(new Uri(WebPaths.Login, UriKind.Relative), ct);
        using var answer = await AppHost.PostFormAsync(client, WebPaths.Login, WebPaths.Login, new() { ["name"] = "tls", ["password"] = AppHost.Password }, ct);

        answer.Headers.Location!.ToString().ShouldBe("/");
        var cookies = page.Headers.GetValues("Set-Cookie").Concat(answer.Headers.GetValues("Set-Cookie")).ToList();
        cookies.Count.ShouldBeGreaterThan(1);
        foreach (var cookie in cookies)
        {
            cookie.ShouldStartWith("__Host-framevet");
            cookie.ShouldContain("; path=/; secure");
            cookie.ShouldContain("httponly", Case.Insensitive);
            cookie.ShouldContain("samesite=", Case.Insensitive);
            cookie.ShouldNotContain("domain=", Case.Insensitive);
        }

        (await client.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), ct)).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        var value = cookies.Single(c => c.StartsWith("__Host-framevet=", StringComparison.Ordinal)).Split(';')[0]["__Host-".Length..];
        using var bare = app.Server.CreateClient();
        bare.BaseAddress = new Uri("https://localhost");
        using var planted = new HttpRequestMessage(HttpMethod.Get, WebPaths.Runs) { Headers = { { "Cookie", value } } };
        (await bare.SendAsync(planted, ct)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized, "a cookie without the prefix may come from a neighbour");
    }

    [Fact]
    public void The_policy_lets_only_files_of_this_server_run_or_style() =>
        Web.Hosting.SecurityHeaders.PagePolicy(new FramevetOptions()).ShouldNotContain("unsafe");

    private static IEnumerable<string> Faults(HttpResponseMessage answer)
    {
        var policy = Header(answer.Headers, "Content-Security-Policy");
        if (!policy.Contains("frame-ancestors 'none'", StringComparison.Ordinal) || policy.Contains("unsafe", StringComparison.Ordinal) || !policy.StartsWith("default-src '", StringComparison.Ordinal))
        {
            yield return $"policy {policy}";
        }

        foreach (var (name, value) in new[]
        {
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        })
        {
            if (Header(answer.Headers, name) != value)
            {
                yield return $"{name}: {Header(answer.Headers, name)}";
            }
        }

        if (answer.Headers.Contains("Server") || answer.Headers.Contains("X-Powered-By") || answer.Headers.Contains("Access-Control-Allow-Origin"))
        {
            yield return "tells too much";
        }
    }

    /// <summary>An address for a route's pattern: something in place of each parameter.</summary>
    private static string Concrete(string pattern) => Parameter().Replace(pattern, m => m.Value.Contains("guid", StringComparison.OrdinalIgnoreCase) ? Guid.Empty.ToString()
        : m.Value.Contains("int", StringComparison.Ordinal) || m.Value.Contains("long", StringComparison.Ordinal) ? "1" : "x");

    private static string Header(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? string.Join(",", values) : "";

    [GeneratedRegex("\\{[^}]*\\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("<script(?![^>]*\\ssrc=)[^>]*>")]
    private static partial Regex InlineScript();

    [GeneratedRegex("<style[^>]*>|<[^>]+\\sstyle=\"[^\"]*\"")]
    private static partial Regex InlineStyle();

    [GeneratedRegex("<[^>]+\\son[a-z]+=\"[^\"]*\"")]
    private static partial Regex EventAttribute();
}

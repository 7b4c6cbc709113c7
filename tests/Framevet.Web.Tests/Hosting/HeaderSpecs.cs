using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Framevet.Web.Identity;

namespace Framevet.Web.Tests.Hosting;

/// <summary>What every answer says to browsers.</summary>
public sealed partial class HeaderSpecs(AppHost app) : IClassFixture<AppHost>
{
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/account/login")]
    [InlineData("/api/v1/runs")]
    [InlineData("/media/thumbs/x/1.jpg")]
    [InlineData("/nothing-here")]
    [InlineData("/css/app.css")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var client = app.Anonymous();

        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        var policy = Header(answer.Headers, "Content-Security-Policy");
        policy.ShouldContain("frame-ancestors 'none'");
        ScriptSources().Match(policy).Value.ShouldBe("script-src 'self'");
        Header(answer.Headers, "X-Content-Type-Options").ShouldBe("nosniff");
        Header(answer.Headers, "Referrer-Policy").ShouldBe("same-origin");
        answer.Headers.Contains("Server").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/submit")]
    public async Task No_page_has_a_script_that_the_policy_would_stop(string path)
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync($"pages{path.Trim('/')}", [Roles.Admin], ct);

        var html = await client.GetStringAsync(new Uri(path, UriKind.Relative), ct);

        html.ShouldContain("_framework/blazor.web.");
        InlineScript().Matches(html).Select(m => m.Value).ShouldBeEmpty();
        EventAttribute().Matches(html).Select(m => m.Value).ShouldBeEmpty();
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

    private static string Header(HttpResponseHeaders headers, string name) => string.Join(",", headers.GetValues(name));

    [GeneratedRegex("script-src[^;]*")]
    private static partial Regex ScriptSources();

    [GeneratedRegex("<script(?![^>]*\\ssrc=)[^>]*>")]
    private static partial Regex InlineScript();

    [GeneratedRegex("<[^>]+\\son[a-z]+=\"[^\"]*\"")]
    private static partial Regex EventAttribute();
}

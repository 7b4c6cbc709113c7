using System.Net;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Identity;

/// <summary>Signing in, and what must not work.</summary>
public sealed class SignInSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static readonly Actor Admin = new("admin", "Admin", Roles.RightsOf(Roles.Admin));

    [Fact]
    public async Task A_locked_account_refuses_even_the_right_password()
    {
        var ct = TestContext.Current.CancellationToken;
        await app.CreateUserAsync("locked", Roles.Submitter);
        using var client = app.Anonymous();
        for (var i = 0; i < 5; i++)
        {
            (await LoginAsync(client, "locked", "wrong", ct)).ShouldEndWith("error=credentials");
        }

        (await LoginAsync(client, "locked", AppHost.Password, ct)).ShouldEndWith("error=credentials");
    }

    [Fact]
    public async Task The_sign_in_page_answers_a_HEAD_as_it_answers_a_GET()
    {
        using var client = app.Anonymous();
        using var head = new HttpRequestMessage(HttpMethod.Head, WebPaths.Login);

        using var answer = await client.SendAsync(head, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Location.ShouldBeNull();
    }

    [Fact]
    public async Task An_unknown_name_and_a_wrong_password_look_the_same()
    {
        var ct = TestContext.Current.CancellationToken;
        await app.CreateUserAsync("known", Roles.Submitter);
        using var client = app.Anonymous();

        (await LoginAsync(client, "known", "wrong", ct)).ShouldBe(await LoginAsync(client, "nobody", "wrong", ct));
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var client = app.Anonymous();
        using var form = new FormUrlEncodedContent([new("name", "x"), new("password", "y")]);

        using var answer = await client.PostAsync(new Uri(WebPaths.Login, UriKind.Relative), form, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public void Every_form_and_every_unsafe_call_of_the_API_asks_for_its_token()
    {
        // Minimal APIs that read a form carry the token's metadata; the API checks its header in a filter of the whole group, and the pages of guests check theirs by themselves (SharingSpecs
        // sends forged forms to both).
        var unsafeRoutes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Any(m => m is "POST" or "PUT" or "PATCH" or "DELETE") == true)
            .Where(e => e.RoutePattern.RawText?.StartsWith(WebPaths.Api, StringComparison.Ordinal) != true && e.RoutePattern.RawText?.StartsWith("/g/", StringComparison.Ordinal) != true && !(e.RoutePattern.RawText ?? "").TrimStart('/').StartsWith("_blazor", StringComparison.Ordinal)
                && !(e.RoutePattern.RawText ?? "").TrimStart('/').StartsWith("hubs/", StringComparison.Ordinal)).ToList();

        unsafeRoutes.Count.ShouldBeGreaterThan(8);
        unsafeRoutes.Where(e => e.Metadata.GetMetadata<IAntiforgeryMetadata>() is not { RequiresValidation: true }).Select(e => $"{e.DisplayName}").ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_is_signed_out_by_another_site()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("stays", [Roles.Submitter], ct);
        client.DefaultRequestHeaders.Remove(WebPaths.CsrfHeader);
        using var form = new FormUrlEncodedContent([new("x", "y")]);

        using var answer = await client.PostAsync(new Uri(WebPaths.Logout, UriKind.Relative), form, ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.IsInAsync(ct)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("/runs", "/runs")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    public void After_signing_in_nobody_leaves_the_server(string wish, string target) =>
        AccountRoutes.LocalOr(wish, "/").ShouldBe(target);

    [Fact]
    public async Task An_invite_sets_the_first_password_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var link = await app.Services.GetRequiredService<UserDesk>().CreateAsync("invited", null, [Roles.Curator], Admin, ct);
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(new Uri("http://x"), link.Path).Query);
        using var client = app.Anonymous();

        using var first = await AcceptAsync(client, link, query["token"]!, ct);
        using var again = await AcceptAsync(app.Anonymous(), link, query["token"]!, ct);

        first.Headers.Location!.ToString().ShouldBe("/");
        (await client.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
        again.Headers.Location!.ToString().ShouldContain("error=");
    }

    [Fact]
    public async Task A_deactivated_account_loses_its_key_and_cannot_sign_in()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.KeyClientAsync("leaver", [Roles.Submitter], [Scopes.RunsRead], ct);
        (await client.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var users = app.Services.GetRequiredService<Framevet.Data.Queries.UsersQuery>();
        var id = (await users.PageAsync("leaver", 0, 10, ct)).Rows.Single().Id;

        await app.Services.GetRequiredService<UserDesk>().SetActiveAsync(id, false, Admin, ct);

        (await client.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), ct)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await LoginAsync(app.Anonymous(), "leaver", AppHost.Password, ct)).ShouldEndWith("error=credentials");
    }

    [Fact]
    public async Task The_last_admin_stays()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var alone = new AppHost();
        var admin = await alone.CreateUserAsync("only", Roles.Admin);
        var desk = alone.Services.GetRequiredService<UserDesk>();

        var demoted = await Should.ThrowAsync<Framevet.Pipeline.VettingException>(() => desk.ChangeRolesAsync(admin.Id, [Roles.Submitter], Admin, ct));
        var deactivated = await Should.ThrowAsync<Framevet.Pipeline.VettingException>(() => desk.SetActiveAsync(admin.Id, false, Admin, ct));

        demoted.Code.ShouldBe(Framevet.Pipeline.FailureCode.Conflict);
        deactivated.Code.ShouldBe(Framevet.Pipeline.FailureCode.Conflict);
    }

    private static Task<HttpResponseMessage> AcceptAsync(HttpClient client, InviteLink link, string token, CancellationToken ct) =>
        AppHost.PostFormAsync(client, WebPaths.Login, WebPaths.InvitePost, new() { ["user"] = link.UserId, ["token"] = token, ["password"] = AppHost.Password }, ct);

    private static async Task<string> LoginAsync(HttpClient client, string name, string password, CancellationToken ct)
    {
        using var answer = await AppHost.PostFormAsync(client, WebPaths.Login, WebPaths.Login, new() { ["name"] = name, ["password"] = password }, ct);
        return answer.Headers.Location?.ToString() ?? answer.StatusCode.ToString();
    }
}

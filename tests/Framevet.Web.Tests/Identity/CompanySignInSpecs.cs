using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Identity;

/// <summary>Sign-in with a provider that really runs, on loopback.</summary>
public sealed class CompanySignInSpecs : IAsyncLifetime
{
    private readonly AppHost _host = new();
    private OidcProvider _provider = null!;

    public async ValueTask InitializeAsync() => _provider = await OidcProvider.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Somebody_new_gets_an_account_with_the_role_that_the_provider_names()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App(("Roles:vetters", Roles.Moderator), ("Roles:bosses", Roles.Lead));
        _provider.Claims = Claims("ada", "Ada Lovelace", ["vetters", "chess club"]);
        using var client = Client(app);

        (await SignInAsync(client, ct)).ShouldBe("/");

        (await client.IsInAsync(ct)).ShouldBeTrue();
        var user = (await UsersAsync(app, "", ct)).Single();
        user.Name.ShouldBe("Ada Lovelace");
        user.Roles.ShouldBe([Roles.Moderator]);
        _provider.LastAsked["code_challenge_method"].ShouldBe("S256");
        _provider.LastAsked["response_type"].ShouldBe("code");
        _provider.LastAsked["scope"].ShouldBe("openid profile");
        _provider.Exchanges.ShouldBe(1);
    }

    [Fact]
    public async Task Roles_follow_the_provider_at_each_sign_in()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App(("Roles:vetters", Roles.Moderator), ("Roles:bosses", Roles.Lead));
        _provider.Claims = Claims("ada", "Ada", ["vetters"]);
        (await SignInAsync(Client(app), ct)).ShouldBe("/");
        _provider.Claims = Claims("ada renamed", "Ada", ["bosses"]);
        (await SignInAsync(Client(app), ct)).ShouldBe("/");

        (await UsersAsync(app, "", ct)).Single().Roles.ShouldBe([Roles.Lead]);
    }

    [Fact]
    public async Task Without_a_role_of_ours_nobody_comes_in_where_there_is_no_usual_one()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App(("Roles:vetters", Roles.Moderator), ("DefaultRole", ""));
        _provider.Claims = Claims("eve", "Eve", ["chess club"]);
        using var client = Client(app);

        Uri.UnescapeDataString(await SignInAsync(client, ct)).ShouldContain("no role here");
        (await client.IsInAsync(ct)).ShouldBeFalse();
        (await UsersAsync(app, "", ct)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(OidcLie.Nonce)]
    [InlineData(OidcLie.Audience)]
    [InlineData(OidcLie.Issuer)]
    [InlineData(OidcLie.Expired)]
    [InlineData(OidcLie.Signature)]
    [InlineData(OidcLie.NoSignature)]
    public async Task A_token_that_is_not_right_in_every_part_opens_nothing(OidcLie lie)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App();
        _provider.Claims = Claims("mallory", "Mallory", []);
        _provider.Lie = lie;
        using var client = Client(app);

        (await SignInAsync(client, ct)).ShouldBe($"{WebPaths.Login}?error=company");

        _provider.Exchanges.ShouldBe(1);
        (await client.IsInAsync(ct)).ShouldBeFalse();
        (await UsersAsync(app, "", ct)).ShouldBeEmpty();
        _provider.Lie = OidcLie.None;
        (await SignInAsync(Client(app), ct)).ShouldBe("/", "the same token without the lie is taken");
    }

    [Fact]
    public async Task A_provider_that_calls_itself_another_one_opens_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App();
        _provider.Claims = Claims("mallory", "Mallory", []);
        _provider.Lie = OidcLie.Document;
        using var client = Client(app);

        (await SignInAsync(client, ct)).ShouldBe($"{WebPaths.Login}?error=company");

        (await client.IsInAsync(ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task An_answer_that_another_browser_asked_for_is_refused()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App();
        _provider.Claims = Claims("mallory", "Mallory", []);
        using var attacker = Client(app);
        using var victim = Client(app);
        var back = await ToProviderAndBackAsync(attacker, WebPaths.Company, ct);

        using var answer = await victim.GetAsync(back, ct);

        answer.Headers.Location!.ToString().ShouldBe($"{WebPaths.Login}?error=company");
        (await victim.IsInAsync(ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task An_account_of_the_same_name_or_address_is_not_taken_over()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App();
        await MakeAsync(app, "ada");
        _provider.Claims = Claims("ada", "Ada", []).SetItem("email", "ada@example.org");
        using var client = Client(app);

        Uri.UnescapeDataString(await SignInAsync(client, ct)).ShouldContain("account of your name exists");
        (await client.IsInAsync(ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_owner_links_an_account_and_signs_in_by_either_way()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App();
        await MakeAsync(app, "ada");
        _provider.Claims = Claims("somebody-at-the-provider", "Ada", []);
        using var owner = Client(app);
        (await owner.LoginAsync("ada", AppHost.Password, ct)).ShouldBe("/");

        (await FollowAsync(owner, await ToProviderAndBackAsync(owner, $"{WebPaths.Company}?link=1", ct), ct)).ShouldBe(WebPaths.Account);
        using var later = Client(app);
        (await SignInAsync(later, ct)).ShouldBe("/");

        (await later.IsInAsync(ct)).ShouldBeTrue();
        (await UsersAsync(app, "", ct)).Single().Name.ShouldBe("ada");
    }

    [Fact]
    public async Task Local_passwords_can_be_switched_off()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App(("LocalSignIn", "false"));
        await MakeAsync(app, "ada");
        using var client = Client(app);
        var page = await client.GetStringAsync(new Uri(WebPaths.Login, UriKind.Relative), ct);
        page.ShouldContain("login-company");
        page.ShouldNotContain("login-password");
        using var form = await AppHost.PostFormAsync(client, WebPaths.Code, WebPaths.Login, new() { ["name"] = "ada", ["password"] = AppHost.Password }, ct);

        form.Headers.Location!.ToString().ShouldEndWith("error=credentials");
        (await client.IsInAsync(ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task Signing_out_ends_both_sessions()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = App();
        _provider.Claims = Claims("ada", "Ada", []);
        using var client = Client(app);
        (await SignInAsync(client, ct)).ShouldBe("/");

        using var answer = await AppHost.PostFormAsync(client, WebPaths.TwoStep, WebPaths.Logout, [], ct);

        var target = answer.Headers.Location!;
        target.ToString().ShouldStartWith($"{_provider.Issuer}/logout?");
        target.Query.ShouldContain("id_token_hint=");
        target.Query.ShouldContain("post_logout_redirect_uri=");
        (await client.IsInAsync(ct)).ShouldBeFalse();
    }

    private static ImmutableDictionary<string, object> Claims(string name, string shown, string[] roles) =>
        ImmutableDictionary<string, object>.Empty.SetItem("preferred_username", name).SetItem("name", shown).SetItem("roles", roles);

    private WebApplicationFactory<Program> App(params (string Key, string Value)[] settings) => _host.WithWebHostBuilder(b =>
    {
        b.UseSetting("Framevet:Oidc:Authority", _provider.Issuer).UseSetting("Framevet:Oidc:ClientId", OidcProvider.ClientId)
            .UseSetting("Framevet:Oidc:ClientSecret", OidcProvider.ClientSecret).UseSetting("Framevet:Oidc:AllowHttp", "true");
        settings.ToList().ForEach(s => b.UseSetting($"Framevet:Oidc:{s.Key}", s.Value));
    });

    private static HttpClient Client(WebApplicationFactory<Program> app) => app.CreateClient(new() { AllowAutoRedirect = false });

    private static async Task<string> SignInAsync(HttpClient client, CancellationToken ct) => await FollowAsync(client, await ToProviderAndBackAsync(client, WebPaths.Company, ct), ct);

    /// <summary>Goes to the provider as a browser would; the address at which it sends the browser back.</summary>
    private static async Task<Uri> ToProviderAndBackAsync(HttpClient client, string start, CancellationToken ct)
    {
        using var challenge = await client.GetAsync(new Uri(start, UriKind.Relative), ct);
        using var loopback = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(loopback);
        using var answer = await browser.GetAsync(challenge.Headers.Location, ct);
        return answer.Headers.Location!;
    }

    /// <summary>Brings the provider's answer back; where the server leads in the end.</summary>
    private static async Task<string> FollowAsync(HttpClient client, Uri back, CancellationToken ct)
    {
        using var answer = await client.GetAsync(back, ct);
        var target = answer.Headers.Location!.ToString();
        if (!target.StartsWith(WebPaths.CompanyBack, StringComparison.Ordinal))
        {
            return target;
        }

        using var end = await client.GetAsync(new Uri(target, UriKind.Relative), ct);
        return end.Headers.Location!.ToString();
    }

    private static async Task<ImmutableArray<UserRow>> UsersAsync(WebApplicationFactory<Program> app, string text, CancellationToken ct) =>
        [.. (await app.Services.GetRequiredService<UsersQuery>().PageAsync(text, 0, 10, ct)).Rows];

    private static async Task MakeAsync(WebApplicationFactory<Program> app, string name)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<Framevet.Data.Tables.FramevetUser>>();
        var user = new Framevet.Data.Tables.FramevetUser { UserName = name, Email = $"{name}@example.org", CreatedAt = TimeProvider.System.GetUtcNow() };
        (await users.CreateAsync(user, AppHost.Password)).Succeeded.ShouldBeTrue();
    }
}

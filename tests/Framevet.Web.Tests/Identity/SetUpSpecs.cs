using Framevet.Data.Stores;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Identity;

/// <summary>The first admin, one server each: the state before set-up exists only once.</summary>
public sealed class SetUpSpecs
{
    [Fact]
    public async Task The_link_makes_one_admin_and_works_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = new AppHost();
        var token = await app.Services.GetRequiredService<SetupTokenStore>().CreateAsync(TimeSpan.FromHours(24), ct);
        using var first = app.Anonymous();
        using var second = app.Anonymous();

        using var made = await PostAsync(first, token, "ada", AppHost.Password, ct);
        using var again = await PostAsync(second, token, "eve", AppHost.Password, ct);

        made.Headers.Location!.ToString().ShouldBe("/");
        (await first.GetAsync(new Uri("/api/v1/settings", UriKind.Relative), ct)).IsSuccessStatusCode.ShouldBeTrue();
        again.Headers.Location!.ToString().ShouldContain("error=");
        (await second.GetAsync(new Uri("/api/v1/settings", UriKind.Relative), ct)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_weak_password_does_not_use_the_link_up()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = new AppHost();
        var token = await app.Services.GetRequiredService<SetupTokenStore>().CreateAsync(TimeSpan.FromHours(24), ct);
        using var client = app.Anonymous();

        using var weak = await PostAsync(client, token, "ada", "short", ct);
        using var good = await PostAsync(client, token, "ada", AppHost.Password, ct);

        Uri.UnescapeDataString(weak.Headers.Location!.ToString()).ShouldContain("12 to 256 characters");
        good.Headers.Location!.ToString().ShouldBe("/");
    }

    [Fact]
    public async Task A_guessed_token_makes_nobody_admin()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = new AppHost();
        using var client = app.Anonymous();

        using var answer = await PostAsync(client, "guessed", "eve", AppHost.Password, ct);

        answer.Headers.Location!.ToString().ShouldContain("error=");
        await using var scope = app.Services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<FirstRun>().NewTokenAsync(ct)).ShouldNotBeNull();
    }

    // The form token comes from the sign-in page: the set-up page has no form for a link that does not work.
    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string token, string name, string password, CancellationToken ct) =>
        AppHost.PostFormAsync(client, WebPaths.Login, WebPaths.SetupPost, new() { ["token"] = token, ["name"] = name, ["password"] = password }, ct);
}

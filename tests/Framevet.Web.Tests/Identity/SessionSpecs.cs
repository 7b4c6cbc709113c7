using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Identity;

/// <summary>Who is signed in where, and the end of it.</summary>
public sealed class SessionSpecs(AppHost app) : IClassFixture<AppHost>
{
    [Fact]
    public async Task An_ended_session_opens_nothing_from_that_moment_and_the_others_go_on()
    {
        var ct = TestContext.Current.CancellationToken;
        using var here = await app.SignInAsync("two-browsers", [Roles.Submitter], ct);
        using var there = await SecondAsync("two-browsers", ct);
        (await here.IsInAsync(ct) && await there.IsInAsync(ct)).ShouldBeTrue();
        var (desk, actor) = (app.Services.GetRequiredService<SessionDesk>(), await ActorAsync("two-browsers", ct));
        var sessions = await desk.OfAsync(actor, ct);
        sessions.Select(s => s.Device).ShouldBe(["Firefox on Linux", "Unknown browser"], ignoreOrder: true);

        await desk.EndAsync(sessions.Single(s => s.Device == "Firefox on Linux").Id, actor, ct);

        (await there.IsInAsync(ct)).ShouldBeFalse();
        (await here.IsInAsync(ct)).ShouldBeTrue();
        (await desk.OfAsync(actor, ct)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Ending_all_others_leaves_the_one_that_asks()
    {
        var ct = TestContext.Current.CancellationToken;
        using var here = await app.SignInAsync("many", [Roles.Submitter], ct);
        var (desk, actor) = (app.Services.GetRequiredService<SessionDesk>(), await ActorAsync("many", ct));
        var current = (await desk.OfAsync(actor, ct)).Single().Id;
        using var second = await SecondAsync("many", ct);
        using var third = await SecondAsync("many", ct);

        (await desk.EndOthersAsync(current, actor, ct)).ShouldBe(2);

        (await here.IsInAsync(ct)).ShouldBeTrue();
        (await second.IsInAsync(ct)).ShouldBeFalse();
        (await third.IsInAsync(ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_ends_a_session_of_somebody_else()
    {
        var ct = TestContext.Current.CancellationToken;
        using var victim = await app.SignInAsync("victim", [Roles.Submitter], ct);
        await app.CreateUserAsync("stranger", Roles.Admin);
        var desk = app.Services.GetRequiredService<SessionDesk>();
        var session = (await desk.OfAsync(await ActorAsync("victim", ct), ct)).Single();

        (await Should.ThrowAsync<VettingException>(async () => await desk.EndAsync(session.Id, await ActorAsync("stranger", ct), ct))).Code.ShouldBe(FailureCode.NotFound);
        (await victim.IsInAsync(ct)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_admin_signs_somebody_out_everywhere_and_a_closed_account_is_out_at_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var desk = app.Services.GetRequiredService<UserDesk>();
        var admin = new Actor("a", "Admin", Rights.Administer);
        using var first = await app.SignInAsync("sent-away", [Roles.Submitter], ct);
        var user = await ActorAsync("sent-away", ct);

        await desk.EndSessionsAsync(user.Id, admin, ct);
        (await first.IsInAsync(ct)).ShouldBeFalse();
        using var second = await SecondAsync("sent-away", ct);
        await desk.SetActiveAsync(user.Id, false, admin, ct);

        (await second.IsInAsync(ct)).ShouldBeFalse();
        await Should.ThrowAsync<VettingException>(() => desk.EndSessionsAsync(user.Id, user, ct));
    }

    [Fact]
    public async Task A_stolen_cookie_is_worth_nothing_after_its_owner_signed_out()
    {
        var ct = TestContext.Current.CancellationToken;
        using var owner = await app.SignInAsync("signs-out", [Roles.Submitter], ct);
        using var plain = app.Server.CreateClient();
        var cookie = await CookieAsync("signs-out", ct);
        using var before = new HttpRequestMessage(HttpMethod.Get, WebPaths.Runs) { Headers = { { "Cookie", cookie } } };
        (await plain.SendAsync(before, ct)).IsSuccessStatusCode.ShouldBeTrue();

        var desk = app.Services.GetRequiredService<SessionDesk>();
        foreach (var session in await desk.OfAsync(await ActorAsync("signs-out", ct), ct))
        {
            await desk.CloseAsync(session.Id, ct);
        }

        using var after = new HttpRequestMessage(HttpMethod.Get, WebPaths.Runs) { Headers = { { "Cookie", cookie } } };
        (await plain.SendAsync(after, ct)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_form_for_signing_out_ends_the_session_itself()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("leaves", [Roles.Submitter], ct);
        var actor = await ActorAsync("leaves", ct);

        using var answer = await AppHost.PostFormAsync(client, WebPaths.Password, WebPaths.Logout, [], ct);

        answer.Headers.Location!.ToString().ShouldBe(WebPaths.Login);
        answer.Headers.GetValues("Clear-Site-Data").ShouldBe(["\"cache\""]);
        (await app.Services.GetRequiredService<SessionDesk>().OfAsync(actor, ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_changed_password_ends_every_other_session()
    {
        var ct = TestContext.Current.CancellationToken;
        using var here = await app.SignInAsync("changer", [Roles.Submitter], ct);
        using var there = await SecondAsync("changer", ct);

        using var wrong = await ChangeAsync(here, "not the password", "another long secret", ct);
        using var right = await ChangeAsync(here, AppHost.Password, "another long secret", ct);

        Uri.UnescapeDataString(wrong.Headers.Location!.ToString()).ShouldContain("current password is wrong");
        right.Headers.Location!.ToString().ShouldEndWith("done=1");
        (await here.IsInAsync(ct)).ShouldBeTrue();
        (await there.IsInAsync(ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_sign_in_makes_a_new_session_and_ends_the_one_before()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("again", [Roles.Submitter], ct);
        var (desk, actor) = (app.Services.GetRequiredService<SessionDesk>(), await ActorAsync("again", ct));
        var before = (await desk.OfAsync(actor, ct)).Single().Id;

        (await client.LoginAsync("again", AppHost.Password, ct)).ShouldBe("/");

        (await desk.OfAsync(actor, ct)).Single().Id.ShouldNotBe(before);
    }

    [Fact]
    public async Task The_circuit_of_an_ended_session_is_signed_out_at_once()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("in-circuit", [Roles.Submitter], ct);
        var (desk, actor) = (app.Services.GetRequiredService<SessionDesk>(), await ActorAsync("in-circuit", ct));
        var session = (await desk.OfAsync(actor, ct)).Single();
        await using var circuit = app.Services.CreateAsyncScope();
        var state = circuit.ServiceProvider.GetRequiredService<AuthenticationStateProvider>();
        ((IHostEnvironmentAuthenticationStateProvider)state).SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, actor.Id), new Claim(ActorClaims.Session, session.Id.ToString("N"))], "cookie")))));
        var told = new TaskCompletionSource<AuthenticationState>();
        state.AuthenticationStateChanged += async changed => told.TrySetResult(await changed);
        (await state.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated.ShouldBeTrue();

        await desk.EndAsync(session.Id, actor, ct);

        (await told.Task.WaitAsync(TimeSpan.FromSeconds(60), ct)).User.Identity!.IsAuthenticated.ShouldBeFalse();
    }

    [Fact]
    public async Task A_session_ends_by_itself_unused_or_old()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = new ClockHost();
        using var unused = await host.SignInAsync("unused", [Roles.Submitter], ct);
        using var busy = await host.SignInAsync("busy", [Roles.Submitter], ct);
        for (var day = 0; day < 15; day += 5)
        {
            host.Clock.Advance(TimeSpan.FromDays(5));
            (await busy.IsInAsync(ct)).ShouldBeTrue($"after {day + 5} days");
        }

        (await unused.IsInAsync(ct)).ShouldBeFalse("not used for 15 days");
        for (var day = 15; day < 90; day += 5)
        {
            (await busy.IsInAsync(ct)).ShouldBeTrue($"after {day} days");
            host.Clock.Advance(TimeSpan.FromDays(5));
        }

        host.Clock.Advance(TimeSpan.FromDays(1));
        (await busy.IsInAsync(ct)).ShouldBeFalse("91 days old");
    }

    private async Task<HttpClient> SecondAsync(string name, CancellationToken ct)
    {
        var client = app.Anonymous();
        client.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0");
        (await client.LoginAsync(name, AppHost.Password, ct)).ShouldBe("/");
        return client;
    }

    private async Task<string> CookieAsync(string name, CancellationToken ct)
    {
        using var client = app.Anonymous();
        using var answer = await AppHost.PostFormAsync(client, WebPaths.Login, WebPaths.Login, new() { ["name"] = name, ["password"] = AppHost.Password }, ct);
        return answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("framevet=", StringComparison.Ordinal)).Split(';')[0];
    }

    private async Task<Actor> ActorAsync(string name, CancellationToken ct)
    {
        var user = (await app.Services.GetRequiredService<UsersQuery>().PageAsync(name, 0, 1, ct)).Rows.Single();
        return new Actor(user.Id, user.Name, Roles.RightsOf(user.Roles));
    }

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient client, string current, string password, CancellationToken ct) =>
        AppHost.PostFormAsync(client, WebPaths.Password, WebPaths.Password, new() { ["current"] = current, ["password"] = password }, ct);
}

using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Identity;

/// <summary>The second step, from set-up to loss.</summary>
public sealed class TwoStepSpecs(ClockHost app) : IClassFixture<ClockHost>
{
    [Fact]
    public async Task It_counts_only_once_a_code_was_right_and_then_every_sign_in_needs_one()
    {
        var ct = TestContext.Current.CancellationToken;
        using var owner = await app.SignInAsync("stepper", [Roles.Submitter], ct);
        using var other = app.Anonymous();
        var key = await owner.SecretAsync(ct);
        var before = await other.LoginAsync("stepper", AppHost.Password, ct);

        var wrong = await owner.TwoStepAsync(WebPaths.TwoStepOn, "000000", ct);
        var wrongPassword = await owner.TwoStepAsync(WebPaths.TwoStepOn, Now(key), ct, "not my password");
        var right = await owner.TwoStepAsync(WebPaths.TwoStepOn, Now(key), ct);

        before.ShouldBe("/");
        wrong!.ShouldContain("not right");
        wrongPassword!.ShouldContain("wrong");
        right.ShouldBeNull();
        (await owner.IsInAsync(ct)).ShouldBeTrue();
        (await other.IsInAsync(ct)).ShouldBeFalse("other sessions end");
        (await owner.GetStringAsync(new Uri(WebPaths.TwoStep, UriKind.Relative), ct)).ShouldNotContain("two-step-secret");

        NextStep();
        using var fresh = app.Anonymous();
        (await fresh.LoginAsync("stepper", AppHost.Password, ct)).ShouldBe(WebPaths.Code);
        (await fresh.IsInAsync(ct)).ShouldBeFalse("the password alone opens nothing");
        (await fresh.CodeAsync("123456", ct)).ShouldContain("error=code");
        (await fresh.CodeAsync(Now(key), ct)).ShouldBe("/");
        (await fresh.IsInAsync(ct)).ShouldBeTrue();
    }

    [Fact]
    public async Task Looking_at_the_page_ends_no_session_and_shows_the_same_secret_again_and_nothing_is_cached()
    {
        var ct = TestContext.Current.CancellationToken;
        using var owner = await app.SignInAsync("looker", [Roles.Submitter], ct);
        var first = await owner.SecretAsync(ct);

        // Long enough for the account's stamp to be looked at.
        app.Clock.Advance(TimeSpan.FromMinutes(2));

        (await owner.IsInAsync(ct)).ShouldBeTrue();
        (await owner.SecretAsync(ct)).ShouldBe(first);
        using var page = await owner.GetAsync(new Uri(WebPaths.TwoStep, UriKind.Relative), ct);
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task A_code_works_once_and_none_before_it_does()
    {
        var ct = TestContext.Current.CancellationToken;
        var key = await SetUpAsync("replayed", ct);
        NextStep();
        var code = Now(key);
        var earlier = TotpCodes.Code(key, TotpCodes.StepAt(app.Clock.GetUtcNow()) - 1);

        using var first = app.Anonymous();
        (await first.LoginAsync("replayed", AppHost.Password, ct)).ShouldBe(WebPaths.Code);
        (await first.CodeAsync(code, ct)).ShouldBe("/");
        using var second = app.Anonymous();
        (await second.LoginAsync("replayed", AppHost.Password, ct)).ShouldBe(WebPaths.Code);
        (await second.CodeAsync(code, ct)).ShouldContain("error=code");
        (await second.CodeAsync(earlier, ct)).ShouldContain("error=code");
        NextStep();
        (await second.CodeAsync(Now(key), ct)).ShouldBe("/");
    }

    [Fact]
    public async Task A_recovery_code_is_shown_once_and_works_once()
    {
        var ct = TestContext.Current.CancellationToken;
        using var owner = await app.SignInAsync("loser", [Roles.Submitter], ct);
        var key = await owner.SecretAsync(ct);
        (await owner.TwoStepAsync(WebPaths.TwoStepOn, Now(key), ct)).ShouldBeNull();
        var codes = await owner.RecoveryCodesAsync(ct);

        codes.Length.ShouldBe(RecoveryCodes.Count);
        (await owner.RecoveryCodesAsync(ct)).ShouldBeEmpty();
        using var client = app.Anonymous();
        (await client.LoginAsync("loser", AppHost.Password, ct)).ShouldBe(WebPaths.Code);
        (await client.CodeAsync(codes[0].ToUpperInvariant(), ct)).ShouldBe("/");
        using var again = app.Anonymous();
        (await again.LoginAsync("loser", AppHost.Password, ct)).ShouldBe(WebPaths.Code);
        (await again.CodeAsync(codes[0], ct)).ShouldContain("error=code");
        (await again.CodeAsync(codes[1], ct)).ShouldBe("/");
        (await AuditAsync("account.recovery-code", ct)).ShouldBe(2);
    }

    [Fact]
    public async Task The_database_holds_neither_the_secret_nor_a_recovery_code()
    {
        var ct = TestContext.Current.CancellationToken;
        using var owner = await app.SignInAsync("sealed", [Roles.Submitter], ct);
        var html = await owner.GetStringAsync(new Uri(WebPaths.TwoStep, UriKind.Relative), ct);
        var key = await owner.SecretAsync(ct);
        (await owner.TwoStepAsync(WebPaths.TwoStepOn, Now(key), ct)).ShouldBeNull();
        var codes = await owner.RecoveryCodesAsync(ct);
        var secret = System.Text.RegularExpressions.Regex.Match(html, "([A-Z2-7]{4} ){7}[A-Z2-7]{4}").Value.Replace(" ", "", StringComparison.Ordinal);

        secret.Length.ShouldBe(32);
        var bytes = string.Concat(Directory.GetFiles(app.Folder, "framevet.db*").Select(f => System.Text.Encoding.Latin1.GetString(ReadShared(f))));
        bytes.ShouldContain("sealed");
        bytes.Contains(secret, StringComparison.OrdinalIgnoreCase).ShouldBeFalse();
        codes.Where(c => bytes.Contains(c, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_codes_lock_the_account_like_wrong_passwords()
    {
        var ct = TestContext.Current.CancellationToken;
        var key = await SetUpAsync("guessed", ct);
        NextStep();
        using var client = app.Anonymous();
        (await client.LoginAsync("guessed", AppHost.Password, ct)).ShouldBe(WebPaths.Code);
        for (var i = 0; i < 5; i++)
        {
            (await client.CodeAsync("000000", ct)).ShouldContain("error=code");
        }

        (await client.CodeAsync(Now(key), ct)).ShouldContain("error=code");
        app.Clock.Advance(TimeSpan.FromMinutes(6));
        (await client.CodeAsync(Now(key), ct)).ShouldBe("/");
    }

    [Fact]
    public async Task Nobody_without_the_first_step_comes_to_the_second()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = app.Anonymous();

        (await client.CodeAsync("123456", ct)).ShouldStartWith($"{WebPaths.Login}?error=late");
    }

    [Fact]
    public async Task An_admin_takes_it_away_and_the_audit_trail_knows()
    {
        var ct = TestContext.Current.CancellationToken;
        using var owner = await app.SignInAsync("stranded", [Roles.Submitter], ct);
        var key = await owner.SecretAsync(ct);
        (await owner.TwoStepAsync(WebPaths.TwoStepOn, Now(key), ct)).ShouldBeNull();
        var user = (await app.Services.GetRequiredService<UsersQuery>().PageAsync("stranded", 0, 1, ct)).Rows.Single();

        user.HasTwoStep.ShouldBeTrue();
        await app.Services.GetRequiredService<UserDesk>().ResetTwoStepAsync(user.Id, new Actor("a", "Admin", Rights.Administer), ct);

        (await owner.IsInAsync(ct)).ShouldBeFalse();
        (await app.Anonymous().LoginAsync("stranded", AppHost.Password, ct)).ShouldBe("/");
        (await AuditAsync("user.two-step-reset", ct)).ShouldBe(1);
    }

    [Fact]
    public async Task A_new_password_by_link_does_not_get_around_it()
    {
        var ct = TestContext.Current.CancellationToken;
        await SetUpAsync("forgetful", ct);
        var user = (await app.Services.GetRequiredService<UsersQuery>().PageAsync("forgetful", 0, 1, ct)).Rows.Single();
        var link = await app.Services.GetRequiredService<UserDesk>().InviteAsync(user.Id, new Actor("a", "Admin", Rights.Administer), ct);
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(new Uri("http://x"), link.Path).Query);
        using var client = app.Anonymous();

        using var answer = await AppHost.PostFormAsync(client, WebPaths.Login, WebPaths.InvitePost, new() { ["user"] = link.UserId, ["token"] = query["token"]!, ["password"] = "another long secret" }, ct);

        Uri.UnescapeDataString(answer.Headers.Location!.ToString()).ShouldContain("Sign in with it and your code");
        (await client.IsInAsync(ct)).ShouldBeFalse();
        (await client.LoginAsync("forgetful", "another long secret", ct)).ShouldBe(WebPaths.Code);
    }

    [Fact]
    public async Task Whoever_has_a_role_that_requires_it_reaches_nothing_else_before()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var strict = new ClockHost();
        using var host = strict.WithWebHostBuilder(b => b.UseSetting("Framevet:SignIn:TwoStepRoles:0", Roles.Admin));
        await MakeAsync(host.Services, "boss", Roles.Admin);
        using var client = host.CreateClient(new() { AllowAutoRedirect = false });

        (await client.LoginAsync("boss", AppHost.Password, ct)).ShouldBe("/");
        using var page = await client.GetAsync(new Uri("/runs", UriKind.Relative), ct);
        using var api = await client.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), ct);
        page.Headers.Location!.ToString().ShouldBe(WebPaths.TwoStep);
        api.StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);

        var key = await client.SecretAsync(ct);
        (await client.TwoStepAsync(WebPaths.TwoStepOn, TotpCodes.Code(key, TotpCodes.StepAt(strict.Clock.GetUtcNow())), ct)).ShouldBeNull();
        (await client.IsInAsync(ct)).ShouldBeTrue();
        strict.Clock.Advance(TimeSpan.FromSeconds(TotpCodes.StepSeconds));
        (await client.TwoStepAsync(WebPaths.TwoStepOff, TotpCodes.Code(key, TotpCodes.StepAt(strict.Clock.GetUtcNow())), ct))!.ShouldContain("requires");
    }

    private static async Task MakeAsync(IServiceProvider services, string name, string role)
    {
        await using var scope = services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<Framevet.Data.Tables.FramevetUser>>();
        var user = new Framevet.Data.Tables.FramevetUser { UserName = name, CreatedAt = TimeProvider.System.GetUtcNow() };
        (await users.CreateAsync(user, AppHost.Password)).Succeeded.ShouldBeTrue();
        (await users.AddToRoleAsync(user, role)).Succeeded.ShouldBeTrue();
    }

    private async Task<byte[]> SetUpAsync(string name, CancellationToken ct)
    {
        using var owner = await app.SignInAsync(name, [Roles.Submitter], ct);
        var key = await owner.SecretAsync(ct);
        (await owner.TwoStepAsync(WebPaths.TwoStepOn, Now(key), ct)).ShouldBeNull();
        return key;
    }

    private async Task<int> AuditAsync(string action, CancellationToken ct) =>
        (await app.Services.GetRequiredService<AuditQuery>().PageAsync(new AuditFilter(Action: action), 0, 10, ct)).Total;

    private string Now(byte[] key) => TotpCodes.Code(key, TotpCodes.StepAt(app.Clock.GetUtcNow()));

    private void NextStep() => app.Clock.Advance(TimeSpan.FromSeconds(TotpCodes.StepSeconds));

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}

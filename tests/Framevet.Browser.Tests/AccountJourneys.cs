using System.Text.RegularExpressions;
using Framevet.Web.Identity;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>What people do with their own accounts.</summary>
public sealed class AccountJourneys(Studio studio) : IClassFixture<Studio>
{
    private const string Long = "another quite long secret";

    [Fact(Timeout = 120_000)]
    public async Task Somebody_sets_up_the_second_step_and_signs_in_with_it()
    {
        await using var ben = await InvitedAsync("ben");
        await ben.Page.GotoAsync("account");
        await Expect(ben.By("account-two-step-state")).ToContainTextAsync("Off");
        await ben.By("account-two-step").ClickAsync();
        await Expect(ben.By("qr")).ToBeVisibleAsync();
        await ShotAsync(ben, "two-step-off");
        var key = TotpCodes.FromBase32((await ben.By("two-step-secret").TextContentAsync())!);
        await ben.By("two-step-code").FillAsync(Code(key, 0));
        await ben.By("two-step-password").FillAsync(Long);
        await ben.By("two-step-on").ClickAsync();
        await Expect(ben.By("recovery-codes").Locator("li")).ToHaveCountAsync(10);
        await ShotAsync(ben, "recovery-codes");
        await ben.Page.ReloadAsync();
        await Expect(ben.By("recovery-codes")).ToHaveCountAsync(0);

        await using var fresh = await studio.Browser.VisitAsync(studio.Server.Address);
        await fresh.Page.GotoAsync("account/login");
        await fresh.By("login-name").FillAsync("ben");
        await fresh.By("login-password").FillAsync(Long);
        await fresh.By("login-submit").ClickAsync();
        await Expect(fresh.By("code-form")).ToBeVisibleAsync();
        await ShotAsync(fresh, "code");
        await fresh.By("code").FillAsync(Code(key, 1));
        await fresh.By("code-submit").ClickAsync();
        await Expect(fresh.By("home-submit").First).ToBeVisibleAsync();

        fresh.Errors.ShouldBeEmpty();
        ben.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_session_that_is_ended_elsewhere_leaves_its_page_at_once()
    {
        await using var eva = await InvitedAsync("eva");
        await using var elsewhere = await studio.Browser.VisitAsync(studio.Server.Address, 390, 844);
        await elsewhere.Page.GotoAsync("account/login");
        await elsewhere.By("login-name").FillAsync("eva");
        await elsewhere.By("login-password").FillAsync(Long);
        await elsewhere.By("login-submit").ClickAsync();
        await elsewhere.Page.GotoAsync("runs");
        await Expect(elsewhere.By("empty")).ToBeVisibleAsync();

        await eva.Page.GotoAsync("account");
        await Expect(eva.By("session")).ToHaveCountAsync(2);
        await ShotAsync(eva, "sessions");
        await eva.By("end-session").ClickAsync();

        await Expect(eva.By("session")).ToHaveCountAsync(1);
        await Expect(elsewhere.By("login-form")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await Expect(elsewhere.Page).ToHaveURLAsync(new Regex("account/login"));
        eva.Errors.ShouldBeEmpty();
    }

    [Theory(Timeout = 120_000)]
    [InlineData("csharp", "FramevetClient.Connect")]
    [InlineData("python", "import http.client")]
    [InlineData("curl", "curl -sS")]
    public async Task The_examples_of_the_API_are_shown_in_the_language_that_was_chosen(string id, string text)
    {
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("about/api");
        await Expect(ada.By("snippet-curl")).ToHaveAttributeAsync("aria-selected", "true");
        await ada.Page.GotoAsync((await ada.By($"snippet-{id}").GetAttributeAsync("href"))!);

        await Expect(ada.By("snippet")).ToContainTextAsync(text);
        ada.Errors.ShouldBeEmpty();
    }

    private async Task<Visitor> InvitedAsync(string name)
    {
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("users");
        await Expect(ada.By("users")).ToBeVisibleAsync();
        await ada.By("user-new").ClickAsync();
        await ada.By("user-name").FillAsync(name);
        await ada.By("user-create").ClickAsync();
        var link = await ada.By("invite-link").Locator("code").TextContentAsync();
        var visitor = await studio.Browser.VisitAsync(studio.Server.Address);
        await visitor.Page.GotoAsync(link!);
        await visitor.By("new-password").FillAsync(Long);
        await visitor.By("invite-submit").ClickAsync();
        await Expect(visitor.By("home-submit").First).ToBeVisibleAsync();
        return visitor;
    }

    // A code works once: what comes later takes that of a later step, which the server takes a little early.
    private static string Code(byte[] key, int later) => TotpCodes.Code(key, TotpCodes.StepAt(TimeProvider.System.GetUtcNow()) + later);

    private static Task<byte[]> ShotAsync(Visitor visitor, string name) =>
        visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName, $"account-{name}.png"), FullPage = true });
}

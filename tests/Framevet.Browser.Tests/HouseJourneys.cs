using Framevet.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>Accounts, settings and how the pages look on every screen.</summary>
public sealed class HouseJourneys(Studio studio) : IClassFixture<Studio>
{
    [Fact(Timeout = 60_000)]
    public async Task The_set_up_link_works_once_and_strangers_land_at_the_sign_in()
    {
        await using var stranger = await studio.Browser.VisitAsync(studio.Server.Address);
        await stranger.Page.GotoAsync("runs");
        await Expect(stranger.By("login-form")).ToBeVisibleAsync();

        await stranger.By("login-name").FillAsync(Studio.Admin);
        await stranger.By("login-password").FillAsync("not the password");
        await stranger.By("login-submit").ClickAsync();
        await Expect(stranger.By("form-error")).ToBeVisibleAsync();
        await stranger.By("login-name").FillAsync(Studio.Admin);
        await stranger.By("login-password").FillAsync(Studio.Password);
        await stranger.By("login-submit").ClickAsync();
        await Expect(stranger.By("runs")).ToBeVisibleAsync();

        await stranger.Page.GotoAsync(await studio.Server.SetupLinkAsync(TestContext.Current.CancellationToken));
        await Expect(stranger.By("setup-over")).ToBeVisibleAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Trap_31_an_invited_submitter_sets_a_password_of_their_own_and_sees_only_what_is_theirs()
    {
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("users");
        await Expect(ada.By("users")).ToBeVisibleAsync();
        await ada.By("user-new").ClickAsync();
        await ada.By("user-name").FillAsync("ben");
        await ada.By("user-create").ClickAsync();
        var link = await ada.By("invite-link").Locator("code").TextContentAsync();

        await using var ben = await studio.Browser.VisitAsync(studio.Server.Address);
        await ben.Page.GotoAsync(link!);
        foreach (var field in await ben.Page.Locator("input[type=password]").AllAsync())
        {
            await field.FillAsync(Studio.Password);
        }

        await ben.By("invite-submit").ClickAsync();
        await ben.Page.GotoAsync("runs");
        if (await ben.By("login-form").IsVisibleAsync())
        {
            await ben.By("login-name").FillAsync("ben");
            await ben.By("login-password").FillAsync(Studio.Password);
            await ben.By("login-submit").ClickAsync();
        }

        await Expect(ben.By("empty")).ToBeVisibleAsync();
        await Expect(ben.Page.GetByRole(AriaRole.Link, new() { Name = "Settings" })).ToHaveCountAsync(0);
        await ben.Page.GotoAsync("settings");
        await Expect(ben.By("settings-review")).ToHaveCountAsync(0);
        await Expect(ben.By("lease-minutes")).ToHaveCountAsync(0);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_changed_setting_shows_its_difference_and_becomes_a_version_with_an_author()
    {
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("settings");
        await ada.By("lease-minutes").FillAsync("17");
        await ada.By("lease-minutes").PressAsync("Tab");
        await ada.By("settings-review").ClickAsync();
        await Expect(ada.By("settings-save-panel")).ToContainTextAsync("17");
        await ada.By("settings-note").FillAsync("slower, please");
        await ada.By("settings-save").ClickAsync();

        await Expect(ada.By("versions")).ToContainTextAsync("slower, please");
        await Expect(ada.By("versions")).ToContainTextAsync(Studio.Admin);
        await ada.Page.GotoAsync("audit");
        await Expect(ada.By("audit")).ToContainTextAsync("settings");
    }

    [Theory(Timeout = 180_000)]
    [InlineData(1440, false)]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task Every_page_fits_its_screen_and_raises_no_error(int width, bool isDark)
    {
        LongTests.Only(width > 600 || !isDark, "Every page at three more screens.");
        await using var ada = await studio.AdminAsync(width, width < 600 ? 844 : 900, isDark);
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots"));
        await ada.Page.GotoAsync("runs");
        await ada.By("runs").GetByText("framevet-demo.mp4").First.ClickAsync();
        await Expect(ada.By("live-gallery")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        var run = new Uri(ada.Page.Url).AbsolutePath;
        await studio.Server.SaveScenesAsync(run.Split('/')[^1], [0, 2, 3], TestContext.Current.CancellationToken);

        foreach (var path in new[] { "", "submit", "runs", run, $"{run}/gallery", $"{run}/frames/0", "review", "review/me", "review/rules", "review-health", "problems", "models", "recipes", $"{run}/exports", "settings", "doctor", "users", "audit", "audit/report", "keys", "about", "about/api", "account", "account/two-step", "account/password" })
        {
            await ada.Page.GotoAsync(path.Length == 0 ? "/" : path);
            await Expect(ada.Page.Locator("h1")).ToBeVisibleAsync();
            await Expect(ada.By("loading")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
            var name = path.Split('/').Last(p => p.Length > 0 || path.Length == 0);
            await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"{(path == run ? "run" : path.Contains("frames", StringComparison.Ordinal) ? "frame" : name.Length == 0 ? "home" : name)}-{width}-{(isDark ? "dark" : "light")}.png") });

            if (path == run || path is "submit" or "settings" or "models")
            {
                // Folded away there is more, which must fit as well.
                if (path is "submit")
                {
                    await ada.By("link-options").ClickAsync();
                    await Expect(ada.By("link-choices")).ToBeVisibleAsync();
                }

                await ada.Page.EvaluateAsync("() => document.querySelectorAll('main details').forEach(d => d.open = true)");
                await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"{(path == run ? "run" : path)}-open-{width}-{(isDark ? "dark" : "light")}.png"), FullPage = true });
            }

            (await ada.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{path} is wider than {width} px");
            ada.Errors.ShouldBeEmpty($"{path}\n{string.Join("\n", studio.Server.Output.Split((char)10).Where(l => l.Contains("Exception:", StringComparison.Ordinal)).TakeLast(3))}");
        }
    }
}

using Framevet.TestKit;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>A server whose disk is nearly full for its wishes.</summary>
public sealed class ShortStudio : Studio
{
    protected override string[] Settings => ["--Storage:ReserveMegabytes=1073741824"];
}

/// <summary>What operators do on pages: a full disk is told everywhere; retention, quotas and the doctor.</summary>
public sealed class OperationJourneys(ShortStudio studio) : IClassFixture<ShortStudio>
{
    [Theory(Timeout = 240_000)]
    [InlineData(1440, false)]
    [InlineData(390, true)]
    public async Task An_admin_sees_the_full_disk_and_sets_retention_and_quotas(int width, bool isDark)
    {
        LongTests.Only(width > 600, "A wide screen.");
        await using var ada = await studio.AdminAsync(width, width < 600 ? 844 : 900, isDark);
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots"));

        await ada.Page.GotoAsync("runs");
        await Expect(ada.By("disk-banner")).ToContainTextAsync("nearly full");
        await ShowAsync("ops-runs");
        await ada.By("runs").GetByText("framevet-demo.mp4").First.ClickAsync();
        await Expect(ada.By("upkeep")).ToBeVisibleAsync();
        if (await ada.By("keep").GetAttributeAsync("aria-pressed") == "false")
        {
            await ada.By("keep").ClickAsync();
        }

        await Expect(ada.By("keep")).ToHaveAttributeAsync("aria-pressed", "true");
        if (!await ada.By("held").IsVisibleAsync())
        {
            await ada.By("hold-form").ClickAsync();
            await ada.By("hold-note").FillAsync("Case 7");
            await ada.By("hold").ClickAsync();
        }

        await Expect(ada.By("held")).ToContainTextAsync("Case 7");
        await ShowAsync("ops-run");

        await ada.Page.GotoAsync("settings");
        await ada.By("retention-Source-days").FillAsync("0");
        await ada.By("retention-Source-days").PressAsync("Tab");
        await ada.By("retention-try").ClickAsync();
        await Expect(ada.By("retention-Source-goes")).ToContainTextAsync("nothing of 1");
        await ShowAsync("ops-settings");

        await ada.Page.GotoAsync("users");
        await ada.By($"quota-{Studio.Admin}").ClickAsync();
        await ada.By("own-files").FillAsync("5");
        await ada.By("own-files").PressAsync("Tab");
        await ada.By("own-stored").FillAsync("100");
        await ada.By("own-stored").PressAsync("Tab");
        await ShowAsync("ops-users");
        await ada.By("quota-save").ClickAsync();
        await Expect(ada.By("quota-save")).ToHaveCountAsync(0);

        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("quota")).ToContainTextAsync("of 5");
        await ShowAsync("ops-submit");

        await ada.Page.GotoAsync("doctor");
        await Expect(ada.By("tool-disk")).ToHaveAttributeAsync("data-state", "Broken", new() { Timeout = 60_000 });
        await Expect(ada.By("tool-ffmpeg")).ToBeVisibleAsync();
        await ShowAsync("ops-doctor");

        async Task ShowAsync(string name)
        {
            await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"{name}-{width}-{(isDark ? "dark" : "light")}.png"), FullPage = true });
            (await ada.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{name} is wider than {width} px");
            ada.Errors.ShouldBeEmpty(name);
        }
    }
}

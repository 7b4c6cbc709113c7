using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>The export centre, links for guests, selecting anew, recipes and the start page, in a real browser.</summary>
public sealed class ExportJourneys(Studio studio) : IClassFixture<Studio>
{
    private const int Patience = 300_000;
    private static readonly LocatorAssertionsToBeVisibleOptions Slow = new() { Timeout = 120_000 };

    private static string Shots => Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    [Fact(Timeout = Patience)]
    public async Task A_curator_makes_a_table_and_an_archive_and_downloads_them()
    {
        await using var ada = await studio.AdminAsync();
        var run = await VettedAsync(ada);
        await ada.Page.GotoAsync($"{run}/exports");
        await Expect(ada.By("export-centre")).ToBeVisibleAsync(Slow);
        await ada.By("what-Filtered").ClickAsync();
        await Expect(ada.By("what-count")).ToContainTextAsync("frames");
        await ada.By("choose-csv").ClickAsync();
        await ada.By("export-start").ClickAsync();
        await Expect(ada.By("export-history").Locator("[data-state=Done]").Filter(new() { HasText = ".csv" }).First).ToBeVisibleAsync(Slow);

        var table = await DownloadAsync(ada, ".csv");
        (await File.ReadAllTextAsync(table, TestContext.Current.CancellationToken)).ShouldStartWith("rank,source,pts,");
        var archive = await DownloadAsync(ada, "-frames.zip");
        using (var zip = System.IO.Compression.ZipFile.OpenRead(archive))
        {
            zip.Entries.Select(e => e.Name).ShouldContain("manifest.json");
        }

        await ShootAsync("exports", $"{run}/exports", "export-centre");
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = Patience)]
    public async Task A_guest_picks_without_an_account_and_the_owner_sees_it_live_until_the_link_is_revoked()
    {
        await using var ada = await studio.AdminAsync();
        var run = await VettedAsync(ada);
        await ada.Page.GotoAsync(run);
        await ada.By("share-new").ClickAsync();
        await ada.By("share-title").FillAsync("Choose two");
        await ada.By("share-may-pick").CheckAsync();
        await ada.By("share-password").FillAsync("open sesame");
        await ada.By("share-watermark").FillAsync("PROOF");
        await ada.By("share-make").ClickAsync();
        await Expect(ada.By("share-made")).ToBeVisibleAsync();
        var link = await ada.By("share-link").InputValueAsync();

        await using var guest = await studio.Browser.VisitAsync(studio.Server.Address);
        await guest.Page.GotoAsync(link);
        await guest.By("guest-password").FillAsync("open barley");
        await guest.By("guest-enter").ClickAsync();
        await Expect(guest.By("guest-wrong")).ToBeVisibleAsync();
        await guest.Page.ScreenshotAsync(new() { Path = Path.Combine(Shots, "guest-door.png") });
        await guest.By("guest-password").FillAsync("open sesame");
        await guest.By("guest-enter").ClickAsync();
        var stars = guest.By("guest-frames").Locator(".star");
        await Expect(stars.First).ToBeVisibleAsync();
        await stars.Nth(0).ClickAsync();
        await stars.Nth(1).ClickAsync();
        await Expect(stars.Nth(1)).ToHaveAttributeAsync("aria-pressed", "true");
        await guest.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.shots img')].slice(0, 6).every(i => i.complete && i.naturalWidth > 0)");
        await guest.Page.ScreenshotAsync(new() { Path = Path.Combine(Shots, "guest.png"), FullPage = true });
        await guest.Page.SetViewportSizeAsync(390, 844);
        await guest.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await guest.Page.ScreenshotAsync(new() { Path = Path.Combine(Shots, "guest-390-dark.png") });
        (await guest.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue();

        await Expect(ada.By("share-picks")).ToContainTextAsync("2 frames picked by guests");
        await ada.By("share-panel").ScreenshotAsync(new() { Path = Path.Combine(Shots, "share-panel.png") });
        await guest.Page.ReloadAsync();
        await Expect(stars.Nth(0)).ToHaveAttributeAsync("aria-pressed", "true");
        guest.Errors.ShouldBeEmpty();
        await ada.By("share-revoke").ClickAsync();
        await Expect(ada.By("share")).ToHaveAttributeAsync("data-open", "false");
        (await guest.Page.GotoAsync(link))!.Status.ShouldBe(404);
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = Patience)]
    public async Task A_run_is_selected_anew_and_a_version_put_into_effect()
    {
        await using var ada = await studio.AdminAsync();
        var run = await VettedAsync(ada);
        await ada.Page.GotoAsync($"{run}/tune");
        await Expect(ada.By("tune-change")).ToContainTextAsync("frames in", new() { Timeout = 60_000 });
        await ada.Page.EvaluateAsync("() => document.querySelectorAll('main details').forEach(d => d.open = true)");
        await ada.By("tune-diverse-count").FillAsync("3");
        await ada.By("tune-diverse-count").PressAsync("Tab");
        await Expect(ada.By("tune-outcome").Locator("h2")).ToHaveTextAsync("3 frames picked");
        await ada.By("tune-note").FillAsync("the three best");
        await ada.By("tune-keep").ClickAsync();
        await Expect(ada.By("version-1")).ToContainTextAsync("the three best");
        await ShootAsync("tune", $"{run}/tune", "tune-outcome");

        await ada.By("version-apply-1").ClickAsync();
        await Expect(ada.By("version-1")).ToContainTextAsync("was put into effect");
        await ada.By("compare-to").SelectOptionAsync("1");
        await Expect(ada.By("compared")).ToContainTextAsync("3 the same");
        await ada.Page.GotoAsync(run);
        await Expect(ada.By("funnel-picked")).ToContainTextAsync("3");
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = Patience)]
    public async Task A_recipe_is_changed_tried_on_a_file_exported_imported_and_saved()
    {
        await using var ada = await studio.AdminAsync();
        await VettedAsync(ada);
        await ada.Page.GotoAsync("recipes");
        await ada.By("preset-Sport").ClickAsync();
        await Expect(ada.By("editor-name")).ToHaveValueAsync("Sport");
        await ada.By("editor-name").FillAsync("Our sport");
        await ada.By("editor-name").PressAsync("Tab");
        var wait = ada.Page.WaitForDownloadAsync();
        await ada.By("recipe-export").ClickAsync();
        var file = Path.Combine(studio.Clips.Folder, "our-sport.json");
        await (await wait).SaveAsAsync(file);
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldContain("\"name\": \"Our sport\"");
        await ada.By("try-start").ClickAsync();
        await Expect(ada.By("try-trial")).ToHaveAttributeAsync("data-state", new System.Text.RegularExpressions.Regex("Done|AwaitingReview"), new() { Timeout = 120_000 });
        await ShootAsync("recipes", "recipes", "recipe-try");
        await ada.By("recipe-try").ScreenshotAsync(new() { Path = Path.Combine(Shots, "recipes-pair.png") });

        await ada.By("saved-Best frames").ClickAsync();
        await ada.By("recipe-import").SetInputFilesAsync(file);
        await Expect(ada.By("editor-name")).ToHaveValueAsync("Our sport");
        await ada.By("editor-save").ClickAsync();
        await Expect(ada.By("saved-Our sport")).ToBeVisibleAsync();
        await Expect(ada.By("editor-load-1")).ToBeVisibleAsync();
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = Patience)]
    public async Task The_start_page_says_what_is_going_on_and_does_not_jump()
    {
        await using var ada = await studio.AdminAsync();
        await VettedAsync(ada);
        await ada.Page.GotoAsync("");
        foreach (var tile in (string[])["running", "waiting", "failed", "review", "decided", "disk", "spend", "gpu"])
        {
            await Expect(ada.By($"tile-{tile}")).ToBeVisibleAsync();
            (await ada.By($"tile-{tile}").GetAttributeAsync("href")).ShouldNotBeNullOrEmpty();
        }

        await Expect(ada.By("graph-60s").Locator("canvas")).ToBeVisibleAsync();
        await Expect(ada.By("graph-24h").Locator("canvas")).ToBeVisibleAsync();
        await ada.Page.EvaluateAsync("() => { window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shifts += e.hadRecentInput ? 0 : e.value)).observe({ type: 'layout-shift' }); }");
        await ada.Page.EvaluateAsync("() => { window.beats = 0; new MutationObserver(() => window.beats++).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true, attributes: true }); }");
        await using (var other = await studio.AdminAsync())
        {
            await other.Page.GotoAsync("recipes");
            await Expect(other.By("try-start")).ToBeVisibleAsync();
            await other.By("try-start").ClickAsync();
            await Expect(other.By("try-trial")).ToHaveAttributeAsync("data-state", new System.Text.RegularExpressions.Regex("Done|AwaitingReview"), new() { Timeout = 120_000 });
        }

        await ada.Page.WaitForFunctionAsync("() => window.beats > 0");
        await Expect(ada.By("said")).ToContainTextAsync("running");
        (await ada.Page.EvaluateAsync<double>("() => window.shifts")).ShouldBeLessThan(0.1, "rows may come, tiles stay");
        await ShootAsync("home", "", "tiles");
        ada.Errors.ShouldBeEmpty();
    }

    private static async Task<string> DownloadAsync(Visitor visitor, string ending)
    {
        var row = visitor.By("export-history").Locator("[data-state=Done]").Filter(new() { HasText = ending }).First;
        var wait = visitor.Page.WaitForDownloadAsync();
        await row.GetByTestId("download").ClickAsync();
        return (await (await wait).PathAsync())!;
    }

    /// <summary>A clip that nobody has to look at, vetted.</summary>
    private async Task<string> VettedAsync(Visitor visitor)
    {
        var clip = await studio.ClipAsync($"clip-{Guid.NewGuid():N}.mp4", 6, TestContext.Current.CancellationToken);
        await visitor.Page.GotoAsync("submit");
        await Expect(visitor.By("limits")).ToBeVisibleAsync();
        await visitor.By("file-input").SetInputFilesAsync(clip);
        await visitor.By("upload-run").First.ClickAsync(new() { Timeout = 60_000 });
        await Expect(visitor.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 120_000 });
        return new Uri(visitor.Page.Url).AbsolutePath;
    }

    /// <summary>Pictures of a page, to be looked at: light and dark, wide and narrow. Nothing may stick out to the side.</summary>
    private async Task ShootAsync(string name, string address, string testId)
    {
        foreach (var (width, height, isDark) in ((int, int, bool)[])[(1440, 900, false), (390, 844, true)])
        {
            await using var visitor = await studio.AdminAsync(width, height, isDark);
            await visitor.Page.GotoAsync(address);
            await Expect(visitor.By(testId)).ToBeVisibleAsync(Slow);
            await visitor.Page.WaitForFunctionAsync("() => [...document.images].filter(i => i.loading !== 'lazy').every(i => i.complete)");
            await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(Shots, $"{name}-{width}{(isDark ? "-dark" : "")}.png"), FullPage = true });
            (await visitor.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue($"{name} at {width}");
        }
    }
}

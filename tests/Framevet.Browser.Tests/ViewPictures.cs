using System.Text.RegularExpressions;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>Pictures of every view and state, to be looked at, in both themes, wide and narrow. What can be checked is checked: nothing sticks out to the side.</summary>
[Collection<CullCollection>]
public sealed class ViewPictures(CullStudio studio)
{
    private const long Step = 512; // PTS from frame to frame
    private const string Why = "Every view on four screens, to be looked at.";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 900_000)]
    public async Task Every_view_is_drawn_wide_and_narrow_in_both_themes()
    {
        LongTests.Only(true, Why);
        var run = await studio.SeedAsync("views.mp4", 200, Ct);
        foreach (var (name, query) in ((string, string)[])[("grid", ""), ("grid-info", "?info=1"), ("filmstrip", "?view=filmstrip&info=1"), ("timeline", "?view=timeline"), ("stacks", "?view=stacks"), ("flagged", "?state=blocked,pending"), ("none", "?state=blocked&stars=5"), ("set", "?set=12")])
        {
            await studio.ShootAsync($"view-{name}", $"runs/{run}/gallery{query}");
        }

        await studio.ShootAsync("view-survey", $"runs/{run}/compare?survey=1&{Frames(8)}");
        await studio.ShootAsync("view-compare", $"runs/{run}/compare?{Frames(3)}");
        await studio.ShootAsync("view-loupe", $"runs/{run}/frames/{8 * Step}");
        await studio.ShootAsync("view-selected", $"runs/{run}/gallery", async ada =>
        {
            foreach (var i in (int[])[0, 1, 3])
            {
                await ada.By($"cell-{i * Step}").ClickAsync(new() { Modifiers = [KeyboardModifier.Control] });
            }
        });
    }

    [Fact(Timeout = 900_000)]
    public async Task Every_state_of_a_run_is_drawn_wide_and_narrow_in_both_themes()
    {
        LongTests.Only(true, Why);
        var states = new Dictionary<string, RunId>
        {
            ["empty"] = await studio.SeedAsync("nothing-passes.mp4", 60, RunState.Done, null, passes: false, Ct),
            ["no-frames"] = await studio.SeedAsync("no-frames.mp4", 0, Ct),
            ["one"] = await studio.SeedAsync("one-frame.mp4", 1, Ct),
            ["failed"] = await studio.SeedAsync("broken-in-the-middle.mp4", 40, RunState.Failed, new RunFailure(FailureCode.UnsupportedMedia, "The file ends in the middle of a frame."), passes: true, Ct),
            ["flagged"] = await studio.SeedAsync("in-doubt.mp4", 200, RunState.AwaitingReview, null, passes: true, Ct),
            ["long"] = await studio.SeedAsync("hundred-thousand-to-see.mp4", 100_000, Ct),
            ["running"] = await RunningAsync(),
        };
        foreach (var (name, run) in states.Reverse())
        {
            await studio.ShootAsync($"state-{name}-gallery", $"runs/{run}/gallery");
            await studio.ShootAsync($"state-{name}-run", $"runs/{run}", landmark: "[data-testid=run]");
        }

        await studio.ShootAsync("state-long-timeline", $"runs/{states["long"]}/gallery?view=timeline");
        await studio.ShootAsync("state-long-stacks", $"runs/{states["long"]}/gallery?view=stacks");
        await studio.ShootAsync("state-empty-timeline", $"runs/{states["empty"]}/gallery?view=timeline");
        await studio.ShootAsync("state-one-filmstrip", $"runs/{states["one"]}/gallery?view=filmstrip&info=1");
    }

    [Fact(Timeout = 900_000)]
    public async Task Every_page_of_curation_is_drawn_wide_and_narrow_in_both_themes()
    {
        LongTests.Only(true, Why);
        var run = await studio.SeedAsync("pages.mp4", 200, Ct);
        await studio.ShootAsync("page-home", "", landmark: "[data-testid=tiles]");
        await studio.ShootAsync("page-exports", $"runs/{run}/exports", landmark: "[data-testid=export-centre]");
        await studio.ShootAsync("page-tune", $"runs/{run}/tune", landmark: "[data-testid=tune-outcome]");
        await studio.ShootAsync("page-recipes", "recipes", landmark: "[data-testid=recipe-try]");
        await studio.ShootAsync("page-recipes-sport", "recipes", async ada => await ada.By("preset-Sport").ClickAsync(), "[data-testid=recipe-try]");
        await studio.ShootAsync("page-submit", "submit", landmark: "[data-testid=limits]");
        await studio.ShootAsync("page-submit-open", "submit", async ada =>
        {
            await ada.Page.EvaluateAsync("() => document.querySelectorAll('main details').forEach(d => d.open = true)");
            await ada.By("link-options").ClickAsync();
            await ada.By("link-choices").EvaluateAsync("e => e.scrollIntoView({ block: 'center' })");
        }, "[data-testid=limits]");
        await studio.ShootAsync("page-palette", "runs", async ada => await ada.Page.Keyboard.PressAsync("Control+k"), "[data-testid=runs]");
        await studio.ShootAsync("page-keys", "runs", async ada => await ada.Page.EvaluateAsync("() => document.getElementById('shortcut-help').showModal()"), "[data-testid=runs]");
        var link = await ShareAsync();
        await studio.ShootAsync("page-guest", link, landmark: "[data-testid=guest-frames]");
    }

    private static string Frames(int count) => string.Join('&', Enumerable.Range(0, count).Select(i => $"pts={i * 9 * Step}"));

    // Guests see picks, so it takes a run that really picked some.
    private async Task<string> ShareAsync()
    {
        var clip = await studio.ClipAsync("to-share.mp4", 6, Ct);
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("limits")).ToBeVisibleAsync();
        await ada.By("file-input").SetInputFilesAsync(clip);
        await ada.By("upload-run").First.ClickAsync(new() { Timeout = 60_000 });
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 120_000 });
        await ada.By("share-new").ClickAsync();
        await ada.By("share-title").FillAsync("Choose your favourites");
        await ada.By("share-may-pick").CheckAsync();
        await ada.By("share-watermark").FillAsync("PROOF");
        await ada.By("share-make").ClickAsync();
        await Expect(ada.By("share-made")).ToBeVisibleAsync();
        return await ada.By("share-link").InputValueAsync();
    }

    // The demo many times over: it runs long enough for all its pictures.
    private async Task<RunId> RunningAsync()
    {
        await using var services = studio.Server.Services();
        var demo = (await services.GetRequiredService<Data.Queries.RunsQuery>().PageAsync(new Data.Queries.RunsFilter(Text: "framevet-demo.mp4"), 0, 1, Ct)).Rows[0].Id;
        var key = (await services.GetRequiredService<IRunStore>().GetAsync(demo, Ct))!.MediaKey;
        var source = Directory.EnumerateFiles(studio.Server.Folder, Path.GetFileName(key), SearchOption.AllDirectories).First();
        var film = Path.Combine(studio.Clips.Folder, "long-walk.mp4");
        await ReferenceTools.FfmpegAsync(["-stream_loop", "599", "-i", source, "-c", "copy", film], Ct);
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("limits")).ToBeVisibleAsync();
        await ada.By("file-input").SetInputFilesAsync(film);
        await ada.By("upload-run").First.ClickAsync(new() { Timeout = 60_000 });
        await ada.ToBeAtAsync(new Regex("/runs/[0-9a-f]{32}$"));
        await Expect(ada.By("live-gallery").Locator("a").First).ToBeVisibleAsync(new() { Timeout = 120_000 });
        return RunId.TryParse(ada.Page.Url[^32..], out var id) ? id : throw new InvalidOperationException("No run has this address.");
    }
}

using System.Text.RegularExpressions;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>Makes what the README shows.</summary>
[Collection<CullCollection>]
public sealed class ReadmePictures(CullStudio studio)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Not a test of anything: the pictures of the README, made anew when <c>FRAMEVET_README_PICTURES</c> names their folder.</summary>
    [Fact(Timeout = 600_000)]
    public async Task The_pictures_of_the_readme_are_made_on_request()
    {
        var folder = Environment.GetEnvironmentVariable("FRAMEVET_README_PICTURES");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "FRAMEVET_README_PICTURES names no folder.");
        await using var ada = await studio.AdminAsync(1440, 900);
        await ada.Page.GotoAsync("recipes");
        await ada.By("preset-Sport").ClickAsync();
        await ada.By("try-run").SelectOptionAsync(new SelectOptionValue { Label = (await ada.By("try-run").Locator("option", new() { HasText = "framevet-demo.mp4" }).First.TextContentAsync())! });
        await ada.By("try-start").ClickAsync();
        await Expect(ada.By("try-trial")).ToHaveAttributeAsync("data-state", new Regex("Done|AwaitingReview"), new() { Timeout = 240_000 });
        var run = (await ada.By("try-trial").GetByText("Open the run").GetAttributeAsync("href"))!;
        await ada.OpenGalleryAsync($"{run}/gallery");
        foreach (var key in (string[])["5", "ArrowRight", "p", "ArrowRight", "4", "ArrowRight", "ArrowRight", "x", "ArrowRight", "7", "ArrowLeft"])
        {
            await ada.Page.Keyboard.PressAsync(key);
        }

        await ShootAsync(ada, folder!, "gallery");
        await ada.Page.GotoAsync("review");
        await ada.By("review-link").First.ClickAsync(new() { Timeout = 60_000 });
        await Expect(ada.By("lease")).ToBeVisibleAsync();
        await ShootAsync(ada, folder!, "review");

        await using var services = studio.Server.Services();
        var demo = (await services.GetRequiredService<Data.Queries.RunsQuery>().PageAsync(new Data.Queries.RunsFilter(Text: "framevet-demo.mp4"), 0, 1, Ct)).Rows[0].Id;
        var key0 = (await services.GetRequiredService<IRunStore>().GetAsync(demo, Ct))!.MediaKey;
        var source = Directory.EnumerateFiles(studio.Server.Folder, Path.GetFileName(key0), SearchOption.AllDirectories).First();
        var film = Path.Combine(studio.Clips.Folder, "evening-walk.mp4");
        await ReferenceTools.FfmpegAsync(["-stream_loop", "59", "-i", source, "-c", "copy", film], Ct);
        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("limits")).ToBeVisibleAsync();
        await ada.By("file-input").SetInputFilesAsync(film);
        await ada.By("upload-run").First.ClickAsync(new() { Timeout = 60_000 });

        // A pointer over the frames would hold their order.
        await ada.Page.Mouse.MoveAsync(640, 2);
        await Expect(ada.By("live-gallery").Locator("a").Nth(11)).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await ada.Page.WaitForFunctionAsync("() => Number((document.querySelector('[data-testid=funnel-sampled]')?.textContent ?? '').replace(/\\D/g, '')) > 40", null, new() { Timeout = 120_000 });
        await ShootAsync(ada, folder!, "live-run", isStill: false);
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Running");
    }

    private static async Task ShootAsync(Visitor visitor, string folder, string name, bool isStill = true)
    {
        // Where pictures keep coming some are always on their way.
        await visitor.Page.WaitForFunctionAsync($"() => [...document.images].filter(i => {{ const b = i.getBoundingClientRect(); return b.top < innerHeight && b.bottom > 0; }}).filter(i => !i.complete).length <= {(isStill ? 0 : 2)}");
        await visitor.Page.Mouse.MoveAsync(640, 2);
        var png = Path.Combine(Directory.CreateTempSubdirectory("framevet-shot-").FullName, "shot.png");
        await visitor.Page.ScreenshotAsync(new() { Path = png });
        var target = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}.webp");
        await ReferenceTools.FfmpegAsync(["-i", png, "-c:v", "libwebp", "-quality", "78", target], Ct);
        Directory.Delete(Path.GetDirectoryName(png)!, recursive: true);
        new FileInfo(target).Length.ShouldBeLessThan(150_000);
    }
}

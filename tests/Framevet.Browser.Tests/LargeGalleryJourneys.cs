using System.Globalization;
using Framevet.TestKit;
using static Framevet.Browser.Tests.GalleryHands;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>A gallery of very many frames.</summary>
[Collection<CullCollection>]
public sealed class LargeGalleryJourneys(CullStudio studio, ITestOutputHelper output)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task A_hundred_thousand_frames_scroll_with_few_elements_and_come_back_to_their_place()
    {
        LongTests.Only(true, "100,000 frames are made and scrolled through.");
        var run = await studio.SeedAsync("hundred-thousand.mp4", 100_000, Ct);
        await using var ada = await studio.AdminAsync();
        await ada.OpenGalleryAsync($"runs/{run}/gallery");
        await Expect(ada.By("matching")).ToHaveTextAsync("100,000 of 100,000 frames match");

        var most = 0;
        var frames = await ada.Page.EvaluateAsync<double[]>("""
            async () => {
              const gaps = [];
              let last = performance.now();
              const end = last + 4000;
              while (last < end) {
                await new Promise((done) => requestAnimationFrame(done));
                scrollBy(0, 90);
                gaps.push(performance.now() - last);
                last = performance.now();
              }
              return gaps;
            }
            """);
        for (var step = 0; step < 12; step++)
        {
            await ada.Page.EvaluateAsync("n => scrollTo(0, document.body.scrollHeight * n / 12)", step);
            await Expect(ada.Page.Locator(Cells).First).ToBeVisibleAsync();
            most = Math.Max(most, await ada.Page.Locator("[data-grid] [role=gridcell]").CountAsync());
        }

        most.ShouldBeLessThan(400);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"scrolling: {frames.Length} frames, p95 {frames.Order().ElementAt((int)(frames.Length * 0.95)):0.0} ms; at most {most} thumbnails"));
        await ada.Page.EvaluateAsync("() => scrollTo(0, document.body.scrollHeight / 2)");
        await ada.Page.WaitForFunctionAsync("""
            () => {
              const box = document.querySelector(`[data-pts="${new URL(location.href).searchParams.get("at")}"]`)?.getBoundingClientRect();
              return scrollY > 100000 && box && box.top > 0 && box.bottom < innerHeight;
            }
            """);
        var at = new Uri(ada.Page.Url).Query.Split("at=")[1].Split('&')[0];
        await Expect(ada.By($"cell-{at}")).ToBeInViewportAsync();

        await ada.Page.ReloadAsync();
        await Expect(ada.By($"cell-{at}")).ToBeInViewportAsync(new() { Timeout = 30_000 });
        await ada.By("filter-Blocked").ClickAsync();
        await Expect(ada.By("matching")).ToHaveTextAsync("1,000 of 100,000 frames match", new() { Timeout = 30_000 });
        (await ada.Page.Locator($"{Cells} img").First.GetAttributeAsync("src")).ShouldEndWith("?v=0");
        ada.Errors.ShouldBeEmpty();
        await studio.ShootAsync("gallery-long", $"runs/{run}/gallery");
        await studio.ShootAsync("gallery-timeline", $"runs/{run}/gallery?view=timeline");
        await studio.ShootAsync("gallery-stacks", $"runs/{run}/gallery?view=stacks");
        await studio.ShootAsync("gallery-set", $"runs/{run}/gallery?set=12");
    }
}

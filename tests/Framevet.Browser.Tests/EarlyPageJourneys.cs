using System.Text.RegularExpressions;
using static Framevet.Browser.Tests.GalleryHands;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>What people do before the circuit of a page is alive, and what the grid does while they scroll faster than they can look.</summary>
[Collection<CullCollection>]
public sealed class EarlyPageJourneys(CullStudio studio)
{
    private const long Step = 512; // PTS from frame to frame

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task Lists_opened_before_the_page_is_alive_stay_open_with_what_was_typed()
    {
        await using var ada = await studio.AdminAsync();
        var waiting = await HoldAsync(ada);

        await ada.Page.GotoAsync("runs");
        await ada.By("help").ClickAsync();
        await Expect(ada.By("shortcut-help")).ToBeVisibleAsync();
        waiting.SetResult();
        await AliveAsync(ada);
        await Expect(ada.By("shortcut-help")).ToBeVisibleAsync();
        await ada.By("keys-change").ClickAsync();
        await Expect(ada.By("keys-change")).ToHaveTextAsync(new Regex("Done"));

        waiting = await HoldAsync(ada);
        await ada.Page.GotoAsync("runs");
        await ada.By("palette-open").ClickAsync();
        await ada.By("palette-text").FillAsync("Settings");
        waiting.SetResult();
        await AliveAsync(ada);
        await Expect(ada.By("palette-text")).ToHaveValueAsync("Settings");
        await Expect(ada.By("place").First).ToContainTextAsync("Settings");

        // One that was closed again stays closed.
        waiting = await HoldAsync(ada);
        await ada.Page.GotoAsync("runs");
        await ada.By("help").ClickAsync();
        await ada.Page.Keyboard.PressAsync("Escape");
        waiting.SetResult();
        await AliveAsync(ada);
        await Expect(ada.By("shortcut-help")).ToBeHiddenAsync();
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 180_000)]
    public async Task A_finger_that_comes_before_the_page_is_alive_turns_it_when_it_is()
    {
        var run = await studio.SeedAsync("early-finger.mp4", 60, Ct);
        await using var ada = await studio.AdminAsync(390, 844);

        // In the very moment in which the picture is there: the circuit has not heard of it yet.
        await ada.Page.AddInitScriptAsync("""
            const watch = new MutationObserver(() => {
              const stage = document.querySelector("[data-testid=stage]");
              if (stage) {
                watch.disconnect();
                const at = (type, x) => stage.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: "touch", isPrimary: true, clientX: x, clientY: 300 }));
                at("pointerdown", 300);
                at("pointerup", 120);
                window.early = location.pathname;
              }
            });
            watch.observe(document, { childList: true, subtree: true });
            """);
        await ada.Page.GotoAsync($"runs/{run}/frames/{8 * Step}");

        await ada.ToBeAtAsync(new Regex($"/frames/{9 * Step}$"), 60_000);
        (await ada.Page.EvaluateAsync<string>("() => window.early")).ShouldEndWith($"/frames/{8 * Step}");
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 180_000)]
    public async Task Pictures_wait_while_rows_fly_by_and_come_where_they_rest()
    {
        const string InSight = "[...document.querySelectorAll('[data-grid] img')].filter(i => { const b = i.getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight; })";
        var run = await studio.SeedAsync("flight.mp4", 5000, Ct);
        await using var ada = await studio.AdminAsync();
        var asked = 0;
        ada.Page.Request += (_, request) => asked += request.Url.Contains("/media/thumbs/", StringComparison.Ordinal) ? 1 : 0;
        await ada.OpenGalleryAsync($"runs/{run}/gallery");
        await ada.Page.WaitForFunctionAsync($"() => {InSight}.every(i => i.complete && i.naturalWidth > 0)");
        var before = asked;

        // Half a window with each animation frame.
        var rows = await ada.Page.EvaluateAsync<int>("""
            async () => {
              const seen = new Set();
              for (let i = 0; i < 120; i++) {
                scrollBy(0, innerHeight / 2);
                await new Promise((done) => requestAnimationFrame(done));
                document.querySelectorAll("[data-grid] [role=row]").forEach((row) => seen.add(row.ariaRowIndex));
              }
              return seen.size;
            }
            """);
        var during = asked - before;

        rows.ShouldBeGreaterThan(60, "rows came by");
        during.ShouldBeLessThan(rows, "of seven pictures a row hardly one was asked for");
        await ada.Page.WaitForFunctionAsync($"() => {InSight}.length > 20 && {InSight}.every(i => i.complete && i.naturalWidth > 0)");
        (await ada.Page.Locator($"{Cells} img").First.GetAttributeAsync("aria-label")).ShouldNotBeNull().ShouldStartWith("Frame at ");
        ada.Errors.ShouldBeEmpty();
    }

    // The circuit does not begin before the answer: what is seen is what the server drew at first.
    private static async Task<TaskCompletionSource> HoldAsync(Visitor visitor)
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await visitor.Page.UnrouteAllAsync();
        await visitor.Page.RouteAsync(new Regex("/_blazor/negotiate"), async route =>
        {
            await waiting.Task;
            await route.ContinueAsync();
        });
        return waiting;
    }

    private static Task AliveAsync(Visitor visitor) => Expect(visitor.Page.Locator("html[data-keys]")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Culling;
using Framevet.Web.Identity;
using Microsoft.Playwright;
using static Framevet.Browser.Tests.GalleryHands;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>The views of the gallery: what they may show, what stays under the pointer, and how they are reached by keyboard and finger.</summary>
[Collection<CullCollection>]
public sealed partial class CurationJourneys(CullStudio studio)
{
    private const long Step = 512; // PTS from frame to frame

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task What_no_verdict_allows_stays_blurred_in_every_view()
    {
        var run = await studio.SeedAsync("veiled.mp4", 200, Ct);

        // In doubt, blocked, in doubt, blocked.
        long[] veiled = [49 * Step, 99 * Step, 149 * Step, 199 * Step];
        await using var cleo = await studio.SignInAsync("vera", Roles.Curator);
        var (view, seen) = ("", new ConcurrentBag<(string View, long Pts, string Tag, string Address)>());
        cleo.Page.Response += (_, answer) =>
        {
            if (PictureAddress().Match(answer.Url) is { Success: true } match && match.Groups[1].Value == run.ToString())
            {
                seen.Add((view, long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), answer.Headers.GetValueOrDefault("etag") ?? "", answer.Url));
            }
        };

        view = "grid";
        await cleo.OpenGalleryAsync($"runs/{run}/gallery?state=blocked,pending");
        await Expect(cleo.Page.Locator(Cells)).ToHaveCountAsync(4);
        view = "stacks";
        await cleo.OpenGalleryAsync($"runs/{run}/gallery?state=blocked,pending&view=stacks");
        await cleo.Page.WaitForFunctionAsync("cells => { const all = [...document.querySelectorAll(cells + ' img')]; return all.length > 0 && all.every(i => i.src && i.complete); }", Cells);
        view = "filmstrip";
        await cleo.OpenGalleryAsync($"runs/{run}/gallery?state=blocked,pending&view=filmstrip&info=1");
        foreach (var pts in veiled)
        {
            await cleo.By($"cell-{pts}").ClickAsync();
            await Expect(cleo.Page.Locator($"[data-testid=film-stage][data-pts='{pts}'] .veil")).ToBeVisibleAsync();
            await Expect(cleo.Page.Locator($"[data-testid=frame-info][data-pts='{pts}']")).ToBeVisibleAsync();
        }

        await Expect(cleo.By("film-image")).ToHaveCountAsync(0);
        view = "timeline";
        await cleo.Page.GotoAsync($"runs/{run}/gallery?view=timeline");
        await Expect(cleo.By("timeline-strips")).ToHaveAttributeAsync("data-columns", "200");
        await Expect(cleo.By("strip-frames")).ToHaveJSPropertyAsync("naturalWidth", 200);
        var strips = (await cleo.By("timeline-strips").Locator("canvas").First.BoundingBoxAsync())!;
        await cleo.Page.Mouse.MoveAsync(strips.X + (strips.Width * 99.5f / 200), strips.Y + 5);
        await Expect(cleo.Page.Locator(".timeline-tip img")).ToHaveAttributeAsync("src", new Regex($"/{99 * Step}\\.jpg"));
        await Expect(cleo.Page.Locator(".timeline-tip img")).ToHaveJSPropertyAsync("complete", true);
        foreach (var (name, query) in ((string, string)[])[("compare", ""), ("survey", "survey=1&")])
        {
            view = name;
            await cleo.Page.GotoAsync($"runs/{run}/compare?{query}{string.Join('&', veiled.Select(p => $"pts={p}"))}");
            await Expect(cleo.By("panes").Locator(".veil")).ToHaveCountAsync(4);
            await cleo.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('[data-full]')].every(i => i.complete)");
        }

        view = "loupe";
        await cleo.Page.GotoAsync($"runs/{run}/frames/{99 * Step}?state=blocked,pending");
        await Expect(cleo.By("stage").Locator(".veil")).ToBeVisibleAsync();
        await Expect(cleo.Page.Locator("html[data-keys~='z']")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await cleo.Page.Keyboard.DownAsync("Space");
        await Expect(cleo.By("frame-image")).ToHaveJSPropertyAsync("complete", true);
        await Expect(cleo.By("stage").Locator(".veil")).ToBeVisibleAsync();
        await cleo.Page.Keyboard.UpAsync("Space");
        view = "asked for";
        foreach (var kind in (string[])["thumbs", "frames"])
        {
            await cleo.Page.EvaluateAsync("address => fetch(address).then(a => a.blob()).then(() => null)", $"/media/{kind}/{run}/{99 * Step}.jpg?reveal=1");
        }

        var clear = seen.Where(s => veiled.Contains(s.Pts) && !s.Tag.StartsWith("\"blurred", StringComparison.Ordinal)).Select(s => $"{s.View}: {s.Address} {s.Tag}");
        clear.ShouldBeEmpty();
        seen.Where(s => veiled.Contains(s.Pts)).Select(s => s.View).Distinct().Order().ShouldBe(["asked for", "compare", "filmstrip", "grid", "loupe", "stacks", "survey", "timeline"]);
        seen.ShouldContain(s => s.View == "loupe" && s.Address.Contains("/frames/", StringComparison.Ordinal));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_job_at_work_fills_the_gallery_and_moves_nothing_under_the_pointer()
    {
        await using var ada = await studio.AdminAsync();
        var clip = await studio.Clips.MakeAsync("half-hour.mp4", "testsrc2=s=320x180:r=5:d=2400", ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"], Ct);
        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("limits")).ToBeVisibleAsync();
        await ada.By("file-input").SetInputFilesAsync(clip);
        await ada.By("upload-run").First.ClickAsync(new() { Timeout = 60_000 });
        await ada.ToBeAtAsync(RunAddress());
        var run = new Uri(ada.Page.Url).AbsolutePath;
        await Expect(ada.By("live-gallery").Locator("a").First).ToBeVisibleAsync(new() { Timeout = 60_000 });

        // The best first: what comes later would push in front.
        await ada.OpenGalleryAsync($"{run}/gallery?sort=-quality");
        await ada.Page.Locator(Cells).First.HoverAsync();
        var before = await ada.FirstFramesAsync(8);
        await Expect(ada.By("grid-new")).ToContainTextAsync(AddedFrames(), new() { Timeout = 60_000 });
        (await ada.FirstFramesAsync(8)).ShouldBe(before, "nothing moves under the pointer");
        var match = AddedFrames().Match((await ada.By("grid-new").TextContentAsync())!);
        var (added, shown) = (Number(match.Groups[1].Value), await TotalAsync(ada));

        await ada.By("grid-new").ClickAsync();
        await ada.Page.WaitForFunctionAsync("total => Number(document.querySelector('[data-testid=grid]').getAttribute('aria-rowcount')) > total", shown);
        added.ShouldBeGreaterThan(0);
        await ada.Page.GotoAsync(run);
        await Expect(ada.By("run")).ToBeVisibleAsync();
        if (await ada.By("cancel").IsVisibleAsync())
        {
            await ada.By("cancel").ClickAsync();
        }

        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", new Regex("Cancelled|Done|AwaitingReview"), new() { Timeout = 120_000 });
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 240_000)]
    public async Task Filmstrip_survey_panel_full_screen_and_palette_are_a_key_away()
    {
        var run = await studio.SeedAsync("film-by-keys.mp4", 400, Ct);
        await using var ada = await studio.AdminAsync();
        await ada.OpenGalleryAsync($"runs/{run}/gallery");
        await ada.Page.Keyboard.PressAsync("g");
        await Expect(ada.By("film")).ToBeVisibleAsync();
        await Expect(ada.Page.Locator($"{Cells}[data-active]")).ToHaveCountAsync(1);
        for (var i = 0; i < 5; i++)
        {
            await ada.Page.Keyboard.PressAsync("ArrowRight");
        }

        await Expect(ada.By("film-stage")).ToHaveAttributeAsync("data-pts", $"{5 * Step}");
        await ada.Page.Keyboard.PressAsync("p");
        await Expect(ada.By($"cell-{5 * Step}")).ToHaveAttributeAsync("data-flag", "pick");
        await ada.Page.Keyboard.PressAsync("i");
        await Expect(ada.By("frame-info")).ToHaveAttributeAsync("data-pts", $"{5 * Step}");
        await Expect(ada.By("why-reasons")).ToContainTextAsync("sharpness 12.1 is below 30");
        await ada.Page.Keyboard.PressAsync("End");
        await Expect(ada.By("film-stage")).ToHaveAttributeAsync("data-pts", $"{399 * Step}");
        await Expect(ada.By("frame-info")).ToHaveAttributeAsync("data-pts", $"{399 * Step}");
        (await ada.Page.Locator(Cells).CountAsync()).ShouldBeLessThan(60, "a reel holds what is near");
        await ada.ToBeAtAsync(new Regex($"at={399 * Step}"));
        await ada.Page.ReloadAsync();
        await Expect(ada.By("film-stage")).ToHaveAttributeAsync("data-pts", $"{399 * Step}", new() { Timeout = 30_000 });
        await Expect(ada.By($"cell-{399 * Step}")).ToBeInViewportAsync();
        await Expect(ada.Page.Locator("html[data-keys~='x']")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await ada.Page.Keyboard.PressAsync("i");
        await Expect(ada.By("frame-info")).ToHaveCountAsync(0);

        await ada.Page.Keyboard.PressAsync("f");
        await ada.Page.WaitForFunctionAsync("() => document.fullscreenElement === document.documentElement");
        await Expect(ada.Page.Locator("nav.rail")).ToBeHiddenAsync();
        await ada.Page.Keyboard.PressAsync("f");
        await ada.Page.WaitForFunctionAsync("() => document.fullscreenElement === null");

        await ada.OpenGalleryAsync($"runs/{run}/gallery");
        for (var i = 0; i < 6; i++)
        {
            await ada.By($"cell-{i * Step}").ClickAsync(new() { Modifiers = [KeyboardModifier.Control] });
        }

        await ada.Page.Keyboard.PressAsync("n");
        var stages = ada.By("panes").Locator("[data-stage]");
        await Expect(stages).ToHaveCountAsync(6);
        await Expect(ada.Page.Locator("html[data-keys~='z']")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await stages.Nth(2).HoverAsync(new() { Position = new() { X = 40, Y = 30 } });
        await ada.Page.Keyboard.PressAsync("z");
        await Expect(stages.Nth(5).Locator("[data-pan]")).ToHaveAttributeAsync("style", new Regex("scale"));
        await ada.By("panes").Locator("section").Nth(4).FocusAsync();
        await ada.Page.Keyboard.PressAsync("p");
        await Expect(ada.By("panes").Locator("section").Nth(4)).ToHaveAttributeAsync("data-flag", "pick");

        // A sequence that begins with G is still one, and the palette leads to a run by its name.
        await ada.Page.Keyboard.PressAsync("g");
        await ada.Page.Keyboard.PressAsync("j");
        await ada.ToBeAtAsync(new Regex("/runs$"));
        await Expect(ada.By("runs")).ToBeVisibleAsync();
        await ada.Page.Keyboard.PressAsync("Control+k");
        await ada.By("palette-text").FillAsync("film-by");
        await Expect(ada.By("place").First).ToContainTextAsync("film-by-keys.mp4");
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.ToBeAtAsync(new Regex($"/runs/{run}$"));
        await Expect(ada.By("palette")).ToBeHiddenAsync();
    }

    [Fact(Timeout = 180_000)]
    public async Task A_finger_turns_the_page_and_picks_only_while_culling()
    {
        var run = await studio.SeedAsync("fingers.mp4", 60, Ct);
        await using var ada = await studio.AdminAsync(390, 844);
        var session = await ada.Page.Context.NewCDPSessionAsync(ada.Page);
        await session.SendAsync("Emulation.setTouchEmulationEnabled", new() { ["enabled"] = true });
        await ada.Page.GotoAsync($"runs/{run}/frames/{8 * Step}");
        await Expect(ada.By("marks-panel")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(ada.Page.Locator("html[data-keys~='z']")).ToHaveCountAsync(1, new() { Timeout = 30_000 });

        await ada.SwipeAsync(session, -1);
        await ada.ToBeAtAsync(new Regex($"/frames/{9 * Step}$"));
        await ada.SwipeAsync(session, 1);
        await ada.ToBeAtAsync(new Regex($"/frames/{8 * Step}$"));
        (await studio.MarksAsync(run)).ShouldBeEmpty();

        await ada.Page.Keyboard.PressAsync("Shift+a");
        await Expect(ada.Page.Locator("html[data-advance=on]")).ToHaveCountAsync(1);
        await ada.SwipeAsync(session, 1);
        await ada.ToBeAtAsync(new Regex($"/frames/{9 * Step}$"));
        await Expect(ada.Page.Locator("html[data-outbox='0']")).ToHaveCountAsync(1, new() { Timeout = 60_000 });
        await ada.SwipeAsync(session, -1);
        await ada.ToBeAtAsync(new Regex($"/frames/{10 * Step}$"));
        await Expect(ada.Page.Locator("html[data-outbox='0']")).ToHaveCountAsync(1, new() { Timeout = 60_000 });
        (await studio.MarksAsync(run)).OrderBy(m => m.Pts).Select(m => (m.Pts, m.Flag)).ShouldBe([(8 * Step, MarkFlag.Pick), (9 * Step, MarkFlag.Reject)]);
        await ada.Page.Keyboard.PressAsync("Control+z");
        await Expect(ada.Page.Locator("html[data-outbox='0']")).ToHaveCountAsync(1, new() { Timeout = 60_000 });
        (await studio.MarksAsync(run)).Count(m => m.Flag == MarkFlag.Reject).ShouldBe(0);

        // The best of the stack after this one.
        await ada.Page.Keyboard.PressAsync("ArrowDown");
        await ada.ToBeAtAsync(FrameOfStack(3));
        await ada.Page.Keyboard.PressAsync("ArrowUp");
        await ada.ToBeAtAsync(FrameOfStack(2));
    }

    // Four frames in a row look alike.
    private static Regex FrameOfStack(int stack) => new($"/frames/({string.Join('|', Enumerable.Range(4 * stack, 4).Select(i => i * Step))})$");

    private static async Task<int> TotalAsync(Visitor visitor) => Number((await visitor.By("grid").GetAttributeAsync("aria-rowcount"))!);

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex("/media/(?:thumbs|frames|faces)/([0-9a-f]{32})/(\\d+)")]
    private static partial Regex PictureAddress();

    [GeneratedRegex("\\+([\\d,]+) new")]
    private static partial Regex AddedFrames();

    [GeneratedRegex("/runs/[0-9a-f]{32}$")]
    private static partial Regex RunAddress();
}

using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>From a file to a reviewed, downloaded best frame, as people do it.</summary>
public sealed partial class VettingJourneys(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_clip_is_submitted_and_its_run_fills_live_on_two_screens()
    {
        await using var ada = await studio.AdminAsync();
        await using var second = await studio.AdminAsync();
        var run = await SubmitAsync(ada, await studio.ClipAsync("live.mp4", 12, Ct));

        // The order of the gallery rests under the pointer, which the click has left somewhere.
        await ada.Page.Mouse.MoveAsync(0, 0);
        await second.Page.GotoAsync(run);
        await Expect(ada.By("live-gallery").Locator("a").First).ToBeVisibleAsync();
        await Expect(second.By("live-gallery").Locator("a").First).ToBeVisibleAsync();
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 60_000 });
        await Expect(second.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 3000 });

        await Expect(ada.By("live-gallery").Locator("a")).ToHaveCountAsync(12);
        await Expect(ada.By("funnel-sampled")).ToContainTextAsync("12");
        ada.Errors.ShouldBeEmpty();
        second.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task Frames_are_filtered_selected_and_downloaded_as_a_zip()
    {
        await using var ada = await studio.AdminAsync();
        var run = await SubmitAsync(ada, await studio.ClipAsync("select.mp4", 10, Ct));
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 60_000 });
        await ada.Page.GotoAsync($"{run}/gallery");
        var cells = ada.By("grid").Locator("[role=gridcell]");
        await Expect(cells).ToHaveCountAsync(10);

        await cells.Nth(1).ClickAsync();
        await cells.Nth(4).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(ada.By("selected")).ToHaveTextAsync("4 selected");
        await ada.By("zip").ClickAsync();
        var download = await ada.Page.RunAndWaitForDownloadAsync(() => ada.By("download").ClickAsync(new() { Timeout = 60_000 }));

        await using var file = File.OpenRead(await download.PathAsync());
        using var zip = new ZipArchive(file);
        await using var manifest = await zip.GetEntry("manifest.json")!.OpenAsync(Ct);
        using var json = await JsonDocument.ParseAsync(manifest, cancellationToken: Ct);
        var listed = json.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("name").GetString()).ToArray();
        listed.Length.ShouldBe(4);
        zip.Entries.Select(e => e.Name).ShouldBe([.. listed, "manifest.json", "frames.csv"], ignoreOrder: true);
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_filter_narrows_the_gallery_and_lives_in_the_address()
    {
        await using var ada = await studio.AdminAsync();
        var run = await SubmitAsync(ada, await studio.ClipAsync("filter.mp4", 8, Ct));
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 60_000 });
        await ada.Page.GotoAsync($"{run}/gallery");
        await Expect(ada.By("grid").Locator("[role=gridcell]")).ToHaveCountAsync(8);
        var slider = ada.By("range-quality-low");
        var middle = (double.Parse(await slider.GetAttributeAsync("min") ?? "", null) + double.Parse(await slider.GetAttributeAsync("max") ?? "", null)) / 2;

        await ada.By("range-quality-from").FillAsync(middle.ToString("0.###", null));
        await ada.By("range-quality-from").PressAsync("Tab");
        await Expect(ada.By("matching")).Not.ToContainTextAsync("8 of 8");
        var words = await ada.By("matching").TextContentAsync();

        await using var other = await studio.AdminAsync();
        await other.Page.GotoAsync(ada.Page.Url);
        await Expect(other.By("matching")).ToHaveTextAsync(words!);
    }

    [Fact(Timeout = 120_000)]
    public async Task Scenes_lead_from_the_timeline_to_their_frames()
    {
        await using var ada = await studio.AdminAsync();
        var run = await SubmitAsync(ada, await studio.ClipAsync("scenes.mp4", 10, Ct));
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 60_000 });
        var frames = await ada.Page.EvaluateAsync<long[]>("async run => (await (await fetch(`/api/v1${run}/frames`)).json()).items.map(f => f.pts)", run);
        await studio.Server.SaveScenesAsync(run.Split('/')[^1], [0, 3, 7], Ct);

        await ada.Page.ReloadAsync();
        await Expect(ada.By("curve")).ToHaveAttributeAsync("data-scenes", "3");
        await Expect(ada.By("scene-count")).ToHaveTextAsync("3");
        await ada.By("curve").Locator(".u-over").HoverAsync();
        await Expect(ada.Page.Locator(".curve-tip")).ToContainTextAsync("scene 2, ");
        await ada.By("scenes").Locator("summary").ClickAsync();
        await ada.By("scene-row-2").ClickAsync();

        await ada.ToBeAtAsync(new Regex("scene=2"));
        await Expect(ada.By("matching")).ToContainTextAsync("4 of 10");
        await Expect(ada.By("grid").Locator("[role=gridcell]")).ToHaveCountAsync(4);
        await ada.By("scene-strip").Locator("a").Nth(2).ClickAsync();
        await Expect(ada.By("matching")).ToContainTextAsync("3 of 10");
        await ada.By("filter-scene").SelectOptionAsync("1");
        await Expect(ada.By("grid").Locator("[role=gridcell]")).ToHaveCountAsync(3);
        await ada.By("filter-scene").SelectOptionAsync("");
        await Expect(ada.By("grid").Locator("[role=gridcell]")).ToHaveCountAsync(10);
        await ada.Page.GotoAsync($"{run}/frames/{frames[7]}");
        await Expect(ada.By("scene")).ToContainTextAsync("3 of 3");
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_damaged_file_fails_with_one_sentence_and_leaves_the_others_alone()
    {
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await ada.By("file-input").SetInputFilesAsync([studio.Clips.Write("letter.mp4", "just some words, no pictures\n"u8), await studio.ClipAsync("good.mp4", 3, Ct)]);
        await Expect(ada.By("upload-run")).ToHaveCountAsync(2, new() { Timeout = 30_000 });

        await ada.By("upload-run").Filter(new() { HasText = "letter.mp4" }).ClickAsync();
        await Expect(ada.By("failure")).ToContainTextAsync("letter.mp4", new() { Timeout = 30_000 });
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Failed");
        await ada.Page.GoBackAsync();
        await ada.Page.GotoAsync("runs");
        await Expect(ada.By("runs")).ToContainTextAsync("good.mp4");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_doubtful_item_is_decided_by_keyboard_and_every_screen_follows()
    {
        await using var ada = await studio.AdminAsync();
        await using var watcher = await studio.AdminAsync();
        await ada.Page.GotoAsync("review");
        await Expect(ada.By("review-item").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await ada.By("review-link").First.ClickAsync();
        await Expect(ada.By("lease")).ToBeVisibleAsync();
        var blurred = await ada.By("review-image").GetAttributeAsync("src");
        await watcher.Page.GotoAsync("review");
        await Expect(watcher.By("review-item").First).ToHaveAttributeAsync("data-state", "Claimed");

        await ada.Page.Keyboard.DownAsync("Space");
        await Expect(ada.By("review-stage")).ToHaveAttributeAsync("data-revealed", "true");
        (await ada.By("review-image").GetAttributeAsync("src")).ShouldNotBe(blurred);
        await ada.Page.Keyboard.UpAsync("Space");
        await Expect(ada.By("review-stage")).ToHaveAttributeAsync("data-revealed", "false");

        await ada.Page.Keyboard.PressAsync("d");
        await ada.Page.Keyboard.PressAsync("n");
        await Expect(ada.By("label-missing")).ToBeVisibleAsync();
        await ada.Page.Keyboard.PressAsync("a");
        await ada.Page.Keyboard.PressAsync("n");

        await Expect(ada.By("queue-end")).ToBeVisibleAsync();
        await Expect(watcher.By("review-item")).ToHaveCountAsync(0, new() { Timeout = 3000 });
        await watcher.Page.GotoAsync("runs");
        await watcher.By("runs").GetByText("framevet-demo.mp4").First.ClickAsync();
        await Expect(watcher.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 60_000 });
        await Expect(watcher.By("export").First).ToBeVisibleAsync();
        ada.Errors.ShouldBeEmpty();
    }

    /// <summary>Submits one file and opens its run; returns the run's address.</summary>
    private static async Task<string> SubmitAsync(Visitor visitor, string path)
    {
        await visitor.Page.GotoAsync("submit");
        await Expect(visitor.By("limits")).ToBeVisibleAsync();
        await visitor.By("file-input").SetInputFilesAsync(path);
        await visitor.By("upload-run").First.ClickAsync(new() { Timeout = 30_000 });
        await visitor.ToBeAtAsync(RunAddress());
        return new Uri(visitor.Page.Url).AbsolutePath;
    }

    [GeneratedRegex("/runs/[0-9a-f]{32}$")]
    private static partial Regex RunAddress();
}

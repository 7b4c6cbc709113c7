using System.Text;
using Framevet.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>Many files, and files on a bad network, as a person sees them.</summary>
public sealed class UploadJourneys(Studio studio) : IClassFixture<Studio>
{
    private const int Many = 300;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task Three_hundred_files_are_three_hundred_rows_and_the_page_stays_alive()
    {
        LongTests.Only(true, "300 files are sent.");
        var files = Enumerable.Range(0, Many).Select(i => studio.Clips.Write($"many-{i}.mp4", Encoding.UTF8.GetBytes($"no pictures in number {i}\n"))).ToArray();
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("limits")).ToBeVisibleAsync();

        await ada.By("file-input").SetInputFilesAsync(files);

        await Expect(ada.By("uploads-done")).ToContainTextAsync($"{Many} of {Many}", new() { Timeout = 150_000 });
        await Expect(ada.By("upload-run")).ToHaveCountAsync(Many);
        await ada.By("clear-finished").ClickAsync();
        await Expect(ada.By("upload")).ToHaveCountAsync(0);
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 180_000)]
    public async Task A_folder_and_a_pasted_picture_are_taken_like_chosen_files()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "first.mp4", "inner/second.mp4" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            await File.WriteAllTextAsync(folder[name], $"no pictures in {name}\n", Ct);
        }

        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("limits")).ToBeVisibleAsync();

        await ada.By("folder-input").SetInputFilesAsync(folder.Path);
        await Expect(ada.By("upload-run")).ToHaveCountAsync(2, new() { Timeout = 60_000 });
        (await ada.By("upload-run").AllInnerTextsAsync()).Order().ShouldBe(["first.mp4", "second.mp4"]);

        await ada.Page.EvaluateAsync("""
            async () => {
              const canvas = new OffscreenCanvas(64, 48);
              canvas.getContext("2d").fillRect(8, 8, 20, 20);
              const data = new DataTransfer();
              data.items.add(new File([await canvas.convertToBlob({ type: "image/png" })], "image.png", { type: "image/png" }));
              document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
            }
            """);
        await Expect(ada.By("upload-run")).ToHaveCountAsync(3, new() { Timeout = 60_000 });
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 180_000)]
    public async Task An_upload_that_a_reload_cut_off_goes_on_when_the_file_is_chosen_again()
    {
        var bytes = new byte[12 << 20];
        new Random(7).NextBytes(bytes);
        var file = studio.Clips.Write("long.mp4", bytes);
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("limits")).ToBeVisibleAsync();
        var network = await ada.Page.Context.NewCDPSessionAsync(ada.Page);
        await ThrottleAsync(network, 700_000);
        await ada.By("file-input").SetInputFilesAsync(file);
        await Expect(ada.By("upload-status")).ToContainTextAsync("/s", new() { Timeout = 30_000 });

        await ada.By("upload-pause").ClickAsync();
        await Expect(ada.By("upload")).ToHaveAttributeAsync("data-state", "paused");
        await ada.By("upload-resume").ClickAsync();
        await Expect(ada.By("upload")).ToHaveAttributeAsync("data-state", "sending");
        await Task.Delay(1500, Ct);
        await ada.By("upload-pause").ClickAsync();
        await Expect(ada.By("upload")).ToHaveAttributeAsync("data-state", "paused");
        await ada.Page.ReloadAsync();

        await Expect(ada.By("upload")).ToHaveAttributeAsync("data-state", "interrupted", new() { Timeout = 30_000 });
        await ThrottleAsync(network, -1);
        await ada.By("file-input").SetInputFilesAsync(file);
        await Expect(ada.By("upload-run")).ToHaveTextAsync("long.mp4", new() { Timeout = 60_000 });
        await Expect(ada.By("upload")).ToHaveCountAsync(1);
        ada.Errors.ShouldBeEmpty();
    }

    /// <summary>Bytes a second that the page may send; -1 = as many as it can.</summary>
    private static async Task ThrottleAsync(ICDPSession network, int upload) => _ = await network.SendAsync("Network.emulateNetworkConditions",
        new Dictionary<string, object> { ["offline"] = false, ["latency"] = 0, ["downloadThroughput"] = -1, ["uploadThroughput"] = upload });
}

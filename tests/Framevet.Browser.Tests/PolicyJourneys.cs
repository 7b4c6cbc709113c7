using Framevet.Pipeline.Tools;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>The policy page: a picture is tried before thresholds are saved.</summary>
public sealed class PolicyJourneys(DeskStudio studio) : IClassFixture<DeskStudio>
{
    [Theory(Timeout = 180_000)]
    [InlineData(1440, false)]
    [InlineData(390, true)]
    public async Task A_picture_is_chosen_or_pasted_judged_by_both_policies_and_kept_nowhere(int width, bool isDark)
    {
        await using var ada = await studio.AdminAsync(width, width < 600 ? 844 : 900, isDark);
        var asked = new List<string>();
        ada.Page.Request += (_, request) => asked.Add($"{request.Method} {new Uri(request.Url).AbsolutePath}");
        await ada.Page.GotoAsync("settings/policy");
        await Expect(ada.Page.Locator("[data-testid=trial][data-bound]")).ToBeAttachedAsync(Patient);
        await Expect(ada.By("trial-ask-aws-rekognition")).ToHaveCountAsync(0);
        var before = Files();

        await ada.By("trial-file").SetInputFilesAsync(new FilePayload { Name = "skin.jpg", MimeType = "image/jpeg", Buffer = Skin() });
        await Expect(ada.By("trial-saved-skin-region")).ToContainTextAsync("A person looks", new() { Timeout = 30_000 });
        await Expect(ada.By("trial-skin-region").Locator("li")).ToContainTextAsync("human");
        await Expect(ada.By("trial-local-model")).ToContainTextAsync("nsfwjs");
        await Expect(ada.By("trial-draft-skin-region")).ToHaveCountAsync(0);

        // A band that is moved is applied to what was seen; nobody is asked again.
        await ada.By("band-nudity/skin-from").FillAsync("0.95");
        await ada.By("band-nudity/skin-from").PressAsync("Tab");
        await Expect(ada.By("trial-draft-skin-region")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(ada.By("trial-skin-region").Locator("li")).ToContainTextAsync("(0.95 / never)");
        asked.Count(a => a == "POST /api/v1/policy/trial").ShouldBe(1);
        await ada.By("trial").ScrollIntoViewIfNeededAsync();
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots"));
        await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"policy-trial-{width}-{(isDark ? "dark" : "light")}.png") });
        (await ada.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue();

        await ada.Page.EvaluateAsync(
            """
            (bytes) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], "pasted.jpg", { type: "image/jpeg" }));
              document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
            }
            """,
            Convert.ToBase64String(Gray()));
        await Expect(ada.By("trial-name")).ToHaveTextAsync("pasted.jpg", new() { Timeout = 30_000 });
        await Expect(ada.By("trial-saved-skin-region")).ToContainTextAsync("Cleared", new() { Timeout = 30_000 });

        await ada.By("trial-file").SetInputFilesAsync(new FilePayload { Name = "no.png", MimeType = "image/png", Buffer = [1, 2, 3] });
        await Expect(ada.By("trial-trouble")).ToContainTextAsync("no.png", new() { Timeout = 30_000 });
        Files().ShouldBe(before);

        // The browser itself writes that the last answer was no success.
        ada.Errors.ShouldAllBe(e => e.Contains("415", StringComparison.Ordinal));
    }

    private static LocatorAssertionsToBeAttachedOptions Patient => new() { Timeout = 30_000 };

    private string[] Files() => [.. Directory.GetFiles(studio.Server.Folder, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).Contains(".db", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static byte[] Skin() => Plain(224, 172, 140);

    private static byte[] Gray() => Plain(120, 125, 130);

    private static byte[] Plain(byte red, byte green, byte blue)
    {
        var image = new RgbImage(320, 240, new byte[320 * 240 * 3]);
        for (var i = 0; i < 320 * 240; i++)
        {
            (image.Pixels[i * 3], image.Pixels[(i * 3) + 1], image.Pixels[(i * 3) + 2]) = (red, green, blue);
        }

        return new JpegCodec().Encode(image, 90);
    }
}

using Framevet.Pipeline.Review;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>A person's own order of the queues. On a desk of its own: elsewhere the queue is looked at while it is empty.</summary>
public sealed class StarredQueueJourneys(DeskStudio studio) : IClassFixture<DeskStudio>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_starred_queue_stays_first()
    {
        await studio.AddAsync("star", 1, "nudity/suggestive", ReviewKind.Flagged, Ct);
        await studio.AddAsync("urgent", 1, "violence/graphic", ReviewKind.Flagged, Ct);
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("review");
        await ada.By("star-nudity").ClickAsync();
        await Expect(ada.By("star-nudity")).ToHaveAttributeAsync("aria-pressed", "true", new() { Timeout = 30_000 });
        await Expect(ada.By("queues").Locator("section").First).ToHaveAttributeAsync("data-testid", "queue-nudity", new() { Timeout = 30_000 });

        await ada.Page.ReloadAsync();

        await Expect(ada.By("queues").Locator("section").First).ToHaveAttributeAsync("data-testid", "queue-nudity", new() { Timeout = 30_000 });
        await ada.By("star-nudity").FocusAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.By("star-nudity")).ToHaveAttributeAsync("aria-pressed", "false", new() { Timeout = 30_000 });
        ada.Errors.ShouldBeEmpty();
    }
}

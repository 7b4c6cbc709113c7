using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>What journeys do with every gallery.</summary>
internal static class GalleryHands
{
    /// <summary>Frames of a grid that are there, not those that are still read.</summary>
    public const string Cells = "[role=gridcell][data-pts]";

    /// <summary>Opens a gallery and waits until it listens to keys.</summary>
    public static async Task OpenGalleryAsync(this Visitor visitor, string address)
    {
        await visitor.Page.GotoAsync(address);
        await Expect(visitor.Page.Locator($"{Cells}[data-active]")).ToHaveCountAsync(1, new() { Timeout = 60_000 });
        await Expect(visitor.Page.Locator("html[data-keys~='x']")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
    }

    /// <summary>PTS of the first frames as they stand.</summary>
    public static async Task<string[]> FirstFramesAsync(this Visitor visitor, int count) =>
        await visitor.Page.Locator(Cells).EvaluateAllAsync<string[]>("(cells, count) => cells.filter(c => c.dataset.index < count).map(c => c.dataset.pts)", count);

    /// <summary>A finger across the large picture: 1 to the right, -1 to the left.</summary>
    public static async Task SwipeAsync(this Visitor visitor, ICDPSession session, int direction)
    {
        var box = (await visitor.By("stage").BoundingBoxAsync())!;
        var (x, y) = (box.X + (box.Width / 2) - (direction * 70), box.Y + (box.Height / 2));
        for (var i = 0; i <= 7; i++)
        {
            await session.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = i == 0 ? "touchStart" : "touchMove", ["touchPoints"] = new[] { new { x = x + (direction * i * 20), y } } });
        }

        await session.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchEnd", ["touchPoints"] = Array.Empty<object>() });
    }
}

using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Framevet.Browser.Tests;

/// <summary>One person at one page. Keeps a picture when a test failed, and the trace where FRAMEVET_BROWSER_TRACES=1 asks for one: recording it costs as much as the pages themselves.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    internal Visitor(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => Errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                Errors.Add(message.Text);
            }
        };
    }

    /// <summary>Whether everything is recorded.</summary>
    public static bool IsTraced => Environment.GetEnvironmentVariable("FRAMEVET_BROWSER_TRACES") == "1";

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Script errors and console errors so far.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>The element with this <c>data-testid</c>.</summary>
    public ILocator By(string testId) => Page.GetByTestId(testId);

    /// <summary>Waits until the page has such an address. Playwright's own wait listens for a navigation, and misses one that comes between its first look and its listening.</summary>
    public Task ToBeAtAsync(Regex address, float timeout = 20_000) => Assertions.Expect(Page).ToHaveURLAsync(address, new() { Timeout = timeout });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var failed = TestContext.Current.TestState?.Result == TestResult.Failed;
        var name = Path.Combine(AppContext.BaseDirectory, "traces", $"{TestContext.Current.TestMethod?.MethodName ?? "class"}-{Guid.NewGuid():N}");
        if (IsTraced)
        {
            await _context.Tracing.StopAsync(new() { Path = failed ? name + ".zip" : null });
        }

        if (failed)
        {
            await KeepAsync(name);
        }

        await _context.DisposeAsync();
    }

    // What the page looks like is no reason to fail once more.
    private async Task KeepAsync(string name)
    {
        try
        {
            await Page.ScreenshotAsync(new() { Path = name + ".png", Timeout = 5000 });
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            Console.WriteLine($"No picture of the page: {e.Message}");
        }
    }
}

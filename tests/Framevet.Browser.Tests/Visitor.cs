using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Framevet.Browser.Tests;

/// <summary>One person at one page. Keeps a trace where FRAMEVET_BROWSER_TRACES=1 asks for one: recording it costs as much as the pages themselves.</summary>
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
        if (IsTraced)
        {
            // Whether the test fails is not known before its pages are closed.
            await _context.Tracing.StopAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "traces", $"{TestContext.Current.TestMethod?.MethodName ?? "class"}-{Guid.NewGuid():N}.zip") });
        }

        await _context.DisposeAsync();
    }
}

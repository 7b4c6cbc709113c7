using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Framevet.Browser.Tests;

/// <summary>One person at one page. Keeps the trace when a test failed.</summary>
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
        var folder = Path.Combine(AppContext.BaseDirectory, "traces");
        var name = $"{TestContext.Current.TestMethod?.MethodName ?? "class"}-{Guid.NewGuid():N}.zip";
        await _context.Tracing.StopAsync(new() { Path = failed ? Path.Combine(folder, name) : null });
        await _context.DisposeAsync();
    }
}

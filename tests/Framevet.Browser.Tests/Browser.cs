using Microsoft.Playwright;

namespace Framevet.Browser.Tests;

/// <summary>Headless Chromium of the system, driven over its own connection; one per test class.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    // Five seconds, the default, are little where two processors serve an application, a browser and the tests.
    static Browser() => Assertions.SetDefaultExpectTimeout(20_000);

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Where Chromium is, or null when it is not installed. Debian's build without a window first: the whole program draws bars that nobody sees, for each page anew.</summary>
    public static string? Executable =>
        new[] { Environment.GetEnvironmentVariable("FRAMEVET_CHROMIUM"), "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
            .FirstOrDefault(File.Exists);

    /// <summary>Starts it; skips the test where there is none.</summary>
    public static async Task<Browser> StartAsync()
    {
        Assert.SkipWhen(Executable is null, "Chromium is not installed (./test installs it on Debian).");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Headless = true, Args = Flags });
        return new Browser(playwright, browser);
    }

    /// <summary>A new person: own cookies, own page, failures of scripts collected.</summary>
    public async Task<Visitor> VisitAsync(Uri server, int width = 1440, int height = 900, bool isDark = false, string? cookies = null)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = server.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,

            // What pulses without end is painted without end, by the processor.
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            StorageState = cookies,
        });
        context.SetDefaultTimeout(20_000);
        if (Visitor.IsTraced)
        {
            await context.Tracing.StartAsync(new() { Screenshots = true, Snapshots = true });
        }

        return new Visitor(context, await context.NewPageAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}

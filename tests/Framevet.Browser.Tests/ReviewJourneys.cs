using System.Text.RegularExpressions;
using Framevet.Pipeline.Review;
using Framevet.TestKit;
using Microsoft.Data.Sqlite;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>The review desk as people use it: by keyboard, with care, and together.</summary>
public sealed class ReviewJourneys(DeskStudio studio) : IClassFixture<DeskStudio>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task A_hundred_items_are_reviewed_without_a_mouse_and_a_held_key_decides_nothing()
    {
        await using var ada = await studio.AdminAsync();
        await studio.AddAsync("keys", 100, "drugs/alcohol-tobacco", ReviewKind.Flagged, Ct);
        await ada.Page.GotoAsync("review?queue=drugs");
        await Expect(ada.By("queue-drugs")).ToHaveAttributeAsync("data-pending", "100");
        await ada.By("start-drugs").FocusAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        var title = ada.Page.Locator("h1");
        await Expect(title).ToHaveTextAsync("keys-000.mp4");
        await Expect(ada.By("lease")).ToBeVisibleAsync();

        // The system repeats a held key some thirty times a second; three seconds of it.
        await PressAsync(ada, "d");
        await ada.Page.Keyboard.PressAsync("1");
        for (var i = 0; i < 90; i++)
        {
            await ada.Page.Keyboard.DownAsync("ArrowRight");
        }

        await ada.Page.Keyboard.UpAsync("ArrowRight");
        await Expect(title).ToHaveTextAsync("keys-001.mp4");
        (await DecidedAsync(ada)).ShouldBe(0);
        await ada.Page.Keyboard.PressAsync("k");
        await Expect(title).ToHaveTextAsync("keys-000.mp4");

        for (var i = 0; i < 100; i++)
        {
            await Expect(title).ToHaveTextAsync($"keys-{i:000}.mp4");
            await Expect(ada.By("lease")).ToBeVisibleAsync();
            await ada.Page.Keyboard.PressAsync("d");
            await ada.Page.Keyboard.PressAsync("1");
            await ada.Page.Keyboard.PressAsync("n");
        }

        await Expect(ada.By("queue-end")).ToBeVisibleAsync();
        (await DecidedAsync(ada)).ShouldBe(100);
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task No_original_is_fetched_before_somebody_looks_and_nothing_at_all_behind_a_warning()
    {
        await using var ada = await studio.AdminAsync();
        await studio.AddAsync("severe", 1, "violence/graphic", ReviewKind.Sample, Ct);
        var asked = new List<string>();
        ada.Page.Request += (_, request) => asked.Add(request.Url);
        await ada.Page.GotoAsync("review?queue=violence");
        await ada.By("start-violence").ClickAsync();
        await Expect(ada.By("gate-severe")).ToBeVisibleAsync();
        asked.ShouldNotContain(u => u.Contains("/media/frames/", StringComparison.Ordinal) || u.Contains("reveal=1", StringComparison.Ordinal));

        asked.Clear();
        await ada.Page.Keyboard.PressAsync("d");
        await ada.Page.Keyboard.PressAsync("n");
        await ada.Page.Keyboard.DownAsync("Space");
        await ada.Page.Keyboard.UpAsync("Space");
        await Expect(ada.By("gate-severe")).ToBeVisibleAsync();
        asked.ShouldNotContain(u => u.Contains("/media/", StringComparison.Ordinal), "nothing is fetched behind the warning");
        await PressAsync(ada, "o");
        await Expect(ada.By("review-stage")).ToHaveAttributeAsync("data-revealed", "false");
        await Expect(ada.By("context-0")).ToBeVisibleAsync();
        await ada.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('main img')].every(i => i.complete && i.naturalWidth > 0)");
        asked.Where(u => u.Contains("/media/", StringComparison.Ordinal)).ShouldAllBe(u => u.EndsWith("care=1", StringComparison.Ordinal));

        var original = ada.Page.WaitForRequestAsync(new Regex("/media/frames/.*reveal=1"));
        await ada.Page.Keyboard.DownAsync("Space");
        await original;
        await ada.Page.Keyboard.UpAsync("Space");
        await Expect(ada.By("review-stage")).ToHaveAttributeAsync("data-revealed", "false");
        await ada.Page.Keyboard.PressAsync("s");
        await Expect(ada.By("queue-end")).ToBeVisibleAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_decision_greys_out_on_the_other_screen_moves_nothing_under_the_pointer_and_is_taken_back()
    {
        await using var ada = await studio.AdminAsync();
        await using var watcher = await studio.AdminAsync();
        await studio.AddAsync("live", 3, "hate/symbol", ReviewKind.Flagged, Ct);
        await watcher.Page.GotoAsync("review?queue=hate");
        await Expect(watcher.By("review-item")).ToHaveCountAsync(3);
        await watcher.By("review-item").Nth(1).HoverAsync();
        var place = await watcher.By("review-item").Nth(1).BoundingBoxAsync();

        await ada.Page.GotoAsync("review?queue=hate");
        await ada.By("start-hate").ClickAsync();
        await Expect(watcher.By("review-item").First).ToHaveAttributeAsync("data-state", "Claimed", new() { Timeout = 5000 });
        await Expect(watcher.By("queue-hate").GetByTestId("viewers")).ToBeVisibleAsync();
        await Expect(ada.Page.Locator("h1")).ToHaveTextAsync("live-000.mp4");
        await Expect(ada.By("lease")).ToBeVisibleAsync();
        foreach (var key in (string[])["d", "1", "n"])
        {
            await PressAsync(ada, key);
        }

        var decided = TimeProvider.System.GetTimestamp();
        await Expect(watcher.By("review-item").First).ToHaveAttributeAsync("data-state", "Decided", new() { Timeout = 5000 });
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"The other browser showed the decision {TimeProvider.System.GetElapsedTime(decided).TotalMilliseconds:0} ms after the last key."));
        await Expect(watcher.By("queue-hate")).ToHaveAttributeAsync("data-pending", "1");
        (await watcher.By("review-item").CountAsync()).ShouldBe(3);
        (await watcher.By("review-item").Nth(1).BoundingBoxAsync())!.Y.ShouldBe(place!.Y);

        await Expect(ada.Page.Locator("h1")).ToHaveTextAsync("live-001.mp4");
        await ada.Page.Keyboard.PressAsync("Control+z");
        await Expect(ada.Page.Locator("h1")).ToHaveTextAsync("live-000.mp4");
        await Expect(ada.By("lease")).ToBeVisibleAsync();
        await Expect(watcher.By("review-item").First).ToHaveAttributeAsync("data-state", "Claimed", new() { Timeout = 5000 });

        await ada.Page.Keyboard.PressAsync("w");
        await ada.By("hold-note").FillAsync("need the lead's eye");
        await ada.By("hold-mine").ClickAsync();
        await Expect(ada.Page.Locator("h1")).ToHaveTextAsync("live-001.mp4");
        await ada.Page.GotoAsync("review?show=mine");
        await Expect(ada.By("review-item")).ToHaveCountAsync(1);
        ada.Errors.ShouldBeEmpty();
        watcher.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task Keys_are_changed_conflicts_are_shown_and_the_choice_stays()
    {
        await using var ada = await studio.AdminAsync();
        await studio.AddAsync("remap", 1, "self-harm", ReviewKind.Sample, Ct);
        await ada.Page.GotoAsync("review");
        await ada.By("help").ClickAsync();
        await ada.By("keys-change").ClickAsync();
        await ChangeKeyAsync(ada, "d");
        await Expect(ada.By("keys-obstacle")).ToContainTextAsync("Deny");
        await ChangeKeyAsync(ada, "Control+t");
        await Expect(ada.By("keys-obstacle")).ToContainTextAsync("browser");
        await ChangeKeyAsync(ada, "q");
        await Expect(ada.By("key-Review/a")).ToHaveCountAsync(1);
        await Expect(ada.By("keys-reset")).ToBeVisibleAsync();

        await ada.Page.GotoAsync("review?queue=self-harm");
        await ada.By("start-self-harm").ClickAsync();
        await Expect(ada.By("gate-severe")).ToBeVisibleAsync();
        await PressAsync(ada, "o");
        await Expect(ada.By("review-stage")).ToBeVisibleAsync();
        await Expect(ada.By("allow").Locator("kbd")).ToHaveTextAsync("Q");
        await ada.Page.Keyboard.PressAsync("q");
        await Expect(ada.By("allow")).ToHaveAttributeAsync("aria-checked", "true");
        await ada.Page.Keyboard.PressAsync("s");
        await ada.By("help").ClickAsync();
        await ada.By("keys-reset").ClickAsync();
        await Expect(ada.By("keys-reset")).ToHaveCountAsync(0);
    }

    // A key does nothing before the page has bound it.
    private static async Task PressAsync(Visitor visitor, string key)
    {
        await Expect(visitor.Page.Locator($"html[data-keys~='{key}']")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await visitor.Page.Keyboard.PressAsync(key);
    }

    [Theory(Timeout = 180_000)]
    [InlineData(1440, false)]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task Every_state_of_the_desk_fits_its_screen(int width, bool isDark)
    {
        LongTests.Only(width < 600 || isDark, "Three more screens.");
        await using var ada = await studio.AdminAsync(width, width < 600 ? 844 : 900, isDark);
        var label = width < 600 && isDark ? "minors-risk" : "nudity/explicit";
        await studio.AddAsync($"shot{width}{isDark}", 2, label, ReviewKind.Sample, Ct);
        await ada.Page.GotoAsync($"review?queue={ReviewQueues.Of(label)}");
        await Expect(ada.By($"queue-{ReviewQueues.Of(label)}")).ToBeVisibleAsync();
        await ShotAsync(ada, "board", width, isDark);
        await ada.By($"start-{ReviewQueues.Of(label)}").ClickAsync();
        await Expect(ada.By("gate-severe")).ToBeVisibleAsync();
        await ShotAsync(ada, "warning", width, isDark);
        await ada.By("gate-open").ClickAsync();
        await Expect(ada.By("review-image")).ToBeVisibleAsync();
        await ShotAsync(ada, "item", width, isDark);
        await ada.Page.Keyboard.DownAsync("Space");
        await Expect(ada.By("review-stage")).ToHaveAttributeAsync("data-revealed", "true");
        await ShotAsync(ada, "revealed", width, isDark);
        await ada.Page.Keyboard.UpAsync("Space");
        foreach (var key in (string[])["v", "h", "w", "d"])
        {
            await ada.Page.Keyboard.PressAsync(key);
        }

        await Expect(ada.By("hold-panel")).ToBeVisibleAsync();
        await ShotAsync(ada, "open", width, isDark);
        await ada.Page.Keyboard.PressAsync("1");
        await ada.Page.Keyboard.PressAsync("Control+Enter");
        await Expect(ada.By("undo-bar")).ToBeVisibleAsync();
        await ShotAsync(ada, "decided", width, isDark);
        var user = await UserIdAsync(ada);
        await studio.AddExposureAsync(user, ReviewQueues.Of(label), 20 + 100, Ct);
        await ada.Page.GotoAsync($"review?queue={ReviewQueues.Of(label)}&end=true");
        await Expect(ada.By("queue-end")).ToBeVisibleAsync();
        await ShotAsync(ada, "end", width, isDark);
        ada.Errors.ShouldBeEmpty();
    }

    private static async Task ChangeKeyAsync(Visitor visitor, string key)
    {
        await visitor.By("key-Review/a").ClickAsync();
        await Expect(visitor.By("key-Review/a")).ToContainTextAsync("press");
        await visitor.Page.Keyboard.PressAsync(key);
        await Expect(visitor.By("key-Review/a")).Not.ToContainTextAsync("press");
    }

    private static async Task ShotAsync(Visitor visitor, string name, int width, bool isDark)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots"));
        await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"desk-{name}-{width}-{(isDark ? "dark" : "light")}.png"), FullPage = name is "board" or "open" });
        (await visitor.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{name} is wider than {width} px");
    }

    private static async Task<int> DecidedAsync(Visitor visitor) =>
        await visitor.Page.EvaluateAsync<int>("async () => (await (await fetch('/api/v1/review?state=decided&queue=drugs&take=1')).json()).total");

    private async Task<string> UserIdAsync(Visitor visitor)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(studio.Server.Folder, "framevet.db")}");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT \"Id\" FROM \"Users\" WHERE \"UserName\" = $name";
        command.Parameters.AddWithValue("$name", Studio.Admin);
        visitor.Page.IsClosed.ShouldBeFalse();
        return (string)(await command.ExecuteScalarAsync(Ct))!;
    }
}

using System.Collections.Immutable;
using Framevet.Pipeline.Review;
using Framevet.TestKit;
using Microsoft.Data.Sqlite;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>What the desk shows when something is in the way, in both themes and at both widths: every picture is kept to be looked at.</summary>
public sealed class DeskStateJourneys(DeskStudio studio) : IClassFixture<DeskStudio>
{
    // Every day the two that differ most.
    private static readonly ImmutableArray<(int Width, bool IsDark)> Screens = LongTests.AreWanted ? [(1440, false), (1440, true), (390, false), (390, true)] : [(1440, false), (390, true)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 540_000)]
    public async Task Every_obstacle_is_said_in_words_and_fits_its_screen()
    {
        await OnEveryScreenAsync("empty", "review", ada => Expect(ada.Page.GetByText("The queue is empty")).ToBeVisibleAsync(new() { Timeout = 30_000 }));

        var held = (await studio.AddAsync("held", 1, "hate/symbol", ReviewKind.Flagged, Ct))[0];
        await studio.ClaimAsOtherAsync(held, Ct);
        await OnEveryScreenAsync("claimed-by-other", $"review/{held}", ada => Expect(ada.By("review-obstacle")).ToContainTextAsync("Bea Kaya", new() { Timeout = 30_000 }));

        var asked = (await studio.AddAsync("asked", 1, "drugs/illegal", ReviewKind.Flagged, Ct, i => i with { Note = "Bea Kaya asks: is this flour or not?", Excluded = ["someone-else"] }))[0];
        await OnEveryScreenAsync("second-opinion", $"review/{asked}", ada => Expect(ada.Page.GetByText("is this flour or not?")).ToBeVisibleAsync(new() { Timeout = 30_000 }));

        var appeal = (await studio.AddAsync("appeal", 1, "violence/weapon", ReviewKind.Appeal, Ct, i => i with { Note = "These are props of our theatre; the invoice is attached to the project.", Excluded = ["someone-else"] }))[0];
        await OnEveryScreenAsync("appeal", $"review/{appeal}", ada => Expect(ada.Page.GetByText("props of our theatre")).ToBeVisibleAsync(new() { Timeout = 30_000 }));

        var severe = (await studio.AddAsync("severe", 1, "minors-risk", ReviewKind.Flagged, Ct))[0];
        await OnEveryScreenAsync("severe-warning", $"review/{severe}", ada => Expect(ada.By("gate-severe")).ToBeVisibleAsync(new() { Timeout = 30_000 }));

        var user = await UserIdAsync();
        await studio.AddExposureAsync(user, "minors-risk", 25, Ct);
        await OnEveryScreenAsync("break", $"review/{severe}", ada => Expect(ada.By("gate-break")).ToBeVisibleAsync(new() { Timeout = 30_000 }));
        await studio.AddExposureAsync(user, "minors-risk", 40, Ct);

        // Somebody's claim is its own for a while; the board shows queues in which something waits.
        await studio.AddAsync("waits", 1, "minors-risk", ReviewKind.Flagged, Ct);
        await OnEveryScreenAsync("closed-board", "review", ada => Expect(ada.By("queue-minors-risk").GetByTestId("queue-closed")).ToBeVisibleAsync(new() { Timeout = 30_000 }));

        var closed = (await studio.AddAsync("closed", 1, "minors-risk", ReviewKind.Flagged, Ct))[0];
        await OnEveryScreenAsync("hard-stop", $"review/{closed}", ada => Expect(ada.By("gate-closed")).ToBeVisibleAsync(new() { Timeout = 30_000 }));
        await OnEveryScreenAsync("end", "review?queue=minors-risk&end=true", ada => Expect(ada.By("queue-end")).ToBeVisibleAsync(new() { Timeout = 30_000 }));
    }

    private async Task OnEveryScreenAsync(string name, string address, Func<Visitor, Task> isShown)
    {
        foreach (var (width, isDark) in Screens)
        {
            await using var ada = await studio.AdminAsync(width, width < 600 ? 844 : 900, isDark);
            await ada.Page.GotoAsync(address);
            await isShown(ada);
            await ada.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('main img')].every(i => i.complete)");
            var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots"));
            await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"state-{name}-{width}-{(isDark ? "dark" : "light")}.png"), FullPage = true });
            (await ada.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{name} is wider than {width} px");
            ada.Errors.ShouldBeEmpty();
        }
    }

    private async Task<string> UserIdAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(studio.Server.Folder, "framevet.db")}");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT \"Id\" FROM \"Users\" WHERE \"UserName\" = $name";
        command.Parameters.AddWithValue("$name", Studio.Admin);
        return (string)(await command.ExecuteScalarAsync(Ct))!;
    }
}

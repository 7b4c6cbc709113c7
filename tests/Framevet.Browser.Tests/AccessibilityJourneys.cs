using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Review;
using Framevet.TestKit;
using Framevet.Web;
using Framevet.Web.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>Every page as axe-core sees it: names, roles, contrast, headings, landmarks, grids.</summary>
public sealed partial class AccessibilityJourneys(DeskStudio studio, ITestOutputHelper output) : IClassFixture<DeskStudio>
{
    // States of pages that their address alone does not show; folded parts are opened on every page.
    private static readonly string[] States = ["/runs/{Id}/gallery?view=stacks", "/runs/{Id}/gallery?view=timeline", "/runs/{Id}/gallery?set=2", "/runs/{Id}/gallery?state=lost"];

    private static readonly string[] Strangers = [WebPaths.Login, WebPaths.Setup, WebPaths.Invite, WebPaths.Code];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 600_000)]
    [InlineData(1440, false)]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task No_page_has_a_fault_that_axe_finds(int width, bool isDark)
    {
        LongTests.Only(width != 1440 || isDark, "Every page in the dark and on a phone.");
        var item = (await studio.AddAsync($"axe-{width}-{isDark}", 1, "nudity", ReviewKind.Flagged, Ct))[0];
        var run = await RunAsync(item);
        await using var ada = await studio.AdminAsync(width, width == 1440 ? 900 : 844, isDark);
        await using var stranger = await studio.Browser.VisitAsync(studio.Server.Address, width, width == 1440 ? 900 : 844, isDark);
        var guest = await ShareAsync(ada, run);
        var faults = new List<string>();
        foreach (var template in Templates().Concat(States).Append("guest"))
        {
            var path = template == "guest" ? guest : Fill(template, run, item);
            var visitor = template == "guest" || Strangers.Contains(template) ? stranger : ada;
            var began = TimeProvider.System.GetTimestamp();
            await visitor.Page.GotoAsync(path);
            await Expect(visitor.Page.Locator("h1").First).ToBeVisibleAsync();
            await Expect(visitor.By("loading")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
            await visitor.Page.EvaluateAsync("() => document.querySelectorAll('main details').forEach((d) => d.open = true)");
            var found = await Axe.FaultsAsync(visitor);
            faults.AddRange(found.Select(f => $"{template}: {f}"));
            output.WriteLine($"{template}: {found.Count} faults, {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:0} ms");
        }

        faults.ShouldBeEmpty(string.Join('\n', faults));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dialogs_and_chosen_frames_have_no_fault_either(bool isDark)
    {
        LongTests.Only(isDark, "The same in the dark.");
        var item = (await studio.AddAsync($"axe-dialog-{isDark}", 1, "nudity", ReviewKind.Flagged, Ct))[0];
        await using var ada = await studio.AdminAsync(isDark: isDark);
        await ada.Page.GotoAsync($"/runs/{await RunAsync(item)}/gallery");
        await Expect(ada.Page.Locator("[role=gridcell][data-active]")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await Expect(ada.Page.Locator("html[data-keys~='x']")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await ada.Page.Keyboard.PressAsync("Control+a");
        await Expect(ada.By("selected")).ToBeVisibleAsync();
        var faults = (await Axe.FaultsAsync(ada)).Select(f => $"gallery, all chosen: {f}").ToList();

        await ada.Page.Keyboard.PressAsync("?");
        await Expect(ada.Page.Locator("dialog[open]")).ToBeVisibleAsync();
        faults.AddRange((await Axe.FaultsAsync(ada)).Select(f => $"shortcuts: {f}"));
        faults.ShouldBeEmpty(string.Join('\n', faults));
    }

    // Of every component with a route: a new page is looked at without being named here.
    private static IEnumerable<string> Templates() => typeof(Routes).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template).Order(StringComparer.Ordinal);

    private static string Fill(string template, string run, Guid item)
    {
        var path = template.StartsWith("/review/", StringComparison.Ordinal) ? Parameter().Replace(template, item.ToString("N"), 1) : template.Replace("{Id}", run, StringComparison.Ordinal);
        path = path.Replace("{Pts:long}", "0", StringComparison.Ordinal) + (template.EndsWith("/compare", StringComparison.Ordinal) ? "?pts=0&pts=3000" : "");
        path.ShouldNotContain("{", Case.Sensitive, $"no value is known for a part of {template}");
        return path;
    }

    private async Task<string> RunAsync(Guid item)
    {
        await using var services = studio.Server.Services();
        return (await services.GetRequiredService<IReviewQueue>().GetAsync(item, Ct))!.RunId.ToString();
    }

    private static async Task<string> ShareAsync(Visitor ada, string run)
    {
        await ada.Page.GotoAsync("/about");
        var made = await ada.Page.EvaluateAsync<string>($$"""
            async () => {
              const { token } = await (await fetch("{{WebPaths.CsrfToken}}")).json();
              const answer = await fetch("{{WebPaths.Runs}}/{{run}}/shares", { method: "POST", headers: { "Content-Type": "application/json", "{{WebPaths.CsrfHeader}}": token }, body: JSON.stringify({ title: "For you", frames: "Allowed", mayPick: true }) });
              return await answer.text();
            }
            """);
        using var json = JsonDocument.Parse(made);
        return json.RootElement.TryGetProperty("path", out var path) ? path.GetString()! : throw new InvalidOperationException($"No link was made: {made}");
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}

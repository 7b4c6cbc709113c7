using System.Text.RegularExpressions;
using Framevet.TestKit;
using static Framevet.Browser.Tests.ClusterStudio;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>Several nodes behind nginx as an admin sees them, and as somebody does whose node dies.</summary>
public sealed class ClusterJourneys : IClassFixture<ClusterStudio>
{
    private readonly ClusterStudio _studio;
    private readonly ITestOutputHelper _output;

    public ClusterJourneys(ClusterStudio studio, ITestOutputHelper output)
    {
        (_studio, _output) = (studio, output);

        // Five processes share the machine.
        SetDefaultExpectTimeout(60_000);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task An_admin_sees_the_nodes_and_drains_pauses_and_resumes_a_worker()
    {
        await using var ada = await _studio.AdminAsync();
        await ada.Page.GotoAsync("cluster");
        await Expect(ada.By("nodes").Locator("tbody tr")).ToHaveCountAsync(3);
        await Expect(ada.By("cluster-sum")).ToContainTextAsync("3 nodes: 3 at work");
        await Expect(ada.By("node-web-1")).ToContainTextAsync("no work");
        await Expect(ada.By("node-worker-1")).ToContainTextAsync("cpu 1");
        await Expect(ada.By("node-worker-1")).ToContainTextAsync("right");
        await Expect(ada.By("drain-web-1")).ToHaveCountAsync(0);
        await Expect(ada.By("versions")).ToHaveCountAsync(0);

        await ada.By("drain-worker-1").ClickAsync();
        await Expect(ada.By("node-worker-1")).ToContainTextAsync("Draining");
        await Expect(ada.By("no-worker")).ToBeVisibleAsync();
        await SaidAsync("An admin wants this node to: Drain");

        // It takes nothing new, until it is told to; then the page says so by itself.
        await ada.Page.GotoAsync("submit");
        await ada.By("file-input").SetInputFilesAsync(await _studio.Clips.MakeAsync("long.mp4", "testsrc2=s=640x360:r=25:d=120", ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"], Ct));
        await ada.By("upload-run").First.ClickAsync(new() { Timeout = 30_000 });
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Queued");
        await Expect(ada.By("wait-reason")).ToContainTextAsync("Every node of the group cpu is draining or paused: worker-1.");
        await ada.Page.GotoAsync("cluster");
        await Expect(ada.By("resume-worker-1")).ToBeVisibleAsync();
        await Expect(ada.By("cluster-sum")).ToContainTextAsync("0 runs in hand");
        await ada.By("resume-worker-1").ClickAsync();
        await Expect(ada.By("cluster-sum")).ToContainTextAsync("1 run in hand");

        await ada.By("pause-worker-1").ClickAsync();
        await Expect(ada.By("node-worker-1")).ToContainTextAsync("Paused");
        await Expect(ada.By("cluster-sum")).ToContainTextAsync("0 runs in hand");
        await ada.By("resume-worker-1").ClickAsync();
        await Expect(ada.By("node-worker-1")).ToContainTextAsync("At work");
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 240_000)]
    public async Task Whoever_is_at_a_node_that_dies_is_taken_to_the_other_and_stays_signed_in()
    {
        LongTests.Only(true, "A node dies and starts again.");
        await using var ada = await _studio.AdminAsync();
        await ada.Page.GotoAsync("cluster");
        await Expect(ada.By("nodes")).ToBeVisibleAsync();
        var node = _studio.NodeOf("/cluster");

        await _studio.KillAsync(node);
        for (var i = 0; i < 600 && _studio.NodeOf("/cluster") == node; i++)
        {
            await Task.Delay(100, Ct);
        }

        // Drawn anew by the other node, alive, and nobody was asked for a password.
        _studio.NodeOf("/cluster").ShouldNotBe(node);
        await Expect(ada.By($"node-{node}")).ToContainTextAsync("Gone");
        await Expect(ada.Page).ToHaveURLAsync(new Regex("/cluster$"));
        await Expect(ada.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        await ada.By("cluster-refresh").ClickAsync();
        await ada.Page.GotoAsync("");
        await Expect(ada.Page.Locator("h1")).ToContainTextAsync($"Hello, {Studio.Admin}");

        await _studio.StartAgainAsync(node, Ct);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_long_film_that_two_workers_share_says_so_on_its_page_and_on_that_of_the_nodes()
    {
        LongTests.Only(true, "A film of ten minutes and one more worker.");
        await using var ada = await _studio.AdminAsync();
        await using var phone = await _studio.AdminAsync(390, 844, isDark: true);
        await _studio.StartAsync("worker-2", Ct);
        await ada.Page.GotoAsync("submit");
        await ada.By("file-input").SetInputFilesAsync(await _studio.Clips.MakeAsync("shared.mp4", "testsrc2=s=960x540:r=25:d=600", ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50"], Ct));
        await ada.By("upload-run").First.ClickAsync(new() { Timeout = 60_000 });
        await Expect(ada.By("log")).ToContainTextAsync("parts of about 1 min, by this worker and up to 1 more.");
        await phone.Page.GotoAsync(ada.Page.Url);
        await Expect(phone.By("log")).ToContainTextAsync("Measured in");
        await ShootAsync(ada, "shared-run-1440-light");
        await ShootAsync(phone, "shared-run-390-dark");
        await phone.Page.GotoAsync("cluster");
        await Expect(phone.By("node-worker-2")).ToContainTextAsync("part");
        await ShootAsync(phone, "shared-cluster-390-dark");

        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", "Done", new() { Timeout = 200_000 });
        await Expect(ada.By("log")).Not.ToContainTextAsync("once more");
        await ShootAsync(ada, "shared-done-1440-light");
        ada.Errors.ShouldBeEmpty();
        await _studio.KillAsync("worker-2");
    }

    private static async Task ShootAsync(Visitor visitor, string name) =>
        await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName, $"{name}.png"), FullPage = true });

    [Theory(Timeout = 240_000)]
    [InlineData(1440, false)]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task Many_nodes_of_which_some_are_lost_slow_or_old_read_well_and_have_no_fault_that_axe_finds(int width, bool isDark)
    {
        LongTests.Only(true, "Three tables on four screens.");
        PretendedNode[] five = [new("x-worker-2"), new("x-worker-10", SkewMs: 187_000), new("x-gpu-1", Groups: "gpu 1", Version: "0.9.0"), new("x-worker-3", Silence: TimeSpan.FromMinutes(7)), new("x-web-9", Role: "web", Groups: "", SkewMs: -2600)];
        var many = five.Concat(Enumerable.Range(20, 22).Select(i => new PretendedNode($"x-worker-{i}", Wish: i % 7 == 0 ? "Drain" : i % 11 == 0 ? "Pause" : "Work"))).ToArray();
        await using var ada = await _studio.AdminAsync(width, width < 600 ? 844 : 900, isDark);
        var faults = new List<string>();
        try
        {
            foreach (var (name, nodes) in new[] { ("one", Array.Empty<PretendedNode>()), ("five", five), ("many", many) })
            {
                await _studio.PretendAsync(nodes, Ct);
                await ada.Page.GotoAsync("cluster");
                await Expect(ada.By("nodes").Locator("tbody tr")).ToHaveCountAsync(3 + nodes.Length);
                await _studio.PretendAsync(nodes, Ct);
                await ada.By("cluster-refresh").ClickAsync();
                if (nodes.Length > 0)
                {
                    await Expect(ada.By("versions")).ToContainTextAsync("0.9.0 on x-gpu-1");
                    await Expect(ada.By("node-x-worker-10")).ToContainTextAsync("3 min 07 s slow");
                    await Expect(ada.By("node-x-web-9")).ToContainTextAsync("2.6 s fast");
                    await Expect(ada.By("node-x-worker-3")).ToContainTextAsync("Gone");
                    (await ada.By("nodes").Locator("tbody tr").Last.GetAttributeAsync("data-testid")).ShouldBe("node-x-worker-3");
                }

                faults.AddRange((await Axe.FaultsAsync(ada)).Select(f => $"{name}: {f}"));
                var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots"));
                await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"cluster-{name}-{width}-{(isDark ? "dark" : "light")}.png"), FullPage = true });
                (await ada.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{name} is wider than {width} px");
                _output.WriteLine($"{name}: {faults.Count} faults");
            }
        }
        finally
        {
            await _studio.ForgetAsync(CancellationToken.None);
        }

        faults.ShouldBeEmpty(string.Join('\n', faults));
    }

    private async Task SaidAsync(string text)
    {
        for (var i = 0; i < 300 && !_studio.Said("worker-1").Contains(text, StringComparison.Ordinal); i++)
        {
            await Task.Delay(100, Ct);
        }

        _studio.Said("worker-1").ShouldContain(text);
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Framevet.Benchmarks.Serving;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit.Media;
using Framevet.Web;

namespace Framevet.Benchmarks.Browsing;

/// <summary>
/// <c>viewers [--count N] [--seconds S] [--every MS]</c>: one run of the real pipeline, watched on its page by so many people: all but one as circuits without a browser, one in Chromium. Time from a
/// frame's row being stored (as the hub says right after it) to the batch that draws its tile reaching a circuit, and in Chromium to the animation frame after its picture was decoded. Every
/// frame of the clip is better than those before, so the page's best frames change with each group that is stored. Frames that better ones replaced before the page drew them have no time.
/// </summary>
internal static class ViewersRunner
{
    private static readonly byte[] Tile = Encoding.UTF8.GetBytes("frame-");

    private const string Watch = """
        (() => {
          window.painted = [];
          const seen = new Set();
          const note = (pts) => requestAnimationFrame(() => {
            const after = new MessageChannel();
            after.port1.onmessage = () => window.painted.push([pts, Date.now()]);
            after.port2.postMessage(0);
          });
          const look = () => {
            for (const tile of document.querySelectorAll("[data-testid=live-gallery] a[data-testid^=frame-]")) {
              const pts = Number(tile.dataset.testid.slice(6));
              const picture = tile.querySelector("img");
              if (!seen.has(pts) && picture && tile.getBoundingClientRect().top < innerHeight) {
                seen.add(pts);
                const ready = () => picture.decode().then(() => note(pts), () => {});
                picture.complete ? ready() : picture.addEventListener("load", ready, { once: true });
              }
            }
          };
          new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["src"] });
          look();
        })()
        """;

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (count, ct) = (arguments.Number("--count", 100), CancellationToken.None);
        using var factory = new ClipFactory();
        var seconds = arguments.Number("--seconds", 300);
        var clip = await factory.MakeAsync("better.mp4", string.Create(CultureInfo.InvariantCulture, $"testsrc2=s=640x360:r=25:d={seconds},eq=contrast='0.2+0.8*t/{seconds}':eval=frame"),
            ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"], ct);
        await using var server = await BenchServer.StartAsync(arguments.Folder(), ct, "--Jobs:CpuSlots=1", "--Moderation:ReuseDecisions=false");

        // One run at a time: the first is in the way until everybody stands at the page of the second.
        var recipe = BuiltInRecipes.BestFrames with { Name = "Watched", Sampler = new PartSpec("interval").With("seconds", arguments.Number("--every", 400) / 1000.0), Gates = [], Exporters = [] };
        var before = await server.SubmitAsync(clip, recipe, ct);
        var run = await server.SubmitAsync(clip, recipe, ct);
        var arrived = new ConcurrentBag<(long Pts, DateTimeOffset At)>();
        var circuits = new ConcurrentBag<Circuit>();
        await Parallel.ForAsync(0, count - 1, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, token) =>
        {
            var seen = new HashSet<long>();
            circuits.Add(await Circuit.OpenAsync(server.Client, server.Cookies, $"/runs/{run}", "data-state", batch => Find(batch.Span, seen, arrived), token));
        });
        await using var page = await ChromePage.StartAsync(1440, 900, server.Address, server.CookieList, ct);
        await page.GoAsync(new Uri(server.Address, $"/runs/{run}"));
        await page.WaitAsync("document.querySelector('[data-testid=run]')", ct);
        await page.EvaluateAsync(Watch);
        await using var stored = await StoredNews.FollowAsync(server.Address, server.Cookies, run, ct);
        using (await server.Client.PostAsync(new Uri($"{WebPaths.Runs}/{before}/cancel", UriKind.Relative), null, ct))
        {
            Console.WriteLine($"{circuits.Count} circuits and one Chromium are at the run.");
        }

        await page.WaitAsync("['Done','Failed','AwaitingReview','Cancelled'].includes(document.querySelector('[data-testid=run]')?.dataset.state)", ct, 300);
        await Task.Delay(1000, ct);
        var painted = (await page.EvaluateAsync("window.painted")).EnumerateArray().Select(p => (Pts: p[0].GetInt64(), At: DateTimeOffset.FromUnixTimeMilliseconds(p[1].GetInt64()))).ToList();
        var groups = stored.Groups.ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stored.At.Count} rows in {groups.Length} groups; {circuits.Sum(c => c.Batches)} batches to the circuits."));
        Console.WriteLine("| from stored row to | tiles | median ms | p95 ms | p99 ms | worst ms |\n|---|---|---|---|---|---|");
        Print(string.Create(CultureInfo.InvariantCulture, $"batch at {circuits.Count} circuits"), arrived, stored);
        Print("painted tile in Chromium", painted, stored);
        foreach (var circuit in circuits)
        {
            await circuit.DisposeAsync();
        }

        return 0;
    }

    private static void Print(string name, IEnumerable<(long Pts, DateTimeOffset At)> seen, StoredNews stored)
    {
        var delays = seen.Where(s => stored.At.ContainsKey(s.Pts)).Select(s => (s.At - stored.At[s.Pts]).TotalMilliseconds).Order().ToList();
        if (delays.Count > 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {delays.Count} | {At(0.5):0} | {At(0.95):0} | {At(0.99):0} | {delays[^1]:0} |"));
        }

        double At(double share) => delays[(int)((delays.Count - 1) * share)];
    }

    // The tile's id stands in the batch as "frame-PTS".
    private static void Find(ReadOnlySpan<byte> batch, HashSet<long> seen, ConcurrentBag<(long, DateTimeOffset)> arrived)
    {
        var now = TimeProvider.System.GetUtcNow();
        while (batch.IndexOf(Tile) is >= 0 and var at)
        {
            batch = batch[(at + Tile.Length)..];
            var digits = batch.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits > 0 && long.TryParse(batch[..digits], CultureInfo.InvariantCulture, out var pts) && seen.Add(pts))
            {
                arrived.Add((pts, now));
            }
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Framevet.Benchmarks.Serving;

namespace Framevet.Benchmarks.Browsing;

/// <summary>
/// <c>scroll --folder F [--frames N] [--rounds N] [--step PX] [--threads 1] [--trace 1] [--css RULES]</c>: time between animation frames while the gallery scrolls by so many pixels with each of them, for six seconds, in Chromium at
/// 1440 x 900; and how many thumbnails the page ever holds. With threads also whose processor time the last round took, with a trace what was done in it; with rules of style the page tries them on.
/// </summary>
internal static class ScrollRunner
{
    // Every tenth frame looks whether the middle of the window shows a frame or still a bone, and whether the frame's picture is there.
    private const string Scroll = """
        (async (step) => {
          const gaps = [];
          let [most, seen, ready, drawn] = [0, 0, 0, 0];
          await new Promise((done) => requestAnimationFrame(done));
          let last = performance.now();
          const end = last + 6000;
          while (last < end) {
            await new Promise((done) => requestAnimationFrame(done));
            const now = performance.now();
            gaps.push(now - last);
            last = now;
            scrollBy(0, step);
            if (gaps.length % 10 === 0) {
              most = Math.max(most, document.querySelectorAll("[data-grid] [role=gridcell]").length);
              seen++;
              const cell = document.elementFromPoint(innerWidth * 0.6, innerHeight / 2)?.closest("[data-pts]");
              ready += cell ? 1 : 0;
              drawn += cell?.querySelector("img").naturalWidth > 0 ? 1 : 0;
            }
          }
          return { gaps, most, seen, ready, drawn, at: scrollY };
        })
        """;

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (frames, rounds, step, ct) = (arguments.Number("--frames", 100_000), arguments.Number("--rounds", 5), arguments.Number("--step", 90), CancellationToken.None);
        await using var server = await BenchServer.StartAsync(arguments.Folder(), ct);
        var run = await LongRun.FindOrMakeAsync(server, frames, ct);
        await using var page = await ChromePage.StartAsync(1440, 900, server.Address, server.CookieList, ct);
        var work = new Dictionary<string, double>();
        var threads = new Dictionary<string, double>();
        page.OnEvent = (name, parameters) => Count(name, parameters, work);
        Console.WriteLine("| round | animation frames | median ms | p95 ms | p99 ms | most thumbnails | middle of the window shows a frame | and its picture |\n|---|---|---|---|---|---|---|---|");
        for (var round = 0; round <= rounds; round++)
        {
            await page.GoAsync(new Uri(server.Address, $"/runs/{run}/gallery"));
            await page.WaitAsync("document.querySelector('[data-grid] [data-pts]') && document.querySelector('[data-active]')", ct);
            if (arguments.Text("--css", "") is { Length: > 0 } css)
            {
                await page.EvaluateAsync($"(() => {{ const s = new CSSStyleSheet(); s.replaceSync({JsonSerializer.Serialize(css)}); document.adoptedStyleSheets = [s]; }})()");
            }

            await Task.Delay(1500, ct);
            if (arguments.Number("--trace", 0) == 1 && round == rounds)
            {
                await page.CallAsync("Tracing.start", new { categories = "devtools.timeline,blink,cc,disabled-by-default-devtools.timeline", transferMode = "ReportEvents" });
            }

            var before = ThreadTimes.Of(server.Id, page.ProcessId);
            var measured = await page.EvaluateAsync($"({Scroll})({step})");
            threads = ThreadTimes.Of(server.Id, page.ProcessId).ToDictionary(t => t.Key, t => t.Value - before.GetValueOrDefault(t.Key));
            var gaps = measured.GetProperty("gaps").EnumerateArray().Select(g => g.GetDouble()).Order().ToList();

            // The first round warms up.
            if (round > 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {round} | {gaps.Count} | {At(0.5):0.0} | {At(0.95):0.0} | {At(0.99):0.0} | {measured.GetProperty("most")} | {Share("ready"):0.00} | {Share("drawn"):0.00} |"));
            }

            double Share(string name) => measured.GetProperty(name).GetDouble() / measured.GetProperty("seen").GetDouble();
            double At(double share) => gaps[(int)((gaps.Count - 1) * share)];
        }

        if (arguments.Number("--threads", 0) == 1)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{threads.Values.Sum(),9:0.00} s of processor time in the last round"));
            foreach (var (name, seconds) in threads.Where(t => t.Value >= 0.05).OrderByDescending(t => t.Value))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds,9:0.00} s {name}"));
            }
        }

        if (arguments.Number("--trace", 0) == 1)
        {
            await page.CallAsync("Tracing.end", new { });
            await Task.Delay(4000, ct);
            foreach (var (name, ms) in work.OrderByDescending(w => w.Value).Take(25))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ms,9:0.0} ms {name}"));
            }
        }

        return 0;
    }

    private static void Count(string name, JsonElement parameters, Dictionary<string, double> work)
    {
        if (name == "Tracing.dataCollected")
        {
            foreach (var item in parameters.GetProperty("value").EnumerateArray().Where(v => v.TryGetProperty("dur", out _)))
            {
                var key = item.GetProperty("name").GetString()!;
                work[key] = work.GetValueOrDefault(key) + (item.GetProperty("dur").GetDouble() / 1000);
            }
        }
    }
}

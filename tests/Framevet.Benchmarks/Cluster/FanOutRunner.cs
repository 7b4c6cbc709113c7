using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks.Cluster;

/// <summary>
/// <c>fan-out [--minutes M] [--rounds R] [--pin]</c>: one film of 640 x 360, every one of 25 frames a second scored, measured by one worker as a whole, by one worker in parts, and in parts by two workers,
/// in turns. From the run's start to its end, as its row says. With <c>--pin</c> each worker has one processor of its own, as machines have: otherwise one worker already uses them all.
/// </summary>
internal static class FanOutRunner
{
    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var ct = CancellationToken.None;
        var minutes = arguments.Number("--minutes", 6);
        using var clips = new ClipFactory();
        var film = await clips.MakeAsync("film.mp4", string.Create(CultureInfo.InvariantCulture, $"testsrc2=s=640x360:r=25:d={minutes * 60}"), ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50"], ct);
        var recipe = BuiltInRecipes.TopTenth with { Name = "Every frame", Sampler = new PartSpec("interval").With("seconds", 0.04), Selector = new PartSpec("top").With("count", 10) };
        (string Name, int Workers, string[] Settings)[] ways =
        [
            ("whole, 1 worker", 1, ["--FanOut:Enabled=false"]),
            ("parts of half a minute, 1 worker", 1, ["--FanOut:MinMinutes=1", "--FanOut:PartMinutes=0.5", "--FanOut:MinHelpers=0"]),
            ("parts of half a minute, 2 workers", 2, ["--FanOut:MinMinutes=1", "--FanOut:PartMinutes=0.5"]),
            ("parts of two minutes, 2 workers", 2, ["--FanOut:MinMinutes=4", "--FanOut:PartMinutes=2"]),
        ];
        var server = await PostgresCluster.OwnAsync(BenchCluster.InEarnest);
        try
        {
            var seconds = ways.ToDictionary(w => w.Name, _ => new List<double>());
            for (var round = 1; round <= arguments.Number("--rounds", 3); round++)
            {
                foreach (var way in ways)
                {
                    await using var cluster = await BenchCluster.StartAsync(server, string.Create(CultureInfo.InvariantCulture, $"fanout{round}_{Array.IndexOf(ways, way)}"), way.Workers, _ => { }, ct, way.Settings);

                    if (arguments.Has("--pin"))
                    {
                        await cluster.PinAsync(ct);
                    }

                    // The first run compiles what it runs through.
                    foreach (var isMeasured in (bool[])[false, true])
                    {
                        await cluster.SubmitAsync(film, 1, recipe, ct);
                        await cluster.WorkAsync(ct);
                        if (isMeasured)
                        {
                            seconds[way.Name].Add(await cluster.Costs.NumberAsync("""SELECT ("EndedAt" - "StartedAt") / 1e7 FROM "Runs" WHERE "State" = 'Done' ORDER BY "EndedAt" DESC LIMIT 1""", ct));
                            var parts = await cluster.Costs.NumberAsync("""SELECT count(*) FROM "RunLog" WHERE "Text" LIKE 'Measured in %'""", ct);
                            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{way.Name}: {seconds[way.Name][^1]:F1} s; {parts:F0} of 2 runs in parts"));
                        }
                    }
                }
            }

            var whole = seconds[ways[0].Name];
            Console.WriteLine($"\n{minutes} minutes, {minutes * 1500} frames\n\n| way | seconds, median | least, most | to the whole in the same round, median |\n|---|---|---|---|");
            foreach (var (name, all) in seconds)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Median(all):F1} | {all.Min():F1}, {all.Max():F1} | {Median(all.Zip(whole, (part, one) => part / one)):F2} |"));
            }

            return 0;
        }
        finally
        {
            server.Stop();
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}

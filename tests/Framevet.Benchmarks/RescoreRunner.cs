using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Framevet.Pipeline;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>rescore [--frames N] [--rounds N]</c>: time from changed weights, gates and selectors to the outcome for a finished run, from frames in memory as the page has them. Scores are made up (a seed), gates and
/// selectors are the real ones. Processor time is that of all threads: on a machine with other work it says more than the clock.
/// </summary>
internal static class RescoreRunner
{
    private static readonly string[] Scores = ["sharpness", "edge-strength", "contrast", "brightness", "entropy", "motion", "noise", "colorfulness", "blockiness", "exposure", "clipping", "tenengrad"];

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (count, rounds) = (Number(arguments, "--frames", 100_000), Number(arguments, "--rounds", 5));
        await using var services = Services();
        var rescoring = services.GetRequiredService<Rescoring>();
        var frames = Frames(count);
        var best = BuiltInRecipes.BestFrames;
        var weights = best with { Metrics = [.. best.Metrics.Select(m => m.Id == "quality" ? m.With("weights", new Dictionary<string, double> { ["sharpness"] = 10, ["contrast"] = 50, ["entropy"] = 40 }) : m)] };
        (string Name, Recipe Recipe)[] cases =
        [
            ("weights of the built-in recipe", weights),
            ("its gates without duplicates, top 24", weights with { Gates = [best.Gates[0]], Selector = new PartSpec("top").With("count", 24) }),
            ("its gates, 12 diverse", weights with { Selector = new PartSpec("diverse").With("count", 12) }),
            ("no gate, top tenth", weights with { Gates = [], Selector = new PartSpec("top").With("count", 10_000).With("percent", 10.0) }),
        ];
        Console.WriteLine($"| change | frames | picks | median ms | worst ms | processor ms |\n|---|---|---|---|---|---|");
        foreach (var (name, recipe) in cases)
        {
            var times = new List<double>();
            var picks = 0;
            var spent = new List<double>();
            for (var i = 0; i <= rounds; i++)
            {
                var before = Environment.CpuUsage.TotalTime;
                var began = Stopwatch.GetTimestamp();
                picks = (await rescoring.ApplyAsync(frames, recipe, new Funnel(count), CancellationToken.None)).Picks.Length;

                // The first round warms up.
                if (i > 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    spent.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
                }
            }

            times.Sort();
            spent.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {count} | {picks} | {times[times.Count / 2]:0} | {times[^1]:0} | {spent[spent.Count / 2]:0} |"));
        }

        return 0;
    }

    private static ImmutableArray<Candidate> Frames(int count)
    {
        var random = new Random(7);
        var frames = ImmutableArray.CreateBuilder<Candidate>(count);
        var allow = new Judgement(new Verdict(Decision.Allow, "Clear.", "policy"), []);
        var look = 0UL;
        for (var i = 0; i < count; i++)
        {
            // Looks change now and then, as they do from scene to scene.
            look = i % 12 == 0 ? (ulong)random.NextInt64() : look ^ (1UL << random.Next(64));
            var scores = Scores.ToImmutableSortedDictionary(s => s, _ => (float)(random.NextDouble() * 100), StringComparer.Ordinal).Add("quality", (float)(random.NextDouble() * 100));
            frames.Add(new Candidate(new Pts(i * 1000L, new TimeBase(1, 30000)), i, scores, look, null, [], allow) { Scene = (i / 240) + 1 });
        }

        return frames.ToImmutable();
    }

    /// <summary>The pipeline, with its files in a temporary folder.</summary>
    internal static ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ILoggerFactory, LoggerFactory>();
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<IBlobStore>(new DiskBlobStore(Path.Combine(Path.GetTempPath(), "framevet-rescore")));
        var configuration = new ConfigurationBuilder().Build();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddFramevetPipeline(configuration);
        return services.BuildServiceProvider();
    }

    private static int Number(string[] arguments, string name, int fallback)
    {
        var at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : fallback;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Selection;
using Framevet.TestKit.Media;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>selection [--clips N] [--count N] [--show WAY]</c>: how well each selector picks from clips of real scenes with blur, darkness, standing pictures and recurring scenes planted in known places. Every frame is
/// decoded and scored once by the real pipeline; each way of selecting is then applied to the same scores. Of the way named, picks with a fault are listed.
/// </summary>
internal static class SelectionRunner
{
    private static readonly Judgement Allowed = new(new Verdict(Decision.Allow, "Clear.", "policy"), []);

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (clips, count, ct) = (arguments.Number("--clips", 8), arguments.Number("--count", 12), CancellationToken.None);
        using var factory = new ClipFactory();
        await using var services = RescoreRunner.Services();
        var outcomes = Ways(count).ToDictionary(w => w.Name, _ => new List<PickQuality>());
        for (var seed = 0; seed < clips; seed++)
        {
            var planted = await PlantedClip.MakeAsync(factory, seed, ct);
            var frames = await ScoreAsync(services, planted, ct);
            foreach (var (name, recipe) in Ways(count))
            {
                var picks = (await services.GetRequiredService<Rescoring>().ApplyAsync(frames, recipe, new Funnel(frames.Length), ct)).Picks;
                foreach (var pick in picks.Where(p => arguments.Text("--show", "") == name && !planted.IsClean(p.Candidate.Pts)))
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"clip {seed} at {pick.Candidate.Pts.Seconds:0.0} s, scene {pick.Candidate.Scene}: {string.Join(", ", pick.Candidate.Scores.Select(s => $"{s.Key} {s.Value:0.#}"))}"));
                }

                outcomes[name].Add(planted.Judge([.. picks.Select(p => p.Candidate.Pts)]));
            }
        }

        Console.WriteLine("| way | picks a clip | clean | duplicates per pick | scenes shown |\n|---|---|---|---|---|");
        foreach (var (name, _) in Ways(count))
        {
            var all = outcomes[name];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {all.Average(o => o.Picks):0.0} | {all.Sum(o => o.Clean) / (double)all.Sum(o => o.Picks):0.00} | {all.Sum(o => o.Duplicates) / (double)all.Sum(o => o.Picks):0.00} | {all.Average(o => o.Coverage):0.00} |"));
        }

        return 0;
    }

    private static IEnumerable<(string Name, Recipe Recipe)> Ways(int count)
    {
        var bare = BuiltInRecipes.BestFrames with { Gates = [] };
        PartSpec Part(string id) => new PartSpec(id).With("count", count);
        yield return ("top by quality", bare with { Selector = Part("top") });
        yield return ("top by quality, a second apart", bare with { Selector = Part("top").With("minGapSeconds", 1.0) });
        yield return ("best of the run and of each stretch", bare with { Selector = Part("coverage").With("windows", count).With("atLeast", count) });
        yield return ("quality and novelty (mmr)", bare with { Selector = Part("mmr") });
        yield return ("best and different (diverse)", bare with { Selector = Part("diverse") });
        var gates = bare with { Gates = [.. BuiltInRecipes.BestFrames.Gates.Where(g => g.Id != "local-blur")] };
        var beside = bare with { Gates = [gates.Gates[0], new PartSpec("local-blur"), .. gates.Gates[1..]] };
        yield return ("floors, no near duplicates, top", gates with { Selector = Part("top") });
        yield return ("floors, no near duplicates, mmr", gates with { Selector = Part("mmr") });
        yield return ("floors, no near duplicates, diverse", gates with { Selector = Part("diverse") });
        foreach (var selector in (string[])["top", "mmr", "diverse"])
        {
            yield return ($"the same and nothing blurred beside its neighbours, {selector}", beside with { Selector = Part(selector) });
        }

        yield return ("automatic thresholds, duplicates of the run, diverse", BuiltInRecipes.BestFrames with
        {
            Gates = [new PartSpec("auto-threshold").With("scores", new Dictionary<string, double> { ["sharpness"] = 25, ["brightness"] = 15 }), new PartSpec("duplicate-global")],
            Selector = Part("diverse"),
        });
    }

    private static async Task<ImmutableArray<Candidate>> ScoreAsync(ServiceProvider services, PlantedClip clip, CancellationToken ct)
    {
        var store = new MemoryRunStore(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();
        var run = new Run
        {
            Id = RunId.New(now), OwnerId = "benchmark", SourceName = Path.GetFileName(clip.Path), MediaSha256 = "", MediaKey = "", MediaBytes = 0, State = RunState.Running, Reason = "", CreatedAt = now,
            Recipe = BuiltInRecipes.BestFrames with { Sampler = new PartSpec("all"), Gates = [] },
        };
        await store.AddAsync(run, ct);
        using (var journal = new RunJournal(run, store, new InProcessRunEvents(), TimeProvider.System))
        {
            await services.GetRequiredService<Vetter>().VetAsync(journal, new SourceFile(clip.Path, run.SourceName, new FileInfo(clip.Path).Length), ct);
        }

        return (await store.CandidatesAsync(run.Id, ct)).Select(f => f with { Judgement = Allowed }).ToImmutableArray().InScenes(await store.ScenesAsync(run.Id, ct));
    }
}

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
/// <c>presets [--seeds N] [--dump FOLDER]</c>: how well the gates of each preset find what is blurred, dark or repeated in footage of its kind, apart for the footage that thresholds were chosen on and for footage that nobody looked
/// at. The real pipeline samples and scores with the preset's own parts. A frame with a fault counts as found when any gate drops it; a clean one counts as wrongly dropped when a gate other than one for duplicates
/// drops it, since real footage repeats itself, too. Each film is made with several orders of its faults. With a folder the scores are written as CSV.
/// </summary>
internal static class PresetRunner
{
    private static readonly Judgement Allowed = new(new Verdict(Decision.Allow, "Clear.", "policy"), []);

    private static readonly (Recipe Preset, (string Clip, double Second)[] Chosen, (string Clip, double Second)[] HeldOut)[] Kinds =
    [
        (ContentRecipes.Interview, [("person-signing-640x480.mkv", 0), ("portrait-720x1080.mp4", 0), ("faces-walking.gif", 0), ("person-signing-640x480.mkv", 1)],
            [("person-signing2-640x480.mkv", 0), ("talking-head-1080x720-nostss.mp4", 0), ("people-room.gif", 0), ("old-film-bw-640x360.mp4", 2)]),
        (ContentRecipes.Sport, [("person-dog-720p.mp4", 0), ("person-dog-720p.mp4", 3), ("street-cars-768x432.mp4", 0), ("street-cars-768x432.mp4", 12)],
            [("bench-1080p30-20s.mp4", 0), ("bench-1080p30-20s.mp4", 6), ("chair-original-portrait-480x720.mp4", 3), ("street-cars-768x432.mp4", 22)]),
        (ContentRecipes.Animation, [("bbb-480p-30s.mp4", 1), ("bbb-480p-30s.mp4", 6), ("bbb-480p-30s.mp4", 11)], [("bbb-480p-30s.mp4", 17), ("bbb-480p-30s.mp4", 23), ("bbb-1080p-5s.mp4", 0)]),
        (ContentRecipes.ScreenCapture, [("vfr-screen-3026x1386.mp4", 0), ("vfr-screen-3026x1386.mp4", 1)], [("vfr-screen-3026x1386.mp4", 4.5), ("vfr-screen-3026x1386.mp4", 6)]),
        (ContentRecipes.PhotoSet, [("photo-leopard.jpg", 0), ("photo-tokyo-portrait.jpg", 0), ("flower-960x540.mp4", 1), ("bug-grayscale-640x360.mp4", 2), ("person-dog-720p.mp4", 2), ("hdr10-av1-portrait-720x1280.mp4", 1)],
            [("photo-family-3072x1780.jpg", 0), ("photo-surfer.jpg", 0), ("exif-orientation-6.jpg", 0), ("exif-orientation-8.jpg", 0), ("chair-original-portrait-480x720.mp4", 5), ("street-cars-768x432.mp4", 3)]),
    ];

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (seeds, dump, ct) = (arguments.Number("--seeds", 3), arguments.Text("--dump", ""), CancellationToken.None);
        using var factory = new ClipFactory();
        await using var services = RescoreRunner.Services();
        Console.WriteLine("| preset | footage | frames | blurred found | dark found | repeated found | clean dropped by thresholds | precision | recall | F1 |\n|---|---|---|---|---|---|---|---|---|---|");
        foreach (var (preset, chosen, heldOut) in Kinds)
        {
            foreach (var (role, parts) in ((string, (string, double)[])[])[("chosen on", chosen), ("held out", heldOut)])
            {
                var seen = new List<(Plant Plant, bool IsOut, bool IsWrong)>();
                for (var seed = 1; seed <= (preset == ContentRecipes.PhotoSet ? 1 : seeds); seed++)
                {
                    var name = $"{preset.Name}-{role}-{seed}".Replace(' ', '-').ToLowerInvariant();
                    var footage = preset == ContentRecipes.PhotoSet ? await PresetFootage.PicturesAsync(factory, name, parts, ct) : await PresetFootage.FilmAsync(factory, name, parts, seed, ct);
                    var frames = await ScoreAsync(services, footage, preset, ct);
                    var judged = (await services.GetRequiredService<Rescoring>().ApplyAsync(frames, preset, new Funnel(frames.Length), ct)).Frames;
                    seen.AddRange(judged.Select(f => (footage.At(f.Pts.Seconds, f.Index), !f.PassedGates, f.Losses.Any(l => l.Stage == LossStage.Gating && !l.Part.StartsWith("duplicate", StringComparison.Ordinal)))));
                    if (dump.Length > 0)
                    {
                        await File.WriteAllLinesAsync(Path.Combine(Directory.CreateDirectory(dump).FullName, $"{name}.csv"), Table(footage, frames), ct);
                    }
                }

                Print(preset.Name, role, seen);
            }
        }

        return 0;
    }

    private static IEnumerable<string> Table(PresetFootage footage, ImmutableArray<Candidate> frames)
    {
        var scores = frames.SelectMany(f => f.Scores.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        yield return "seconds,index,scene,plant,fingerprint," + string.Join(',', scores);
        foreach (var f in frames)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{f.Pts.Seconds:0.###},{f.Index},{f.Scene},{footage.At(f.Pts.Seconds, f.Index)},{f.Fingerprint},")
                + string.Join(',', scores.Select(s => f.Score(s)?.ToString("0.###", CultureInfo.InvariantCulture)));
        }
    }

    private static void Print(string preset, string role, List<(Plant Plant, bool IsOut, bool IsWrong)> seen)
    {
        var faulty = seen.Where(s => s.Plant != Plant.Clean).ToList();
        var (found, wrong) = (faulty.Count(s => s.IsOut), seen.Count(s => s.Plant == Plant.Clean && s.IsWrong));
        var (precision, recall) = (found / Math.Max(1.0, found + wrong), found / Math.Max(1.0, faulty.Count));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {preset} | {role} | {seen.Count} | {Share(Plant.Blurred)} | {Share(Plant.Dark)} | {Share(Plant.Repeated)} | {wrong} of {seen.Count(s => s.Plant == Plant.Clean)} | {precision:0.00} | {recall:0.00} | {2 * precision * recall / Math.Max(0.001, precision + recall):0.00} |"));

        string Share(Plant plant) => string.Create(CultureInfo.InvariantCulture, $"{seen.Count(s => s.Plant == plant && s.IsOut)} of {seen.Count(s => s.Plant == plant)}");
    }

    private static async Task<ImmutableArray<Candidate>> ScoreAsync(ServiceProvider services, PresetFootage footage, Recipe preset, CancellationToken ct)
    {
        var store = new MemoryRunStore(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();
        var run = new Run
        {
            Id = RunId.New(now), OwnerId = "benchmark", SourceName = Path.GetFileName(footage.Path), MediaSha256 = "", MediaKey = "", MediaBytes = 0, State = RunState.Running, Reason = "", CreatedAt = now,
            Recipe = preset with { Gates = [] },
        };
        await store.AddAsync(run, ct);
        using (var journal = new RunJournal(run, store, new InProcessRunEvents(), TimeProvider.System))
        {
            await services.GetRequiredService<Vetter>().VetAsync(journal, new SourceFile(footage.Path, run.SourceName, new FileInfo(footage.Path).Length), ct);
        }

        return (await store.CandidatesAsync(run.Id, ct)).Select(f => f with { Judgement = Allowed }).ToImmutableArray().InScenes(await store.ScenesAsync(run.Id, ct));
    }
}

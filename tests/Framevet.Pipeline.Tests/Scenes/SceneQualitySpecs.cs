using System.Globalization;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Scenes;

/// <summary>How well cuts are found, against the published default of PySceneDetect on films whose cuts are known.</summary>
public sealed class SceneQualitySpecs(ITestOutputHelper output)
{
    [Fact]
    public async Task Cuts_are_found_at_least_as_well_as_by_the_published_default()
    {
        // A third of them every day; the figures that are written down are of all.
        var (totals, worse) = await CompareAsync([.. MadeFilm.All.Where((_, i) => LongTests.AreWanted || i % 3 == 0)]);

        worse.ShouldBeEmpty();
        totals["content"].F1.ShouldBeGreaterThanOrEqualTo(Published(totals));
        totals["adaptive"].F1.ShouldBeGreaterThanOrEqualTo(Published(totals));
    }

    [Fact]
    public async Task On_films_that_no_rule_was_chosen_by_cuts_are_found_as_well()
    {
        LongTests.Only(true, "As many films again.");
        var (totals, _) = await CompareAsync(MadeFilm.HeldOut);

        totals["content"].F1.ShouldBeGreaterThanOrEqualTo(Published(totals));
        totals["adaptive"].F1.ShouldBeGreaterThanOrEqualTo(Published(totals));
    }

    private static double Published(Dictionary<string, Tally> totals) => Math.Max(totals["merging"].F1, totals["ignoring"].F1);

    private async Task<(Dictionary<string, Tally> Totals, List<string> Worse)> CompareAsync(IReadOnlyList<MadeFilm> films)
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        var worse = new List<string>();
        var totals = new Dictionary<string, Tally>();
        foreach (var film in films)
        {
            var frames = await ReadAsync(await film.MakeAsync(clips, ct), ct);
            var changes = NaiveContentDetector.Changes(frames);
            var found = new Dictionary<string, Tally>
            {
                ["content"] = Tally.Of(Ours("content", frames), film.Cuts),
                ["adaptive"] = Tally.Of(Ours("adaptive", frames), film.Cuts),
                ["merging"] = Tally.Of(Times(NaiveContentDetector.Merging(changes), frames), film.Cuts),
                ["ignoring"] = Tally.Of(Times(NaiveContentDetector.Ignoring(changes), frames), film.Cuts),
            };
            foreach (var (name, tally) in found)
            {
                totals[name] = totals.GetValueOrDefault(name).Plus(tally);
            }

            output.WriteLine($"{film.Name,-24} {string.Join("   ", found.Select(f => $"{f.Key} {f.Value}"))}");
            if (found["content"].F1 < found["merging"].F1)
            {
                worse.Add(film.Name);
            }
        }

        output.WriteLine($"{"all",-24} {string.Join("   ", totals.Select(f => $"{f.Key} {f.Value}"))}");
        return (totals, worse);
    }

    private static async Task<List<Frame>> ReadAsync(string path, CancellationToken ct)
    {
        using var stack = new MediaStack();
        var media = await stack.ProbeAsync(path, ct);
        var kept = await stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 512), ct);
        return [.. kept.Select(k => new Frame(k.Index, new Pts(k.Pts, media.TimeBase), k.Layout, k.Pixels))];
    }

    private static List<double> Ours(string id, List<Frame> frames)
    {
        var detector = NoServices.Catalog.Build<ISceneDetector>(new PartSpec(id));
        var cuts = new List<FrameStamp>();
        foreach (var frame in frames)
        {
            detector.Look(in frame, cuts);
        }

        detector.Complete(cuts);
        return [.. cuts.Select(c => c.Pts.Seconds - frames[0].Pts.Seconds)];
    }

    private static List<double> Times(IEnumerable<int> cuts, List<Frame> frames) => [.. cuts.Select(n => frames[n].Pts.Seconds - frames[0].Pts.Seconds)];

    /// <summary>Cuts found, cuts missed, and what was taken for one.</summary>
    private readonly record struct Tally(int Found, int Missed, int Wrong)
    {
        /// <summary>Harmonic mean of precision and recall; 1 when there is nothing to find and nothing was found.</summary>
        public double F1 => Found + Missed + Wrong == 0 ? 1 : 2.0 * Found / ((2 * Found) + Missed + Wrong);

        public static Tally Of(List<double> found, IReadOnlyList<(double From, double To)> cuts)
        {
            var hit = cuts.Count(c => found.Any(f => f >= c.From && f <= c.To));
            return new Tally(hit, cuts.Count - hit, found.Count - hit);
        }

        public Tally Plus(Tally other) => new(Found + other.Found, Missed + other.Missed, Wrong + other.Wrong);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{F1:0.000} (+{Found} -{Missed} x{Wrong})");
    }
}

using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Web.Api;

/// <summary>"Give me twelve": so many of the frames that match and may be seen, good and different from each other, from stored numbers alone. Thread-safe.</summary>
public sealed class DiverseDesk(GalleryQuery gallery, PartCatalog catalog)
{
    // Beyond this the best of each short stretch of time stand for their neighbours: the selector's effort grows with frames times picks.
    private const int MostFrames = 20_000;

    /// <summary>The set, best mix of score and novelty first.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: a sort, bound or score that cannot be a score id.</exception>
    public async Task<DiverseSet> PickAsync(FramesFilter filter, int count, string score, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var look = await gallery.LookAsync(filter with { Sort = "pts", Descending = false }, 1, ct);
        var columns = look.Columns;
        var values = columns.Scores.GetValueOrDefault(score);
        var places = look.Order.Select(columns.PlaceOf).Where(i => columns.IsAllowed[i]).ToList();
        var sign = catalog.Metrics.FirstOrDefault(m => m.Id == score) is { HigherIsBetter: false } ? -1 : 1;
        var thinned = Thin(places, i => values.IsDefault || double.IsNaN(values[i]) ? double.NegativeInfinity : sign * values[i]);
        var span = thinned.Count == 0 ? 0 : columns.Seconds[thinned[^1]] - columns.Seconds[thinned[0]];
        var unit = new TimeBase(1, 1);
        var candidates = thinned.Select(i => new Candidate(
            new Pts(columns.Pts[i], unit), columns.Index[i],
            values.IsDefault || double.IsNaN(values[i]) ? ImmutableSortedDictionary<string, float>.Empty : ImmutableSortedDictionary<string, float>.Empty.Add(score, (float)values[i]),
            columns.Fingerprints[i], null, [])).ToImmutableArray();

        // Time in the candidates is counted in PTS, so the time scale is, too: a window per pick.
        var perSecond = thinned.Count > 1 && span > 0 ? (columns.Pts[thinned[^1]] - columns.Pts[thinned[0]]) / span : 1;
        var options = new MmrSelectorOptions { Count = count, Score = score, TimeScaleSeconds = Math.Max(0.01, span / count * perSecond) };
        var picks = Cover(candidates, look.Scenes, options, sign, score);
        return Describe(look, picks, places, score);
    }

    // First the best of each scene that has something to offer, the most different of those when there are too many; then whatever adds most to them.
    private ImmutableArray<Pick> Cover(ImmutableArray<Candidate> candidates, ImmutableArray<SceneRow> scenes, MmrSelectorOptions options, int sign, string score)
    {
        double Value(Candidate c) => c.Score(score) is { } value ? sign * value : double.NegativeInfinity;
        var mmr = new MmrSelector(options, catalog);
        if (scenes.Length < 2 || candidates.IsEmpty)
        {
            return mmr.Pick(candidates);
        }

        var known = candidates.Select(Value).Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var floor = known.Min() + ((known.Max() - known.Min()) / 2);
        ImmutableArray<Candidate> bests = [.. candidates.GroupBy(c => SceneOf(scenes, c.Pts.Value)).Select(g => g.MaxBy(Value)!).Where(c => Value(c) >= floor)];
        var first = mmr.Pick(bests).Select(p => p with { Reason = $"best of scene {SceneOf(scenes, p.Candidate.Pts.Value)}, {p.Reason}" }).ToImmutableArray();
        return [.. first, .. mmr.Pick(candidates, [.. first.Select(p => p.Candidate)])];
    }

    private static int SceneOf(ImmutableArray<SceneRow> scenes, long pts) => scenes.LastOrDefault(s => s.Number == 1 || s.FirstPts <= pts)?.Number ?? 0;

    private static List<int> Thin(List<int> places, Func<int, double> value)
    {
        if (places.Count <= MostFrames)
        {
            return places;
        }

        var kept = new List<int>(MostFrames);
        for (var bucket = 0; bucket < MostFrames; bucket++)
        {
            var (from, to) = ((int)((long)places.Count * bucket / MostFrames), (int)((long)places.Count * (bucket + 1) / MostFrames));
            kept.Add(places[from..to].MaxBy(value));
        }

        return kept;
    }

    private static DiverseSet Describe(GalleryLook look, ImmutableArray<Pick> picks, List<int> places, string score)
    {
        var columns = look.Columns;
        int Scene(long pts) => SceneOf(look.Scenes, pts);
        var values = columns.Scores.GetValueOrDefault(score);
        double? Mean(IEnumerable<int> at) => values.IsDefault ? null : at.Select(i => values[i]).Where(double.IsFinite).ToList() is { Count: > 0 } known ? known.Average() : null;
        return new DiverseSet(
            [.. picks.Select(p => new DiversePick(p.Candidate.Pts.Value, columns.Seconds[columns.PlaceOf(p.Candidate.Pts.Value)], p.Rank, p.Reason, Scene(p.Candidate.Pts.Value)))],
            places.Count, picks.Select(p => Scene(p.Candidate.Pts.Value)).Where(s => s > 0).Distinct().Count(), places.Select(i => Scene(columns.Pts[i])).Where(s => s > 0).Distinct().Count(),
            Mean(picks.Select(p => columns.PlaceOf(p.Candidate.Pts.Value))), Mean(places));
    }
}

/// <summary>
/// A set that covers. <paramref name="From"/>: frames it was picked from; <paramref name="Scenes"/> of <paramref name="AllScenes"/> scenes are in it; the means are of the score, null when
/// nobody measured it.
/// </summary>
public sealed record DiverseSet(ImmutableArray<DiversePick> Picks, int From, int Scenes, int AllScenes, double? MeanScore, double? MeanOfAll);

/// <summary>A frame of the set with its rank from 1 and why it is there. <paramref name="Scene"/> 0 = the run has no scene list.</summary>
public sealed record DiversePick(long Pts, double Seconds, int Rank, string Reason, int Scene);

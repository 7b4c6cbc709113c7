using System.Collections.Immutable;
using Framevet.Pipeline;

namespace Framevet.Data.Queries;

/// <summary>
/// A filter over the columns of a run. One pass says which frames match and, for each condition, what it would let through if it alone were lifted: those are the
/// live counts beside the choices of the filter rail. Scene, person and label are asked of sets that the caller read. Pure.
/// </summary>
internal sealed class FrameSieve
{
    private readonly RunColumns _columns;
    private readonly FramesFilter _filter;
    private readonly SieveSets _sets;
    private readonly List<(string Name, Func<int, bool> Lets)> _conditions = [];

    public FrameSieve(RunColumns columns, FramesFilter filter, SieveSets sets)
    {
        (_columns, _filter, _sets) = (columns, filter, sets);
        AddConditions();
    }

    /// <summary>Places of the frames that match, in the order asked for.</summary>
    public ImmutableArray<int> Matching()
    {
        var matched = new List<int>();
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_conditions.TrueForAll(c => c.Lets(i)))
            {
                matched.Add(i);
            }
        }

        return FrameOrder.Sort(_columns, matched, _filter);
    }

    /// <summary>The same with counts and histograms of <paramref name="bins"/> bins.</summary>
    public (ImmutableArray<int> Matching, FrameFacets Facets) Facets(int bins)
    {
        var matched = new List<int>();
        var tally = new FacetTally(_columns, _sets, bins);
        for (var i = 0; i < _columns.Count; i++)
        {
            var (failed, which) = Judge(i);
            if (failed == 0)
            {
                matched.Add(i);
                tally.Add(i, null);
            }
            else if (failed == 1)
            {
                tally.Add(i, _conditions[which].Name);
            }
        }

        return (FrameOrder.Sort(_columns, matched, _filter), tally.ToFacets());
    }

    private (int Failed, int Which) Judge(int i)
    {
        var (failed, which) = (0, -1);
        for (var c = 0; c < _conditions.Count && failed < 2; c++)
        {
            if (!_conditions[c].Lets(i))
            {
                failed++;
                which = c;
            }
        }

        return (failed, which);
    }

    private void AddConditions()
    {
        var c = _columns;
        if (_filter.States is { IsDefault: false } states)
        {
            Add("state", i => states.Contains(c.States[i]));
        }

        if (!_filter.Losses.IsEmpty)
        {
            var parts = _filter.Losses.Select(p => c.LossParts.IndexOf(p)).Where(p => p >= 0).ToHashSet();
            Add("loss", i => parts.Contains(c.Losses[i]));
        }

        if (_filter.Scene is { } scene)
        {
            Add("scene", i => _sets.SceneOf(i) == scene);
        }

        if (_filter.Person is not null)
        {
            Add("person", i => _sets.WithPerson.Contains(c.Pts[i]));
        }

        if (!_filter.Labels.IsEmpty)
        {
            Add("label", i => _sets.WithLabel.Contains(c.Pts[i]));
        }

        if (!_filter.Flags.IsEmpty)
        {
            Add("flag", i => _filter.Flags.Contains(c.Flags[i]));
        }

        if (!_filter.Stars.IsEmpty)
        {
            Add("stars", i => _filter.Stars.Contains(c.Stars[i]));
        }

        if (!_filter.Colours.IsEmpty)
        {
            Add("colour", i => _filter.Colours.Contains(c.Colours[i]));
        }

        if (!_filter.Tags.IsEmpty)
        {
            Add("tag", i => c.Tags.TryGetValue(i, out var tags) && tags.Any(_filter.Tags.Contains));
        }

        if (_filter.FromPts is not null || _filter.ToPts is not null)
        {
            var (from, to) = (_filter.FromPts ?? long.MinValue, _filter.ToPts ?? long.MaxValue);
            Add("pts", i => c.Pts[i] >= from && c.Pts[i] <= to);
        }

        foreach (var (score, bounds) in _filter.Scores ?? ImmutableSortedDictionary<string, ScoreBounds>.Empty)
        {
            AddRange(score, bounds);
        }
    }

    private void AddRange(string score, ScoreBounds bounds)
    {
        FrameOrder.CheckScore(score);
        if (bounds is { Min: null, Max: null })
        {
            return;
        }

        var (min, max) = (bounds.Min ?? double.NegativeInfinity, bounds.Max ?? double.PositiveInfinity);
        if (!_columns.Scores.TryGetValue(score, out var values))
        {
            Add("range:" + score, _ => false);
        }
        else if (_filter.Not.Contains("range:" + score))
        {
            // Outside of the range, but measured: a frame without the score is on neither side.
            _conditions.Add(("range:" + score, i => values[i] < min || values[i] > max));
        }
        else
        {
            Add("range:" + score, i => values[i] >= min && values[i] <= max);
        }
    }

    private void Add(string name, Func<int, bool> lets) => _conditions.Add((name, _filter.Not.Contains(name) ? i => !lets(i) : lets));
}

/// <summary>Frames in the order of a filter.</summary>
internal static class FrameOrder
{
    private const string Random = "random-";

    /// <exception cref="VettingException">InvalidRequest: not a score id.</exception>
    public static void CheckScore(string score) => FramesSql.CheckScore(score);

    /// <summary>Sorts places; frames without the score come last, equal ones by PTS.</summary>
    /// <exception cref="VettingException">InvalidRequest: not a score id.</exception>
    public static ImmutableArray<int> Sort(RunColumns columns, List<int> places, FramesFilter filter)
    {
        switch (filter.Sort)
        {
            case "pts":
                if (filter.Descending)
                {
                    places.Reverse();
                }

                return [.. places];
            case "rank":
                return By(places, i => columns.Ranks[i] == 0 ? double.NaN : columns.Ranks[i], filter.Descending);
            case "stars":
                return By(places, i => columns.Stars[i], filter.Descending);
            case var sort when sort.StartsWith(Random, StringComparison.Ordinal):
                return By(places, i => Scatter(columns.Pts[i], sort), descending: false);
            default:
                CheckScore(filter.Sort);
                return columns.Scores.TryGetValue(filter.Sort, out var values) ? By(places, i => values[i], filter.Descending) : [.. places];
        }
    }

    private static ImmutableArray<int> By(List<int> places, Func<int, double> value, bool descending)
    {
        var keys = new (double Key, int Place)[places.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var key = value(places[i]);
            keys[i] = (double.IsNaN(key) ? double.PositiveInfinity : descending ? -key : key, places[i]);
        }

        Array.Sort(keys);
        return [.. keys.Select(k => k.Place)];
    }

    // The same seed gives everybody the same order, also after a restart.
    private static double Scatter(long pts, string seed)
    {
        var hash = 14695981039346656037UL ^ unchecked((ulong)pts);
        foreach (var c in seed)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        hash ^= hash >> 31;
        hash = unchecked(hash * 0x9E3779B97F4A7C15UL);
        return hash >> 11;
    }
}

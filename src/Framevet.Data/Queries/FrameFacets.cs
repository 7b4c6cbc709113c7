using System.Collections.Frozen;
using System.Collections.Immutable;
using Framevet.Pipeline.Culling;

namespace Framevet.Data.Queries;

/// <summary>
/// How many frames each choice of the filter rail would show if its own condition were lifted and all others kept. Choices without frames may be missing.
/// </summary>
public sealed record FrameFacets(
    ImmutableSortedDictionary<FrameState, int> States,
    ImmutableSortedDictionary<string, int> Losses,
    ImmutableSortedDictionary<int, int> Scenes,
    ImmutableSortedDictionary<MarkFlag, int> Flags,
    ImmutableSortedDictionary<int, int> Stars,
    ImmutableSortedDictionary<int, int> Colours,
    ImmutableSortedDictionary<string, int> Tags,
    ImmutableArray<ScoreFacet> Scores);

/// <summary>
/// A score over all frames of a run: number, ends, and a histogram between them, closed below and open above, the last bin closed. <paramref name="Kept"/>: the same of the frames that
/// pass all conditions but the one on this score.
/// </summary>
public sealed record ScoreFacet(string Score, int Count, double Min, double Max, ImmutableArray<int> All, ImmutableArray<int> Kept);

/// <summary>What a filter needs beside the columns: scenes by place, and the frames with the wanted person or label.</summary>
internal sealed record SieveSets(ImmutableArray<SceneRow> Scenes, FrozenSet<long> WithPerson, FrozenSet<long> WithLabel, ImmutableArray<int> SceneByPlace)
{
    public static SieveSets Of(RunColumns columns, ImmutableArray<SceneRow> scenes, FrozenSet<long>? person, FrozenSet<long>? label) =>
        new(scenes, person ?? FrozenSet<long>.Empty, label ?? FrozenSet<long>.Empty, Places(columns, scenes));

    /// <summary>Number of the frame's scene, 0 when there are none.</summary>
    public int SceneOf(int place) => SceneByPlace.IsEmpty ? 0 : SceneByPlace[place];

    // A scene reaches up to the next one; frames before the first belong to it.
    private static ImmutableArray<int> Places(RunColumns columns, ImmutableArray<SceneRow> scenes)
    {
        if (scenes.IsEmpty)
        {
            return [];
        }

        var numbers = new int[columns.Count];
        var at = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            while (at + 1 < scenes.Length && columns.Pts[i] >= scenes[at + 1].FirstPts)
            {
                at++;
            }

            numbers[i] = scenes[at].Number;
        }

        return [.. numbers];
    }
}

/// <summary>Counts while the frames pass by.</summary>
internal sealed class FacetTally
{
    private readonly RunColumns _columns;
    private readonly SieveSets _sets;
    private readonly Dictionary<FrameState, int> _states = [];
    private readonly Dictionary<int, int> _losses = [];
    private readonly Dictionary<int, int> _scenes = [];
    private readonly int[] _flags = new int[3];
    private readonly int[] _stars = new int[MarkSet.MaxStars + 1];
    private readonly int[] _colours = new int[MarkSet.MaxColour + 1];
    private readonly Dictionary<string, int> _tags = new(StringComparer.Ordinal);
    private readonly List<Histogram> _scores;

    public FacetTally(RunColumns columns, SieveSets sets, int bins)
    {
        (_columns, _sets) = (columns, sets);
        _scores = [.. columns.Scores.Select(s => Histogram.Of(s.Key, s.Value, columns.Sorted(s.Key), bins)).OfType<Histogram>()];
    }

    /// <summary>Counts a frame: for all choices, or for those of the one condition that it fails.</summary>
    public void Add(int i, string? only)
    {
        if (only is null or "state")
        {
            Raise(_states, _columns.States[i]);
        }

        if (only is null or "loss" && _columns.Losses[i] >= 0)
        {
            Raise(_losses, _columns.Losses[i]);
        }

        if (only is null or "scene" && _sets.SceneOf(i) is > 0 and var scene)
        {
            Raise(_scenes, scene);
        }

        if (only is null or "flag")
        {
            _flags[(int)_columns.Flags[i]]++;
        }

        if (only is null or "stars")
        {
            _stars[_columns.Stars[i]]++;
        }

        if (only is null or "colour")
        {
            _colours[_columns.Colours[i]]++;
        }

        if (only is null or "tag" && _columns.Tags.TryGetValue(i, out var tags))
        {
            foreach (var tag in tags)
            {
                Raise(_tags, tag);
            }
        }

        foreach (var score in _scores)
        {
            if (only is null || score.Name == only)
            {
                score.Add(i);
            }
        }
    }

    public FrameFacets ToFacets() => new(
        Enum.GetValues<FrameState>().ToImmutableSortedDictionary(s => s, s => _states.GetValueOrDefault(s)),
        _losses.Where(l => l.Key >= 0).ToImmutableSortedDictionary(l => _columns.LossParts[l.Key], l => l.Value, StringComparer.Ordinal),
        _scenes.Where(s => s.Key > 0).ToImmutableSortedDictionary(),
        Enum.GetValues<MarkFlag>().ToImmutableSortedDictionary(f => f, f => _flags[(int)f]),
        Enumerable.Range(0, _stars.Length).ToImmutableSortedDictionary(n => n, n => _stars[n]),
        Enumerable.Range(0, _colours.Length).ToImmutableSortedDictionary(n => n, n => _colours[n]),
        _tags.ToImmutableSortedDictionary(StringComparer.Ordinal),
        [.. _scores.Select(s => s.ToFacet())]);

    private static void Raise<T>(Dictionary<T, int> counts, T key)
        where T : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;

    private sealed class Histogram(string score, ImmutableArray<double> values, ImmutableArray<double> sorted, int bins)
    {
        private readonly int[] _kept = new int[bins];
        private readonly double _min = sorted[0];
        private readonly double _max = sorted[^1];

        public string Name { get; } = "range:" + score;

        public static Histogram? Of(string score, ImmutableArray<double> values, ImmutableArray<double> sorted, int bins) =>
            sorted.IsEmpty ? null : new Histogram(score, values, sorted, bins);

        public void Add(int i)
        {
            if (double.IsFinite(values[i]))
            {
                _kept[Bin(values[i])]++;
            }
        }

        public ScoreFacet ToFacet()
        {
            var all = new int[bins];
            foreach (var value in sorted)
            {
                all[Bin(value)]++;
            }

            return new ScoreFacet(score, sorted.Length, _min, _max, [.. all], [.. _kept]);
        }

        private int Bin(double value) => _max > _min ? Math.Min(bins - 1, (int)((value - _min) / (_max - _min) * bins)) : 0;
    }
}

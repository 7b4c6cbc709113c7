using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// Maximal marginal relevance (J. Carbonell and J. Goldstein, SIGIR 1998): each round takes the frame with the greatest
/// λ·relevance − (1 − λ)·similarity to the picks so far. Relevance runs from 0 (lower end of the score's range; where less is better the worst candidate) to 1
/// (best candidate); similarity is 0.7·look + 0.3·time, look = 1 − distance/32 of the fingerprints (at least 0), time = 1 − Δt·k/duration (at least 0).
/// Frames nearer than the gap to a pick wait; when only such are left the gap is halved until the count is reached. Equal values go to the earlier
/// frame. Effort O(n·k).
/// </summary>
[Part("diverse", "Best and different", "Picks good frames that differ from each other in look and time.")]
public sealed class DiverseSelector(DiverseSelectorOptions options, PartCatalog catalog) : ISelector
{
    private const double UnrelatedDistance = 32;
    private const double LookShare = 0.7;
    private const double SmallestGap = 0.01;

    private readonly Relevance _relevance = new(options.Score, catalog);

    /// <inheritdoc/>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates)
    {
        // In time order every scan meets the earlier frame first, which settles ties and makes the input order irrelevant.
        var open = Prepare(candidates.ByTime());
        var picks = ImmutableArray.CreateBuilder<Pick>();
        var gap = options.MinGapSeconds;
        var window = open.Count == 0 ? 0 : (open[^1].Seconds - open[0].Seconds) / options.Count;
        while (picks.Count < options.Count && picks.Count < open.Count)
        {
            if (Best(open, gap) is not { } best)
            {
                gap = gap < SmallestGap ? 0 : gap / 2;
                continue;
            }

            best.IsPicked = true;
            picks.Add(new Pick(best.Candidate, picks.Count + 1, Reason(best, picks.Count + 1, gap)));
            foreach (var entry in open)
            {
                entry.Compare(best, window);
            }
        }

        return picks.ToImmutable();
    }

    private List<Entry> Prepare(ImmutableArray<Candidate> candidates) => [.. candidates.Zip(_relevance.Scaled(candidates), (c, relevance) => new Entry(c, relevance))];

    private Entry? Best(List<Entry> open, double gap)
    {
        Entry? best = null;
        var bestValue = double.NegativeInfinity;
        foreach (var entry in open)
        {
            if (entry.IsPicked || entry.NearestSeconds < gap)
            {
                continue;
            }

            var value = (options.Lambda * entry.Relevance) - ((1 - options.Lambda) * entry.Similarity);
            if (value > bestValue)
            {
                (best, bestValue) = (entry, value);
            }
        }

        return best;
    }

    private string Reason(Entry entry, int rank, double gap)
    {
        var words = _relevance.Words(entry.Candidate);
        if (rank == 1)
        {
            return $"best {words}";
        }

        if (gap < options.MinGapSeconds)
        {
            return string.Create(CultureInfo.InvariantCulture, $"fills up at {entry.Candidate.Pts.Clock()}, nearer than {options.MinGapSeconds} s to another pick ({words})");
        }

        return entry.NearestLook >= UnrelatedDistance / 4
            ? $"adds a new look at {entry.Candidate.Pts.Clock()} ({words})"
            : $"good frame at {entry.Candidate.Pts.Clock()}, like others before ({words})";
    }

    /// <summary>A candidate with what is known about its nearest pick.</summary>
    private sealed class Entry(Candidate candidate, double relevance)
    {
        public Candidate Candidate { get; } = candidate;

        public double Relevance { get; } = relevance;

        public double Seconds { get; } = candidate.Pts.Seconds;

        public bool IsPicked { get; set; }

        /// <summary>Greatest similarity 0..1 to a pick.</summary>
        public double Similarity { get; private set; }

        /// <summary>Seconds to the nearest pick.</summary>
        public double NearestSeconds { get; private set; } = double.PositiveInfinity;

        /// <summary>Fingerprint distance to the most similar looking pick.</summary>
        public int NearestLook { get; private set; } = int.MaxValue;

        public void Compare(Entry pick, double window)
        {
            var seconds = Math.Abs(Seconds - pick.Seconds);
            var distance = Fingerprint.Distance(Candidate.Fingerprint, pick.Candidate.Fingerprint);
            var look = Math.Max(0, 1 - (distance / UnrelatedDistance));
            var time = window > 0 ? Math.Max(0, 1 - (seconds / window)) : 1;
            Similarity = Math.Max(Similarity, (LookShare * look) + ((1 - LookShare) * time));
            NearestSeconds = Math.Min(NearestSeconds, seconds);
            NearestLook = Math.Min(NearestLook, distance);
        }
    }
}

/// <summary>Options of <see cref="DiverseSelector"/>.</summary>
public sealed record DiverseSelectorOptions
{
    /// <summary>Most picks.</summary>
    [Display(Name = "Frames", Description = "How many frames are picked at most.")]
    [Range(1, 1000)]
    [ShortFlag("count")]
    public int Count { get; init; } = 12;

    /// <summary>Id of the score that says how good a frame is.</summary>
    [Display(Name = "Score", Description = "The score that says how good a frame is.")]
    [ScoreName]
    public string Score { get; init; } = "quality";

    /// <summary>λ: 1 only the score counts, 0 only difference.</summary>
    [Display(Name = "Score against difference", Description = "1 looks at the score only, 0 at difference only.")]
    [Range(0.0, 1.0)]
    public double Lambda { get; init; } = 0.6;

    /// <summary>Least distance of two picks in seconds of media time, relaxed when it leaves too few.</summary>
    [Display(Name = "Minimum gap (s)", Description = "Seconds of the clip between two picks; halved as often as needed when too few frames are left.")]
    [Range(0.0, 3600.0)]
    public double MinGapSeconds { get; init; } = 1.0;
}

using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// The top of the run and the whole of its time. First the frames of the top tier (a percentile of the score or a share of the frames), the best first, none nearer than
/// the gap to a pick. Then, for each of K equal windows between the first and the last frame, its best frame that keeps the gap. When that is fewer than wanted at least, the gap is
/// halved, and halved again, and the best of the rest fill up; a clip shorter than that is picked whole. Equal scores go to the earlier frame.
/// </summary>
[Part("coverage", "Best and whole timeline", "Picks the top of the run and the best frame of each stretch of its time.")]
public sealed class CoverageSelector(CoverageSelectorOptions options, PartCatalog catalog) : ISelector
{
    private const double SmallestGap = 0.01;

    private readonly Relevance _relevance = new(options.Score, catalog);

    /// <inheritdoc/>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates)
    {
        Candidate[] best = [.. _relevance.BestFirst(candidates)];
        var chosen = new Chosen(options.Count);
        foreach (var frame in Top(best))
        {
            chosen.Take(frame, options.MinGapSeconds, $"in the top tier ({_relevance.Words(frame)})");
        }

        Cover(best, chosen);
        Backfill(best, chosen);
        return chosen.Picks;
    }

    private IEnumerable<Candidate> Top(Candidate[] best)
    {
        var values = best.Select(_relevance.Of).Where(double.IsFinite).Reverse().ToArray();
        if (values.Length == 0)
        {
            return [];
        }

        var cut = options.TopPercent > 0 ? double.NegativeInfinity : Distribution.Percentile(values, options.Percentile);
        var most = options.TopPercent > 0 ? (int)Math.Ceiling(best.Length * options.TopPercent / 100) : best.Length;
        return best.Take(most).TakeWhile(c => _relevance.Of(c) >= cut);
    }

    private void Cover(Candidate[] best, Chosen chosen)
    {
        if (best.Length == 0 || options.Windows == 0)
        {
            return;
        }

        var first = best.Min(c => c.Pts.Seconds);
        var span = best.Max(c => c.Pts.Seconds) - first;
        var windows = best.ToLookup(c => span > 0 ? Math.Min(options.Windows - 1, (int)((c.Pts.Seconds - first) / span * options.Windows)) : 0);
        for (var window = 0; window < options.Windows; window++)
        {
            if (windows[window].FirstOrDefault(c => chosen.IsFree(c, options.MinGapSeconds)) is { } frame)
            {
                chosen.Take(frame, options.MinGapSeconds, string.Create(CultureInfo.InvariantCulture, $"best of stretch {window + 1} of {options.Windows} ({_relevance.Words(frame)})"));
            }
        }
    }

    private void Backfill(Candidate[] best, Chosen chosen)
    {
        var wanted = Math.Min(options.AtLeast, best.Length);
        for (var gap = options.MinGapSeconds; chosen.Count < wanted && gap > 0;)
        {
            gap = gap < SmallestGap ? 0 : gap / 2;
            Fill(best, chosen, wanted, gap);
        }

        Fill(best, chosen, wanted, 0);
    }

    private void Fill(Candidate[] best, Chosen chosen, int wanted, double gap)
    {
        foreach (var frame in best)
        {
            if (chosen.Count >= wanted)
            {
                return;
            }

            chosen.Take(frame, gap, string.Create(CultureInfo.InvariantCulture, $"fills up at {frame.Pts.Clock()} ({_relevance.Words(frame)})"));
        }
    }

    /// <summary>Picks in the order they were made.</summary>
    private sealed class Chosen(int most)
    {
        private readonly TimeGap _gap = new();
        private readonly HashSet<Pts> _taken = [];
        private readonly ImmutableArray<Pick>.Builder _picks = ImmutableArray.CreateBuilder<Pick>();

        public int Count => _picks.Count;

        public ImmutableArray<Pick> Picks => _picks.ToImmutable();

        public bool IsFree(Candidate frame, double gap) => !_taken.Contains(frame.Pts) && _gap.IsFree(frame.Pts, gap);

        public void Take(Candidate frame, double gap, string reason)
        {
            if (_picks.Count < most && !_taken.Contains(frame.Pts) && _gap.TryTake(frame.Pts, gap))
            {
                _taken.Add(frame.Pts);
                _picks.Add(new Pick(frame, _picks.Count + 1, reason));
            }
        }
    }
}

/// <summary>Options of <see cref="CoverageSelector"/>.</summary>
public sealed record CoverageSelectorOptions
{
    /// <summary>Id of the score that decides.</summary>
    [Display(Name = "Score", Description = "The score that decides.")]
    [ScoreName]
    public string Score { get; init; } = "quality";

    /// <summary>Percentile 0..100 from which on frames are of the top tier.</summary>
    [Display(Name = "Top percentile", Description = "Frames at or above this percentile of the score are picked first: 95 means the best 5 %.")]
    [Range(0.0, 100.0)]
    public double Percentile { get; init; } = 95;

    /// <summary>Share of the frames in percent that makes the top tier instead; 0 = the percentile decides.</summary>
    [Display(Name = "Top share (%)", Description = "Takes this share of the frames as the top instead of the percentile; 0 lets the percentile decide.")]
    [Range(0.0, 100.0)]
    public double TopPercent { get; init; }

    /// <summary>K: equal windows of time that are each represented; 0 = none.</summary>
    [Display(Name = "Stretches", Description = "Into how many equal stretches of time the run is cut, each of which gives its best frame; 0 leaves this out.")]
    [Range(0, 10_000)]
    public int Windows { get; init; } = 8;

    /// <summary>Least distance of two picks in seconds of media time, halved as often as needed to reach the least number.</summary>
    [Display(Name = "Minimum gap (s)", Description = "Seconds of the clip between two picks; halved as often as needed when fewer frames than wanted at least are found.")]
    [Range(0.0, 3600.0)]
    public double MinGapSeconds { get; init; } = 1.0;

    /// <summary>Least number of picks where there are so many frames.</summary>
    [Display(Name = "At least", Description = "So many frames are picked at least, if there are so many.")]
    [Range(0, 10_000)]
    public int AtLeast { get; init; } = 8;

    /// <summary>Most picks, top tier first.</summary>
    [Display(Name = "Frames", Description = "How many frames are picked at most; the top comes first.")]
    [Range(1, 10_000)]
    [ShortFlag("count")]
    public int Count { get; init; } = 10_000;
}

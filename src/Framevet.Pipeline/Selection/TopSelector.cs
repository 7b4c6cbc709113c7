using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// The best by one score, in the score's own direction: greedy by score, then PTS, leaving out frames nearer than the gap to a pick. At most
/// <see cref="TopSelectorOptions.Count"/> and at most <see cref="TopSelectorOptions.Percent"/> of the candidates (rounded up, so one at least).
/// </summary>
[Part("top", "Best by score", "Picks the frames with the best score.")]
public sealed class TopSelector(TopSelectorOptions options, PartCatalog catalog) : ISelector
{
    private readonly Relevance _relevance = new(options.Score, catalog);

    /// <inheritdoc/>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates)
    {
        var limit = Math.Min(options.Count, (int)Math.Ceiling(candidates.Length * options.Percent / 100));
        var gap = new TimeGap();
        var picks = ImmutableArray.CreateBuilder<Pick>();
        foreach (var candidate in _relevance.BestFirst(candidates))
        {
            if (picks.Count >= limit)
            {
                break;
            }

            if (gap.TryTake(candidate.Pts, options.MinGapSeconds))
            {
                picks.Add(new Pick(candidate, picks.Count + 1, Reason(candidate, picks.Count + 1)));
            }
        }

        return picks.ToImmutable();
    }

    private string Reason(Candidate candidate, int rank) => rank == 1
        ? $"best {_relevance.Words(candidate)}"
        : string.Create(CultureInfo.InvariantCulture, $"rank {rank} by {_relevance.Words(candidate)}");
}

/// <summary>Options of <see cref="TopSelector"/>.</summary>
public sealed record TopSelectorOptions
{
    /// <summary>Id of the score that decides.</summary>
    [Display(Name = "Score", Description = "The score that decides.")]
    [ScoreName]
    public string Score { get; init; } = "quality";

    /// <summary>Most picks.</summary>
    [Display(Name = "Frames", Description = "How many frames are picked at most.")]
    [Range(1, 10_000)]
    [ShortFlag("count")]
    public int Count { get; init; } = 10;

    /// <summary>Most picks as a share of the candidates in percent.</summary>
    [Display(Name = "Share (%)", Description = "At most this share of the allowed frames is picked; 100 sets no limit, 10 picks the best tenth.")]
    [Range(0.01, 100.0)]
    public double Percent { get; init; } = 100;

    /// <summary>Least distance of two picks in seconds of media time; 0 = none.</summary>
    [Display(Name = "Minimum gap (s)", Description = "Seconds of the clip that lie at least between two picks.")]
    [Range(0.0, 3600.0)]
    public double MinGapSeconds { get; init; }
}

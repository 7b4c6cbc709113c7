using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>The best share of all allowed frames of the run, rounded up: <see cref="TopSelector"/> with a share instead of a number as its main option.</summary>
[Part("top-percent", "Best share", "Picks the best share of all frames of the run: 10 % means the best tenth.")]
public sealed class TopPercentSelector(TopPercentSelectorOptions options, PartCatalog catalog) : ISelector
{
    private readonly TopSelector _top = new(new() { Score = options.Score, Percent = options.Percent, Count = options.Count, MinGapSeconds = options.MinGapSeconds }, catalog);

    /// <inheritdoc/>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates) => _top.Pick(candidates);
}

/// <summary>Options of <see cref="TopPercentSelector"/>.</summary>
public sealed record TopPercentSelectorOptions
{
    /// <summary>Picks as a share of the candidates in percent.</summary>
    [Display(Name = "Share (%)", Description = "The share of the allowed frames that is picked: 10 picks the best tenth.")]
    [Range(0.01, 100.0)]
    public double Percent { get; init; } = 10;

    /// <summary>Id of the score that decides.</summary>
    [Display(Name = "Score", Description = "The score that decides.")]
    [ScoreName]
    public string Score { get; init; } = "quality";

    /// <summary>Most picks.</summary>
    [Display(Name = "Frames", Description = "How many frames are picked at most.")]
    [Range(1, 10_000)]
    [ShortFlag("count")]
    public int Count { get; init; } = 10_000;

    /// <summary>Least distance of two picks in seconds of media time; 0 = none.</summary>
    [Display(Name = "Minimum gap (s)", Description = "Seconds of the clip that lie at least between two picks.")]
    [Range(0.0, 3600.0)]
    public double MinGapSeconds { get; init; }
}

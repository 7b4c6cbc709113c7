using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// Every frame at or above a percentile of all allowed frames of the run, in the score's own direction, interpolated linearly. Unlike a share it picks all of several equal
/// frames at the limit.
/// </summary>
[Part("percentile", "From a percentile up", "Picks the frames at or above a percentile of the run: 90 means the best 10 %.")]
public sealed class PercentileSelector(PercentileSelectorOptions options, PartCatalog catalog) : ISelector
{
    private readonly Relevance _relevance = new(options.Score, catalog);

    /// <inheritdoc/>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates)
    {
        var values = candidates.Select(_relevance.Of).Where(double.IsFinite).Order().ToArray();
        if (values.Length == 0)
        {
            return [];
        }

        var cut = Distribution.Percentile(values, options.Percentile);
        return [.. _relevance.BestFirst(candidates.Where(c => _relevance.Of(c) >= cut)).Take(options.Count).Select((c, i) => new Pick(c, i + 1, Reason(c)))];
    }

    private string Reason(Candidate candidate) =>
        string.Create(CultureInfo.InvariantCulture, $"among the best {Math.Round(100 - options.Percentile, 3)} % of the run ({_relevance.Words(candidate)})");
}

/// <summary>Options of <see cref="PercentileSelector"/>.</summary>
public sealed record PercentileSelectorOptions
{
    /// <summary>Percentile 0..100 in the direction of the score.</summary>
    [Display(Name = "Percentile", Description = "90 picks the best 10 % of the run, 50 the better half, 100 only the best value.")]
    [Range(0.0, 100.0)]
    public double Percentile { get; init; } = 90;

    /// <summary>Id of the score that decides.</summary>
    [Display(Name = "Score", Description = "The score that decides.")]
    [ScoreName]
    public string Score { get; init; } = "quality";

    /// <summary>Most picks.</summary>
    [Display(Name = "Frames", Description = "How many frames are picked at most.")]
    [Range(1, 10_000)]
    [ShortFlag("count")]
    public int Count { get; init; } = 10_000;
}

using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// The best of every k consecutive frames, counted over the whole run in time order; the last group may be shorter. Groups are never cut where batches of decoding or
/// scoring end. When there are more groups than frames wanted, the best of their winners are picked.
/// </summary>
[Part("best-of-group", "Best of every few", "Picks the best frame of every few consecutive ones.")]
public sealed class BestOfGroupSelector(BestOfGroupSelectorOptions options, PartCatalog catalog) : ISelector
{
    private readonly Relevance _relevance = new(options.Score, catalog);

    /// <inheritdoc/>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates)
    {
        var winners = candidates.OrderBy(c => c.Pts).Chunk(options.GroupSize).ToDictionary(group => _relevance.BestFirst(group).First());
        return [.. _relevance.BestFirst(winners.Keys).Take(options.Count).Select((best, i) => new Pick(best, i + 1, Reason(best, winners[best])))];
    }

    private string Reason(Candidate best, Candidate[] group) => group.Length == 1
        ? $"alone in its group ({_relevance.Words(best)})"
        : string.Create(CultureInfo.InvariantCulture, $"best of {group.Length} frames from {group[0].Pts.Clock()} to {group[^1].Pts.Clock()} ({_relevance.Words(best)})");
}

/// <summary>Options of <see cref="BestOfGroupSelector"/>.</summary>
public sealed record BestOfGroupSelectorOptions
{
    /// <summary>Frames in a group.</summary>
    [Display(Name = "Group", Description = "Of so many consecutive frames the best one is picked.")]
    [Range(1, 100_000)]
    public int GroupSize { get; init; } = 5;

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

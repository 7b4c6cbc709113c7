using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Gating;

/// <summary>Drops repetitions over the whole run, however far apart, and keeps the better one: see <see cref="BestOfLooks"/>.</summary>
[Part("duplicate-global", "Duplicates of the whole run", "Of frames that look the same anywhere in the run only the best one stays.")]
public sealed class DuplicateGlobalGate(DuplicateGlobalGateOptions options, PartCatalog catalog) : IRunGate
{
    /// <inheritdoc/>
    public bool Remembers => true;

    /// <inheritdoc/>
    public Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct) =>
        Task.FromResult(BestOfLooks.Judge(candidates, new Relevance(options.Score, catalog), options.MaxDistance, ct));
}

/// <summary>Options of <see cref="DuplicateGlobalGate"/>.</summary>
public sealed record DuplicateGlobalGateOptions
{
    /// <summary>Greatest Hamming distance 0..64 that still counts as the same look; unrelated pictures lie around 32.</summary>
    [Display(Name = "Distance", Description = "How different two frames may be and still count as the same: 0 only identical looks, 10 quite loose, 32 unrelated.")]
    [Range(0, 64)]
    public int MaxDistance { get; init; } = 5;

    /// <summary>Id of the score that says which one stays.</summary>
    [Display(Name = "Score", Description = "The frame that is better by this score stays; of equal ones the earlier.")]
    [ScoreName]
    public string Score { get; init; } = "quality";
}

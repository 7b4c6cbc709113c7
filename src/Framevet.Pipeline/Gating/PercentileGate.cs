using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Keeps the frames whose score is at or above a percentile of all frames of the run that are still in, interpolated linearly. One percentile for the whole run, so neither
/// batches nor the order of frames matter. Where less is better the scale is turned round: 90 keeps the best tenth either way.
/// </summary>
[Part("percentile", "Best share of the run", "Keeps the best frames by one score, measured against the whole run: percentile 90 keeps the best 10 %.")]
public sealed class PercentileGate(PercentileGateOptions options, PartCatalog catalog) : IRunGate
{
    /// <inheritdoc/>
    public Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct)
    {
        var origin = string.Create(CultureInfo.InvariantCulture, $"where the best {Math.Round(100 - options.Percentile, 3)} % of the run begin");
        var cut = new RunCut(options.Score, catalog, candidates, values => Distribution.Percentile(values, options.Percentile), origin);
        return Task.FromResult<ImmutableArray<GateResult>>([.. candidates.Select(c => cut.Fault(c) is { } fault ? GateResult.Failed(fault) : GateResult.Passed)]);
    }
}

/// <summary>Options of <see cref="PercentileGate"/>.</summary>
public sealed record PercentileGateOptions
{
    /// <summary>Id of the score that decides.</summary>
    [Display(Name = "Score", Description = "The score that decides.")]
    [ScoreName]
    public string Score { get; init; } = "quality";

    /// <summary>Percentile 0..100 in the direction of the score; 0 keeps all that was measured.</summary>
    [Display(Name = "Percentile", Description = "90 keeps the best 10 % of the run, 50 the better half, 0 all.")]
    [Range(0.0, 100.0)]
    public double Percentile { get; init; } = 90;
}

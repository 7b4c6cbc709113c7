using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Finds a floor for each named score (a ceiling where less is better) in the run's own distribution and drops what misses it. All floors are taken over the same
/// frames, so their order does not matter, and every floor that a frame misses is named.
/// </summary>
[Part("auto-threshold", "Automatic thresholds", "Finds a limit for each named score from the run's own values and drops the frames beyond it.")]
public sealed class AutoThresholdGate(AutoThresholdGateOptions options, PartCatalog catalog) : IRunGate
{
    /// <inheritdoc/>
    public Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct)
    {
        var cuts = options.Scores.Select(s => new RunCut(s.Key, catalog, candidates, values => Cut(values, s.Value), Origin(s.Value))).ToList();
        return Task.FromResult<ImmutableArray<GateResult>>([.. candidates.Select(c => Judge(cuts.Select(cut => cut.Fault(c)).OfType<string>()))]);
    }

    private static GateResult Judge(IEnumerable<string> faults)
    {
        var all = string.Join("; ", faults);
        return all.Length == 0 ? GateResult.Passed : GateResult.Failed(all);
    }

    private double Cut(double[] values, double number) => options.Method switch
    {
        ThresholdMethod.Percentile => Distribution.Percentile(values, number),
        ThresholdMethod.Deviations => Distribution.BelowMean(values, number),
        _ => Distribution.Otsu(values),
    };

    private string Origin(double number) => options.Method switch
    {
        ThresholdMethod.Percentile => string.Create(CultureInfo.InvariantCulture, $"where the worst {number} % of the run end"),
        ThresholdMethod.Deviations => string.Create(CultureInfo.InvariantCulture, $"{number} standard deviations on the worse side of the run's mean"),
        _ => "where the better of the run's two classes begins",
    };
}

/// <summary>How a limit is found.</summary>
public enum ThresholdMethod
{
    /// <summary>A percentile counted from the worst value.</summary>
    Percentile,
    /// <summary>Mean less a number of standard deviations.</summary>
    Deviations,
    /// <summary>The best cut between two classes (Otsu).</summary>
    Otsu,
}

/// <summary>Options of <see cref="AutoThresholdGate"/>.</summary>
public sealed record AutoThresholdGateOptions
{
    /// <summary>Where limits come from.</summary>
    [Display(Name = "Method", Description = "Percentile drops a share of the worst; deviations what lies far on the worse side of the mean; otsu splits the run into two classes and drops the worse one.")]
    public ThresholdMethod Method { get; init; }

    /// <summary>Percentile 0..100 or number of standard deviations by score id; Otsu needs none and ignores it.</summary>
    [Display(Name = "Scores", Description = "Which scores get a limit, each with its number: the percentile (25 drops the worst quarter) or how many standard deviations; otsu ignores the number.")]
    [Range(0.0, 100.0)]
    [ScoreName]
    public ImmutableSortedDictionary<string, double> Scores { get; init; } = ImmutableSortedDictionary<string, double>.Empty.Add("quality", 25);
}

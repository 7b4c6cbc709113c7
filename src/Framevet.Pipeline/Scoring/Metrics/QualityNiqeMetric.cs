using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Weighted mean of the classical scores and NIQE, each brought to 0..1, in percent. References as published for the formula of
/// subject-frame-extractor (later version): sharpness 2500, edge strength 100, contrast std/mean 2, brightness 255, entropy 8 bit and
/// (10 - NIQE) / 10, so that a low NIQE is good and 10 or more is worth nothing. Weights are divided by the sum of those measured; NIQE is
/// taken of the whole picture, never of one with a blackened background.
/// </summary>
[Part("quality-niqe", "Quality with NIQE", "Combines the classical scores and NIQE into one with weights of your choice.")]
public sealed class QualityNiqeMetric(QualityNiqeMetricOptions options) : IDerivedMetric, IExplainedScore
{
    private const double SharpnessReference = 2500;
    private const double EdgeReference = 100;
    private const double WorstNiqe = 10;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("quality-niqe", "Quality with NIQE", 0, 100, HigherIsBetter: true, "%", "sum(w n) / sum(w) * 100; n = sharpness/2500, edge-strength/100, contrast/100, brightness/100, entropy/8, (10 - niqe)/10, each within 0..1")];

    /// <inheritdoc/>
    public ImmutableArray<string> Inputs { get; } = [.. options.Weights.Where(w => w.Value > 0).Select(w => w.Key)];

    /// <inheritdoc/>
    public void Derive(IReadOnlyDictionary<string, float> scores, Span<float> derived)
    {
        ArgumentNullException.ThrowIfNull(scores);
        derived[0] = QualityFormula.Of(scores, options.Weights, Normalised);
    }

    /// <inheritdoc/>
    public ImmutableArray<ScoreShare> Explain(IReadOnlyDictionary<string, float> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return QualityFormula.Shares(scores, options.Weights, Normalised);
    }

    private static double Normalised(string score, double value) => score switch
    {
        "sharpness" => value / SharpnessReference,
        "edge-strength" => value / EdgeReference,
        "entropy" => value / 8,
        "niqe" => (WorstNiqe - value) / WorstNiqe,
        _ => value / 100,
    };
}

/// <summary>Options of <see cref="QualityNiqeMetric"/>.</summary>
public sealed record QualityNiqeMetricOptions : IValidatableObject
{
    /// <summary>Weight by score id; replaces the default as a whole, 0 leaves a score out.</summary>
    [Display(Name = "Weights", Description = "How much each score counts, relative to the others; 0 leaves it out.")]
    [Range(0.0, 1000.0)]
    [AllowedValues("sharpness", "edge-strength", "contrast", "brightness", "entropy", "niqe")]
    [ShortFlag("weight")]
    public ImmutableSortedDictionary<string, double> Weights { get; init; } = ImmutableSortedDictionary.CreateRange(
    [
        KeyValuePair.Create("sharpness", 25.0),
        KeyValuePair.Create("edge-strength", 15.0),
        KeyValuePair.Create("contrast", 15.0),
        KeyValuePair.Create("brightness", 10.0),
        KeyValuePair.Create("entropy", 15.0),
        KeyValuePair.Create("niqe", 20.0),
    ]);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Weights.Values.Any(w => w > 0) ? [] : [new ValidationResult("weights: at least one weight must be above 0")];
}

using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Weighted mean of the classical scores, each brought to 0..1, in percent: 0 nothing to see, 100 everything at or above its reference.
/// References as published for the formula of subject-frame-extractor (first version): sharpness 1000, edge strength 100, contrast std/mean 2,
/// brightness 255, entropy 8 bit. Weights are divided by their sum, so only their ratios matter; an input that was not measured drops
/// out of the sum, and without any input there is no value. Sharpness depends on the size of the analysis view, hence quality does, too.
/// </summary>
[Part("quality", "Quality", "Combines the classical scores into one with weights of your choice.")]
public sealed class QualityMetric(QualityMetricOptions options) : IDerivedMetric, IExplainedScore
{
    private const float SharpnessReference = 1000;
    private const float EdgeReference = 100;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("quality", "Quality", 0, 100, HigherIsBetter: true, "%", "sum(w n) / sum(w) * 100; n = sharpness/1000, edge-strength/100, contrast/100, brightness/100, entropy/8, each at most 1")];

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
        _ => value / 100,
    };
}

/// <summary>Options of <see cref="QualityMetric"/>.</summary>
public sealed record QualityMetricOptions : IValidatableObject
{
    /// <summary>Weight by score id; replaces the default as a whole, 0 leaves a score out.</summary>
    [Display(Name = "Weights", Description = "How much each score counts, relative to the others; 0 leaves it out.")]
    [Range(0.0, 1000.0)]
    [AllowedValues("sharpness", "edge-strength", "contrast", "brightness", "entropy")]
    [ShortFlag("weight", BringsPart = true)]
    public ImmutableSortedDictionary<string, double> Weights { get; init; } = ImmutableSortedDictionary.CreateRange(
    [
        KeyValuePair.Create("sharpness", 30.0),
        KeyValuePair.Create("edge-strength", 20.0),
        KeyValuePair.Create("contrast", 20.0),
        KeyValuePair.Create("brightness", 10.0),
        KeyValuePair.Create("entropy", 20.0),
    ]);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Weights.Values.Any(w => w > 0) ? [] : [new ValidationResult("weights: at least one weight must be above 0")];
}

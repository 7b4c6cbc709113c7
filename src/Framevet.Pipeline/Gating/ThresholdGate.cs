using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Floors and ceilings per score. Every bound that a frame misses is named, not only the first. A bounded score that was not measured
/// (absent, NaN, infinite) fails: what nobody knows cannot pass.
/// </summary>
[Part("threshold", "Thresholds", "Lets a frame pass when every named score lies within its bounds.")]
public sealed class ThresholdGate(ThresholdGateOptions options) : IGate
{
    private readonly string[] _scores = [.. options.Min.Keys.Union(options.Max.Keys).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public GateResult Check(Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        string? reasons = null;
        foreach (var score in _scores)
        {
            if (Reason(score, candidate.Score(score)) is { } reason)
            {
                reasons = reasons is null ? reason : $"{reasons}; {reason}";
            }
        }

        return reasons is null ? GateResult.Passed : GateResult.Failed(reasons);
    }

    private string? Reason(string score, float? value)
    {
        if (value is not { } measured)
        {
            return ScoreText.Unknown(score);
        }

        // Scores are single precision: 0.9 of them is below 0.9 in double, and both ends are to pass.
        if (options.Min.TryGetValue(score, out var min) && measured < (float)min)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{score} {ScoreText.Beside(measured, min)} is below {min}");
        }

        return options.Max.TryGetValue(score, out var max) && measured > (float)max
            ? string.Create(CultureInfo.InvariantCulture, $"{score} {ScoreText.Beside(measured, max)} is above {max}")
            : null;
    }
}

/// <summary>Options of <see cref="ThresholdGate"/>; both ends belong to the range that passes.</summary>
public sealed record ThresholdGateOptions : IValidatableObject
{
    /// <summary>Least value by score id.</summary>
    [Display(Name = "At least", Description = "Least value by score; a frame below it is dropped.")]
    [ScoreName]
    [ShortFlag("min", BringsPart = true)]
    public ImmutableSortedDictionary<string, double> Min { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Greatest value by score id.</summary>
    [Display(Name = "At most", Description = "Greatest value by score; a frame above it is dropped.")]
    [ScoreName]
    [ShortFlag("max", BringsPart = true)]
    public ImmutableSortedDictionary<string, double> Max { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Min
        .Where(min => Max.TryGetValue(min.Key, out var max) && max < min.Value)
        .Select(min => new ValidationResult(string.Create(CultureInfo.InvariantCulture, $"no frame can pass: {min.Key} must be at least {min.Value} and at most {Max[min.Key]}")));
}

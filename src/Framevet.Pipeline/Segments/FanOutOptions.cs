using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Segments;

/// <summary>When a long file is measured by several workers at once.</summary>
public sealed class FanOutOptions : IValidatableObject
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "FanOut";

    /// <summary>Whether runs are shared at all. One process alone never does: it uses its processors anyway.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Minutes that a film lasts at least to be shared, 0.01..10000.</summary>
    [Range(0.01, 10_000)]
    public double MinMinutes { get; set; } = 30;

    /// <summary>Minutes of film in a part, 0.001..1000: shorter parts spread better, longer ones cost less.</summary>
    [Range(0.001, 1000)]
    public double PartMinutes { get; set; } = 5;

    /// <summary>Other living workers that there must be when a run begins, 0..1000.</summary>
    [Range(0, 1000)]
    public int MinHelpers { get; set; } = 1;

    /// <summary>Times a part is taken up before its run fails, 1..100.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PartMinutes > MinMinutes / 2)
        {
            yield return new ValidationResult($"{Section}:{nameof(PartMinutes)} is more than half of {nameof(MinMinutes)}: a film of that length would have no two parts.", [nameof(PartMinutes)]);
        }
    }
}

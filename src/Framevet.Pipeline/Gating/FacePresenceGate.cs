using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Gating;

/// <summary>Asks for faces: how many, how large the largest one is and how certain, and that its eyes are open and it looks at the camera where something measured that. Reads the scores of <c>faces</c> and <c>face-details</c>.</summary>
[Part("face-presence", "Faces wanted", "Keeps frames with (or without) faces of a certain number and size. Needs the score 'faces'.")]
public sealed class FacePresenceGate(FacePresenceGateOptions options) : IGate
{
    private const string Count = "face-count";
    private const string Area = "face-area";
    private const string Confidence = "face-confidence";
    private const string Eyes = "eyes-open";
    private const string Turn = "head-turn";

    /// <inheritdoc/>
    public ImmutableArray<string> Needs => [Count, .. options.MinEyesOpen > 0 ? [Eyes] : ImmutableArray<string>.Empty, .. options.MaxTurn < FacePresenceGateOptions.AnyTurn ? [Turn] : ImmutableArray<string>.Empty];

    /// <inheritdoc/>
    public GateResult Check(Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Score(Count) is not { } count)
        {
            return GateResult.Failed(ScoreText.Unknown(Count));
        }

        string?[] reasons =
        [
            count < options.MinCount ? string.Create(CultureInfo.InvariantCulture, $"{Faces(count)}, at least {options.MinCount} wanted") : null,
            count > options.MaxCount ? string.Create(CultureInfo.InvariantCulture, $"{Faces(count)}, at most {options.MaxCount} wanted") : null,
            options.MinArea > 0 && count > 0 ? Below(candidate, Area, options.MinArea) : null,
            options.MinConfidence > 0 && count > 0 ? Below(candidate, Confidence, options.MinConfidence) : null,
            options.MinEyesOpen > 0 && count > 0 ? Below(candidate, Eyes, options.MinEyesOpen) : null,
            options.MaxTurn < FacePresenceGateOptions.AnyTurn && count > 0 ? Above(candidate, Turn, options.MaxTurn) : null,
        ];
        var said = string.Join("; ", reasons.OfType<string>());
        return said.Length == 0 ? GateResult.Passed : GateResult.Failed(said);
    }

    private static string Faces(float count) => count == 0 ? "no face" : count == 1 ? "one face" : string.Create(CultureInfo.InvariantCulture, $"{count} faces");

    // Scores are single precision: 0.9 of them is below 0.9 in double.
    private static string? Below(Candidate candidate, string score, double least) => candidate.Score(score) switch
    {
        null => ScoreText.Unknown(score),
        { } value when value < (float)least => string.Create(CultureInfo.InvariantCulture, $"{score} {ScoreText.Beside(value, least)} is below {least}"),
        _ => null,
    };

    private static string? Above(Candidate candidate, string score, double most) => candidate.Score(score) switch
    {
        null => ScoreText.Unknown(score),
        { } value when value > (float)most => string.Create(CultureInfo.InvariantCulture, $"{score} {ScoreText.Beside(value, most)} is above {most}"),
        _ => null,
    };
}

/// <summary>Options of <see cref="FacePresenceGate"/>.</summary>
public sealed record FacePresenceGateOptions : IValidatableObject
{
    internal const double AnyTurn = 180;

    /// <summary>Number.</summary>
    [Display(Name = "Faces, at least", Description = "Frames with fewer faces are dropped.")]
    [Range(0, 1000)]
    public int MinCount { get; init; } = 1;

    /// <summary>Number.</summary>
    [Display(Name = "Faces, at most", Description = "Frames with more faces are dropped; 0 (with 0 at least) keeps frames without faces.")]
    [Range(0, 1000)]
    public int MaxCount { get; init; } = 1000;

    /// <summary>Percent.</summary>
    [Display(Name = "Size, at least", Description = "Least share of the frame that the largest face takes, in percent; 0 = any.")]
    [Range(0.0, 100.0)]
    public double MinArea { get; init; }

    /// <summary>0..1.</summary>
    [Display(Name = "Certainty, at least", Description = "Least certainty of the detector that the largest face is one; 0 = any that it reports.")]
    [Range(0.0, 1.0)]
    public double MinConfidence { get; init; }

    /// <summary>0..1.</summary>
    [Display(Name = "Eyes open, at least", Description = "Least probability that the eyes of the largest face are open; 0 = do not ask. Needs the score 'face-details'.")]
    [Range(0.0, 1.0)]
    public double MinEyesOpen { get; init; }

    /// <summary>Degrees.</summary>
    [Display(Name = "Head turned, at most", Description = "Largest angle between where the largest face looks and the camera, in degrees; 180 = do not ask. Needs the score 'face-details'.")]
    [Range(0.0, AnyTurn)]
    public double MaxTurn { get; init; } = AnyTurn;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        MinCount > MaxCount ? [new ValidationResult("minCount must not be above maxCount")] : [];
}

using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// A floor on a score that grows with sharpness. It acts only where a recipe names it, and with a floor of 0 it is off. The published floor of 100 for the variance of the
/// Laplacian was meant for full pictures; the variance changes with the size of the analysis view. A score that was not measured fails.
/// </summary>
[Part("blur", "Blurred frames", "Drops frames that are less sharp than a floor.")]
public sealed class BlurGate(BlurGateOptions options) : IGate
{
    /// <inheritdoc/>
    public GateResult Check(Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (options.Minimum == 0)
        {
            return GateResult.Passed;
        }

        return candidate.Score(options.Score) switch
        {
            null => GateResult.Failed(ScoreText.Unknown(options.Score)),
            { } value when value < options.Minimum => GateResult.Failed(
                string.Create(CultureInfo.InvariantCulture, $"blurred: {options.Score} {ScoreText.Beside(value, options.Minimum)} is below {options.Minimum}")),
            _ => GateResult.Passed,
        };
    }
}

/// <summary>Options of <see cref="BlurGate"/>.</summary>
public sealed record BlurGateOptions
{
    /// <summary>Id of a score that is higher for sharper pictures.</summary>
    [Display(Name = "Score", Description = "The score that says how sharp a frame is; higher must mean sharper.")]
    [ScoreName]
    public string Score { get; init; } = "sharpness";

    /// <summary>Least value that passes; 0 = off.</summary>
    [Display(Name = "Minimum", Description = "Frames below it are dropped; 0 switches the gate off. For 'sharpness' about 100 is usual at full size.")]
    [Range(0.0, 2_000_000.0)]
    public double Minimum { get; init; } = 100;
}

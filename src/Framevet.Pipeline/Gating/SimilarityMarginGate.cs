using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Keeps a frame that is similar enough to something wanted and to nothing unwanted: at least one wanted score reaches its margin and every unwanted one stays below its own
/// (the rule that video-sampler has for text prompts, there 0.2 and 0.3). A side without scores rejects nothing. What was not measured counts against the frame.
/// </summary>
[Part("similarity-margin", "Wanted and unwanted", "Keeps frames similar to at least one wanted thing and to no unwanted one; a side left empty rejects nothing.")]
public sealed class SimilarityMarginGate(SimilarityMarginGateOptions options) : IGate
{
    /// <inheritdoc/>
    public GateResult Check(Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var reasons = options.Unwanted.Select(u => Unwanted(u.Key, u.Value, candidate.Score(u.Key))).OfType<string>().ToList();
        if (options.Wanted.Count > 0 && !options.Wanted.Any(w => candidate.Score(w.Key) >= w.Value))
        {
            reasons.Add(string.Join(" and ", options.Wanted.Select(w => Wanted(w.Key, w.Value, candidate.Score(w.Key)))));
        }

        return reasons.Count == 0 ? GateResult.Passed : GateResult.Failed(string.Join("; ", reasons));
    }

    private static string? Unwanted(string score, double margin, float? value) => value switch
    {
        null => ScoreText.Unknown(score),
        { } measured when measured >= margin => string.Create(CultureInfo.InvariantCulture, $"unwanted: {score} {Math.Round(measured, 3)} is not below {margin}"),
        _ => null,
    };

    private static string Wanted(string score, double margin, float? value) => value is { } measured
        ? string.Create(CultureInfo.InvariantCulture, $"{score} {ScoreText.Beside(measured, margin)} is below {margin}")
        : ScoreText.Unknown(score);
}

/// <summary>Options of <see cref="SimilarityMarginGate"/>.</summary>
public sealed record SimilarityMarginGateOptions
{
    /// <summary>Margin by score id; one of them must be reached. Empty = nothing is demanded.</summary>
    [Display(Name = "Wanted", Description = "Similarity to wanted things, with the least value that counts; one of them is enough. Empty demands nothing.")]
    [ScoreName]
    public ImmutableSortedDictionary<string, double> Wanted { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Margin by score id; each must stay below. Empty = nothing is rejected.</summary>
    [Display(Name = "Unwanted", Description = "Similarity to unwanted things, with the value from which a frame is dropped. Empty rejects nothing.")]
    [ScoreName]
    public ImmutableSortedDictionary<string, double> Unwanted { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}

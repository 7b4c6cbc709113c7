using System.Collections.Immutable;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Weighted mean of scores that are each brought to 0..1, in percent. Weights are divided by the sum of those whose score was measured, so only
/// their ratios matter and a missing score never counts as 0.
/// </summary>
internal static class QualityFormula
{
    /// <summary>0..100; NaN without any measured score.</summary>
    public static float Of(IReadOnlyDictionary<string, float> scores, ImmutableSortedDictionary<string, double> weights, Func<string, double, double> normalise)
    {
        double sum = 0;
        double total = 0;
        foreach (var (score, weight) in weights)
        {
            if (weight > 0 && scores.TryGetValue(score, out var value) && float.IsFinite(value))
            {
                sum += weight * Math.Clamp(normalise(score, value), 0, 1);
                total += weight;
            }
        }

        return total > 0 ? (float)(sum / total * 100) : float.NaN;
    }

    /// <summary>What each score gives to the number of <see cref="Of"/>, the greatest first; together they are that number.</summary>
    public static ImmutableArray<ScoreShare> Shares(IReadOnlyDictionary<string, float> scores, ImmutableSortedDictionary<string, double> weights, Func<string, double, double> normalise)
    {
        var known = weights.Where(w => w.Value > 0 && scores.TryGetValue(w.Key, out var value) && float.IsFinite(value)).ToList();
        var total = known.Sum(w => w.Value);
        return [.. known.Select(w => new ScoreShare(w.Key, w.Value / total * 100 * Math.Clamp(normalise(w.Key, scores[w.Key]), 0, 1), w.Value / total * 100)).OrderByDescending(s => s.Points)];
    }
}

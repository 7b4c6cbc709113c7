using System.Collections.Immutable;

namespace Framevet.Pipeline.Scoring;

/// <summary>A metric that can say what its number is made of.</summary>
public interface IExplainedScore
{
    /// <summary>What each score gives; the points together are the metric's own number. Empty when nothing was measured.</summary>
    ImmutableArray<ScoreShare> Explain(IReadOnlyDictionary<string, float> scores);
}

/// <summary>What a score gives to a total: <paramref name="Points"/> of at most <paramref name="Most"/>.</summary>
public sealed record ScoreShare(string Score, double Points, double Most);

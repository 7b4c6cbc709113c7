using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Gating;

/// <summary>A cut through one score of a whole run: what lies on the bad side of it fails. In the score's own direction, so where less is better the greater values fail.</summary>
internal sealed class RunCut
{
    private readonly string _score;
    private readonly Relevance _relevance;
    private readonly double? _cut;
    private readonly string _origin;

    /// <param name="score">Id of the score.</param>
    /// <param name="catalog">Knows the direction.</param>
    /// <param name="candidates">All frames that count; those without the score do not shape the cut.</param>
    /// <param name="rule">From the values in rising order of goodness to the least good value that passes.</param>
    /// <param name="origin">Ends the reason: "the 90th percentile of the run".</param>
    public RunCut(string score, PartCatalog catalog, ImmutableArray<Candidate> candidates, Func<double[], double> rule, string origin)
    {
        _score = score;
        _origin = origin;
        _relevance = new Relevance(score, catalog);
        var values = candidates.Select(_relevance.Of).Where(double.IsFinite).Order().ToArray();
        _cut = values.Length == 0 ? null : rule(values);
    }

    /// <summary>Why the frame fails, or null. A score that was not measured fails: what nobody knows cannot pass.</summary>
    public string? Fault(Candidate candidate)
    {
        var value = _relevance.Of(candidate);
        if (_cut is not { } cut || !double.IsFinite(value))
        {
            return ScoreText.Unknown(_score);
        }

        return value >= cut ? null : $"{_score} {ScoreText.Apart(_relevance.Sign * value, _relevance.Sign > 0 ? "below" : "above", _relevance.Sign * cut)}, {_origin}";
    }
}

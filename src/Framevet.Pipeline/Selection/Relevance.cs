using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Selection;

/// <summary>How good a candidate is by one score, in the direction that the score's metric declares.</summary>
internal sealed class Relevance
{
    private readonly string _score;

    // A selector may be built and never asked; then the catalogue need not describe itself.
    private readonly Lazy<MetricSpec?> _spec;

    /// <summary>Reads the direction from the catalogue; an unknown score counts as higher is better.</summary>
    public Relevance(string score, PartCatalog catalog)
    {
        _score = score;
        _spec = new Lazy<MetricSpec?>(() => catalog.Metrics.FirstOrDefault(m => m.Id == score));
    }

    /// <summary>1 where more is better, -1 where less is: the factor between the score and <see cref="Of"/>.</summary>
    public double Sign => _spec.Value is { HigherIsBetter: false } ? -1 : 1;

    /// <summary>Higher is better; negative infinity when the score was not measured, so such a frame comes last.</summary>
    public double Of(Candidate candidate) => candidate.Score(_score) is { } value ? Sign * value : double.NegativeInfinity;

    /// <summary>
    /// 0..1 for each candidate: from the lower end of the score's range (where less is better or nothing is known of the range, the worst candidate) to the best
    /// candidate; 0 when the score was not measured.
    /// </summary>
    public ImmutableArray<double> Scaled(ImmutableArray<Candidate> candidates)
    {
        var values = candidates.Select(Of).ToList();
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var floor = _spec.Value is { HigherIsBetter: true } spec ? spec.Min : (double?)null;
        var (min, max) = (floor ?? finite.Min(), finite.Max());
        return [.. values.Select(v => !double.IsFinite(v) ? 0 : max > min ? (v - min) / (max - min) : 1)];
    }

    /// <summary>The best first, of equally good ones the earlier; the order of the input does not matter.</summary>
    public IEnumerable<Candidate> BestFirst(IEnumerable<Candidate> candidates) => candidates.OrderByDescending(Of).ThenBy(c => c.Pts);

    /// <summary>"quality 83.1" for reasons.</summary>
    public string Words(Candidate candidate) => candidate.Score(_score) is { } value
        ? string.Create(CultureInfo.InvariantCulture, $"{_score} {value:0.0##}")
        : $"{_score} was not measured";
}

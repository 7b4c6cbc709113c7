using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>How good a candidate is by one score, in the direction that the score's metric declares.</summary>
internal sealed class Relevance
{
    private readonly string _score;
    private readonly double _sign;

    /// <summary>Reads the direction from the catalogue; an unknown score counts as higher is better.</summary>
    public Relevance(string score, PartCatalog catalog)
    {
        _score = score;
        var spec = catalog.Metrics.FirstOrDefault(m => m.Id == score);
        _sign = spec is { HigherIsBetter: false } ? -1 : 1;
        Floor = spec is { HigherIsBetter: true } ? spec.Min : null;
    }

    /// <summary>Where the scale of <see cref="Of"/> begins; null when the range does not tell, as with scores where less is better.</summary>
    public double? Floor { get; }

    /// <summary>Higher is better; negative infinity when the score was not measured, so such a frame comes last.</summary>
    public double Of(Candidate candidate) => candidate.Score(_score) is { } value ? _sign * value : double.NegativeInfinity;

    /// <summary>"quality 83.1" for reasons.</summary>
    public string Words(Candidate candidate) => candidate.Score(_score) is { } value
        ? string.Create(CultureInfo.InvariantCulture, $"{_score} {value:0.0##}")
        : $"{_score} was not measured";
}

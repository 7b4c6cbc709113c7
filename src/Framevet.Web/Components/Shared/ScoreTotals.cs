using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Web.Components.Shared;

/// <summary>What the totals of a frame are made of.</summary>
public static class ScoreTotals
{
    /// <summary>The shares of every score of the run that is made of others, by the id of that score; totals that cannot be explained are left out.</summary>
    public static ImmutableArray<(string Score, ImmutableArray<ScoreShare> Shares)> Of(Run run, FrameRow frame, PartCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(catalog);
        var totals = ImmutableArray.CreateBuilder<(string, ImmutableArray<ScoreShare>)>();
        foreach (var spec in run.Recipe.Metrics)
        {
            // A recipe of long ago may name a part that is not there any more; then there is nothing to explain.
            if (frame.Scores.ContainsKey(spec.Id) && catalog.Parts.Any(p => p.Id == spec.Id) && catalog.Build<IMetric>(spec) is IExplainedScore explained
                && explained.Explain(frame.Scores) is { IsEmpty: false } shares)
            {
                totals.Add((spec.Id, shares));
            }
        }

        return totals.ToImmutable();
    }
}

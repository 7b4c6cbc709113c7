using System.Collections.Immutable;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx.Heads;

/// <summary>Ten shares of the marks 1..10: their mean (1 worst, 10 best) and how far opinions spread (see <see cref="OpinionScore"/>).</summary>
internal sealed class DistributionScores(ModelEntry entry, DistributionHead head) : IHeadScores
{
    // Half of the opinions 1, half 10.
    private const double WidestSpread = 4.5;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
    [
        new(HeadScores.ScoreId(entry), entry.Title, 1, 10, HigherIsBetter: true, "", HeadScores.Source(entry, "mean of the distribution over the marks 1..10")),
        new(HeadScores.ScoreId(entry, "spread"), $"{entry.Title}, spread", 0, WidestSpread, HigherIsBetter: false, "", HeadScores.Source(entry, "standard deviation of the distribution over the marks 1..10")),
    ];

    /// <inheritdoc/>
    public void Read(LoadedModel model, OnnxRun run, int count, Span<float> scores)
    {
        var values = run.Values(model.Output(head.Output));
        Span<float> shares = stackalloc float[OpinionScore.Marks];
        for (var i = 0; i < count; i++)
        {
            HeadScores.Activate(head.Activation, values.Slice(i * OpinionScore.Marks, OpinionScore.Marks), shares);
            var opinion = OpinionScore.Of(shares);
            (scores[2 * i], scores[(2 * i) + 1]) = ((float)opinion.Mean, (float)opinion.Deviation);
        }
    }
}

using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Drops consecutive frames of nearly the same picture. Frames that follow each other and whose structural similarity (see <see cref="Ssim"/>) to the first of them reaches
/// the limit are a group, of which one stays; since it is always the first that is compared with, a slow pan begins a new group when it has moved on far enough. A frame
/// whose picture is gone cannot be compared and stays.
/// </summary>
[Part("ssim", "Similar neighbours", "Of consecutive frames with nearly the same picture (structural similarity) only one stays.")]
public sealed class SsimGate(SsimGateOptions options, PartCatalog catalog) : IRunGate
{
    /// <inheritdoc/>
    public bool Remembers => true;

    /// <inheritdoc/>
    public async Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(looks);
        var answers = new GateResult[candidates.Length];
        Array.Fill(answers, GateResult.Passed);
        var group = new List<(int At, double Similarity)>();
        float[]? first = null;
        for (var i = 0; i < candidates.Length; i++)
        {
            if (await looks.OfAsync(candidates[i], ct).ConfigureAwait(false) is not { } look)
            {
                continue;
            }

            var similarity = first is null ? double.NegativeInfinity : Ssim.Of(first, look, ILooks.Side);
            if (similarity < options.MinSimilarity)
            {
                Close(group, candidates, answers);
                group.Clear();
                first = look;
            }

            group.Add((i, similarity));
        }

        Close(group, candidates, answers);
        return [.. answers];
    }

    private void Close(List<(int At, double Similarity)> group, ImmutableArray<Candidate> candidates, GateResult[] answers)
    {
        if (group.Count < 2)
        {
            return;
        }

        // Of equally good ones the earliest stays.
        var relevance = new Relevance(options.Score, catalog);
        var best = options.Keep == SimilarFrame.First ? group[0] : group.MaxBy(g => relevance.Of(candidates[g.At]));
        var first = candidates[group[0].At];
        foreach (var (at, similarity) in group.Where(g => g.At != best.At))
        {
            answers[at] = GateResult.Failed(
                best.At == group[0].At ? Repetition.Like(first, similarity)
                : at == group[0].At ? $"{Repetition.Like(candidates[best.At], best.Similarity)}, which is better"
                : string.Create(CultureInfo.InvariantCulture, $"{Repetition.Like(first, similarity)}; of these, frame #{candidates[best.At].Index} at {candidates[best.At].Pts.Clock()} is the best"));
        }
    }
}

/// <summary>Which of several similar frames stays.</summary>
public enum SimilarFrame
{
    /// <summary>The first one.</summary>
    First,
    /// <summary>The best one by a score.</summary>
    Best,
}

/// <summary>Options of <see cref="SsimGate"/>.</summary>
public sealed record SsimGateOptions
{
    /// <summary>Least similarity 0..1 that counts as the same picture; 1 = equal pixels.</summary>
    [Display(Name = "Similarity", Description = "How similar two frames must be to count as the same: 1 only identical pictures, 0.95 hardly visible differences; a higher value drops less.")]
    [Range(0.0, 1.0)]
    public double MinSimilarity { get; init; } = 0.95;

    /// <summary>Which one stays.</summary>
    [Display(Name = "Keep", Description = "Whether the first of similar frames stays, or the best by the score.")]
    public SimilarFrame Keep { get; init; }

    /// <summary>Id of the score that says which one is best.</summary>
    [Display(Name = "Score", Description = "The score that decides when the best one stays.")]
    [ScoreName]
    public string Score { get; init; } = "quality";
}

using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Drops repetitions within a scene and keeps the better one (see <see cref="BestOfLooks"/>); the same look in another scene stays. Without a scene list the whole run
/// counts as one scene.
/// </summary>
[Part("duplicate-scene", "Duplicates within a scene", "Of frames of one scene that look the same only the best one stays; without a scene list the whole run counts as one scene.")]
public sealed class DuplicateSceneGate(DuplicateSceneGateOptions options, PartCatalog catalog) : IRunGate
{
    /// <inheritdoc/>
    public bool Remembers => true;

    /// <inheritdoc/>
    public Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct)
    {
        var relevance = new Relevance(options.Score, catalog);
        var answers = new GateResult[candidates.Length];
        foreach (var scene in Enumerable.Range(0, candidates.Length).GroupBy(i => candidates[i].Scene))
        {
            var frames = scene.ToArray();
            var judged = BestOfLooks.Judge([.. frames.Select(i => candidates[i])], relevance, options.MaxDistance, ct);
            foreach (var (i, answer) in frames.Zip(judged))
            {
                answers[i] = answer;
            }
        }

        return Task.FromResult<ImmutableArray<GateResult>>([.. answers]);
    }
}

/// <summary>Options of <see cref="DuplicateSceneGate"/>.</summary>
public sealed record DuplicateSceneGateOptions
{
    /// <summary>Greatest Hamming distance 0..64 that still counts as the same look; unrelated pictures lie around 32.</summary>
    [Display(Name = "Distance", Description = "How different two frames may be and still count as the same: 0 only identical looks, 10 quite loose, 32 unrelated.")]
    [Range(0, 64)]
    public int MaxDistance { get; init; } = 5;

    /// <summary>Id of the score that says which one stays.</summary>
    [Display(Name = "Score", Description = "The frame that is better by this score stays; of equal ones the earlier.")]
    [ScoreName]
    public string Score { get; init; } = "quality";
}

using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// The best few of each scene by one score. The best of all scenes come before any second best, so that a limit on the number leaves as many scenes as it can. Without a
/// scene list the run counts as one scene.
/// </summary>
[Part("best-per-scene", "Best per scene", "Picks the best frames of each scene; without a scene list the run counts as one scene.")]
public sealed class BestPerSceneSelector(BestPerSceneSelectorOptions options, PartCatalog catalog) : ISelector
{
    private readonly Relevance _relevance = new(options.Score, catalog);

    /// <inheritdoc/>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates) =>
    [
        .. candidates.GroupBy(c => c.Scene)
            .Where(IsLongEnough)
            .SelectMany(scene => _relevance.BestFirst(scene).Take(options.PerScene).Select((frame, place) => (Frame: frame, Place: place)))
            .OrderBy(f => f.Place)
            .ThenByDescending(f => _relevance.Of(f.Frame))
            .ThenBy(f => f.Frame.Pts)
            .Take(options.Count)
            .Select((f, i) => new Pick(f.Frame, i + 1, Reason(f.Frame, f.Place))),
    ];

    private bool IsLongEnough(IGrouping<int?, Candidate> scene) =>
        options.MinSceneSeconds == 0 || scene.Max(c => c.Pts.Seconds) - scene.Min(c => c.Pts.Seconds) >= options.MinSceneSeconds;

    private string Reason(Candidate frame, int place)
    {
        var where = frame.Scene is { } scene ? string.Create(CultureInfo.InvariantCulture, $"scene {scene}") : "the run, which has no scene list";
        return place == 0
            ? $"best of {where} ({_relevance.Words(frame)})"
            : string.Create(CultureInfo.InvariantCulture, $"rank {place + 1} of {where} ({_relevance.Words(frame)})");
    }
}

/// <summary>Options of <see cref="BestPerSceneSelector"/>.</summary>
public sealed record BestPerSceneSelectorOptions
{
    /// <summary>Most picks of one scene.</summary>
    [Display(Name = "Per scene", Description = "How many frames of each scene are picked.")]
    [Range(1, 1000)]
    public int PerScene { get; init; } = 1;

    /// <summary>Most picks in all.</summary>
    [Display(Name = "Frames", Description = "How many frames are picked at most; each scene's best comes before any second best.")]
    [Range(1, 10_000)]
    [ShortFlag("count")]
    public int Count { get; init; } = 1000;

    /// <summary>Id of the score that decides.</summary>
    [Display(Name = "Score", Description = "The score that decides.")]
    [ScoreName]
    public string Score { get; init; } = "quality";

    /// <summary>Scenes whose allowed frames span less media time than this are left out; 0 = none.</summary>
    [Display(Name = "Minimum length (s)", Description = "Scenes whose frames lie within fewer seconds are left out; 0 leaves none out.")]
    [Range(0.0, 3600.0)]
    public double MinSceneSeconds { get; init; }
}

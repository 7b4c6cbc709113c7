using System.Collections.Immutable;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Runs;

/// <summary>The parts of one run, built fresh from its recipe; samplers, gates and stream metrics may hold state.</summary>
public sealed record RunParts
{
    /// <summary>Chooses frames.</summary>
    public required ISampler Sampler { get; init; }

    /// <summary>Finds cuts; null when the recipe wants no scene list.</summary>
    public ISceneDetector? Scenes { get; init; }

    /// <summary>Metrics of single frames, run in parallel.</summary>
    public required ImmutableArray<IFrameMetric> FrameMetrics { get; init; }

    /// <summary>Metrics that need the frame before, run in order.</summary>
    public required ImmutableArray<IStreamMetric> StreamMetrics { get; init; }

    /// <summary>All shared sums that the metrics read, and what the fingerprint is made of.</summary>
    public PlaneGroups PlaneGroups => FrameMetrics.Aggregate(Scoring.PlaneGroups.Tiles, (all, metric) => all | metric.Groups) | StreamMetrics.Aggregate(Scoring.PlaneGroups.None, (all, metric) => all | metric.Groups);

    /// <summary>The sums that are all that sampler, detector and metrics want of a frame; null when one of them looks at pixels.</summary>
    internal PlaneGroups? OnlySums =>
        Sampler.KeepsAll && Scenes is null && FrameMetrics.All(m => !m.ReadsPixels) && StreamMetrics.All(m => !m.ReadsPixels) ? PlaneGroups : null;

    /// <summary>Metrics from other scores, in recipe order.</summary>
    public required ImmutableArray<IDerivedMetric> DerivedMetrics { get; init; }

    /// <summary>Gates with their part ids: those without memory first, then those that remember; recipe order within both.</summary>
    public required ImmutableArray<NamedGate> Gates { get; init; }

    /// <summary>The moderation cascade with the recipe's bands.</summary>
    public required IModerator Moderator { get; init; }

    /// <summary>What happens to the file as a whole once all its frames are screened; null = nothing.</summary>
    public RunModeration? Clip { get; init; }

    /// <summary>Picks the best.</summary>
    public required ISelector Selector { get; init; }

    /// <summary>What the run's log should say about how its models are run, and about who screens its frames.</summary>
    public ImmutableArray<(RunLogLevel Level, string Text)> Notices { get; init; } = [];

    /// <summary>The parts that a recipe names, from the catalogue.</summary>
    /// <exception cref="VettingException">InvalidRequest for a recipe that does not fit the catalogue, ModelMissing or ModelMismatch for a file that a metric needs.</exception>
    public static RunParts From(Recipe recipe, PartCatalog catalog, TimeProvider time, ClipModeration? clips = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(catalog);
        ImmutableArray<IMetric> metrics = [.. recipe.Metrics.Select(catalog.Build<IMetric>)];
        foreach (var metric in metrics.OfType<IModelReader>())
        {
            metric.ReadModel();
        }

        var clip = clips?.Build(catalog, recipe.Moderation);
        return new RunParts
        {
            Sampler = catalog.Build<ISampler>(recipe.Sampler),
            Scenes = recipe.Scenes is { } scenes ? catalog.Build<ISceneDetector>(scenes) : null,
            FrameMetrics = [.. metrics.OfType<IFrameMetric>()],
            StreamMetrics = [.. metrics.OfType<IStreamMetric>()],
            DerivedMetrics = [.. metrics.OfType<IDerivedMetric>()],
            Gates = InOrder(recipe.Gates.Select(g => new NamedGate(g.Id, catalog.Build<IGate>(g)))),
            Moderator = clip?.Moderator ?? ModerationCascade.Build(catalog, recipe.Moderation, time),
            Clip = clip,
            Selector = catalog.Build<ISelector>(recipe.Selector),
            Notices =
            [
                .. metrics.OfType<IModelReader>().Select(m => m.Provider).OfType<OnnxProvider>().Where(p => p.Reason is not null).Distinct()
                    .Select(p => (p.IsSecondBest ? RunLogLevel.Warning : RunLogLevel.Info, p.Reason!)),
                .. Screening(recipe.Moderation, catalog),
            ],
        };
    }

    private static IEnumerable<(RunLogLevel Level, string Text)> Screening(ModerationRecipe recipe, PartCatalog catalog)
    {
        if (ModerationCascade.WhoLooks([.. recipe.Backends.Select(catalog.Build<IModerationBackend>)]) is { } who)
        {
            yield return (who.IsSecondBest ? RunLogLevel.Warning : RunLogLevel.Info, who.Text);
        }
    }

    /// <summary>Gates in the order in which they are asked.</summary>
    public static ImmutableArray<NamedGate> InOrder(IEnumerable<NamedGate> gates) => [.. gates.OrderBy(g => g.Gate.Remembers)];
}

/// <summary>A gate and the id of its part, which losses name.</summary>
public sealed record NamedGate(string Id, IGate Gate);

/// <summary>Builds the parts of one run.</summary>
/// <exception cref="VettingException">InvalidRequest for a recipe that no longer fits the catalogue.</exception>
public delegate RunParts BuildParts(Recipe recipe);

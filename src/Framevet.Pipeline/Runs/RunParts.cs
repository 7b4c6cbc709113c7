using System.Collections.Immutable;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Runs;

/// <summary>The parts of one run, built fresh from its recipe; samplers, gates and stream metrics may hold state.</summary>
public sealed record RunParts
{
    /// <summary>Chooses frames.</summary>
    public required ISampler Sampler { get; init; }

    /// <summary>Metrics of single frames, run in parallel.</summary>
    public required ImmutableArray<IFrameMetric> FrameMetrics { get; init; }

    /// <summary>Metrics that need the frame before, run in order.</summary>
    public required ImmutableArray<IStreamMetric> StreamMetrics { get; init; }

    /// <summary>Metrics from other scores, in recipe order.</summary>
    public required ImmutableArray<IDerivedMetric> DerivedMetrics { get; init; }

    /// <summary>Gates with their part ids: those without memory first, then those that remember; recipe order within both.</summary>
    public required ImmutableArray<NamedGate> Gates { get; init; }

    /// <summary>Makes the perceptual fingerprint of a frame.</summary>
    public required FrameFingerprint Fingerprint { get; init; }

    /// <summary>The moderation cascade with the recipe's bands.</summary>
    public required IModerator Moderator { get; init; }

    /// <summary>Picks the best.</summary>
    public required ISelector Selector { get; init; }

    /// <summary>Puts gates in the order in which they are asked.</summary>
    public static ImmutableArray<NamedGate> Ordered(IEnumerable<NamedGate> gates) =>
        [.. gates.OrderBy(g => g.Gate.Remembers)];
}

/// <summary>A gate and the id of its part, which losses name.</summary>
public sealed record NamedGate(string Id, IGate Gate);

/// <summary>Builds the parts of one run.</summary>
/// <exception cref="VettingException">InvalidRequest for a recipe that no longer fits the catalogue.</exception>
public delegate RunParts BuildParts(Recipes.Recipe recipe);

/// <summary>A 64-bit perceptual fingerprint of one borrowed frame.</summary>
public delegate ulong FrameFingerprint(in Frames.Frame frame);

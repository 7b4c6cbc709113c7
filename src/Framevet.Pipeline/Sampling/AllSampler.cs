using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>Every frame that decodes.</summary>
[Part("all", "Every frame", "Scores every frame.")]
public sealed class AllSampler(AllSamplerOptions options) : ISampler
{
    /// <summary>The options.</summary>
    public AllSamplerOptions Options { get; } = options;

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => new DecodePlan.EveryFrame();
}

/// <summary>Options of <see cref="AllSampler"/>: there is nothing to choose.</summary>
public sealed record AllSamplerOptions;

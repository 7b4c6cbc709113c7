using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>Every Nth frame, counted from 0 over all decoded frames of the file; on request all keyframes as well.</summary>
[Part("nth", "Every Nth frame", "Scores every Nth frame by number; times come from the frames' own stamps.")]
public sealed class NthSampler(NthSamplerOptions options) : ISampler
{
    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => options.N == 1 ? new DecodePlan.EveryFrame() : new DecodePlan.Nth(options.N, options.AndKeyframes);
}

/// <summary>Options of <see cref="NthSampler"/>.</summary>
public sealed record NthSamplerOptions
{
    /// <summary>Distance of two scored frames in frames.</summary>
    [Display(Name = "Every", Description = "Number of frames from one scored frame to the next; 1 scores every frame.")]
    [Range(1, 100_000)]
    public int N { get; init; } = 10;

    /// <summary>Whether all keyframes are scored, too.</summary>
    [Display(Name = "And keyframes", Description = "Scores all keyframes as well.")]
    public bool AndKeyframes { get; init; }
}

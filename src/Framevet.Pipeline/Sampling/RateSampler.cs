using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>So many frames for each second of media time: <see cref="IntervalSampler"/> with the interval given as its inverse.</summary>
[Part("rate", "Frames per second", "Scores so many frames for each second, by the frames' own time stamps.")]
public sealed class RateSampler(RateSamplerOptions options) : ISampler
{
    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => new DecodePlan.Interval(TimeSpan.FromSeconds(1 / options.Fps));
}

/// <summary>Options of <see cref="RateSampler"/>.</summary>
public sealed record RateSamplerOptions
{
    /// <summary>Scored frames for each second of media time.</summary>
    [Display(Name = "Frames per second", Description = "Scored frames for each second of the clip; fewer where the clip itself has fewer.")]
    [Range(0.001, 120.0)]
    public double Fps { get; init; } = 1.0;
}

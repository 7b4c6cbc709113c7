using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>One frame per cell of a time grid, by the frames' own time stamps (right for variable frame rates, too).</summary>
[Part("interval", "Every so many seconds", "Scores the first frame of each interval, by the frames' own time stamps.")]
public sealed class IntervalSampler(IntervalSamplerOptions options) : ISampler
{
    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) =>
        options.Seconds == 0 ? new DecodePlan.EveryFrame() : new DecodePlan.Interval(TimeSpan.FromSeconds(options.Seconds));
}

/// <summary>Options of <see cref="IntervalSampler"/>.</summary>
public sealed record IntervalSamplerOptions
{
    /// <summary>Length of the interval in seconds of media time; 0 = every frame.</summary>
    [Display(Name = "Interval (s)", Description = "Seconds of the clip between two scored frames; 0 scores every frame.")]
    [Range(0.0, 3600.0)]
    [ShortFlag("every", BringsPart = true)]
    public double Seconds { get; init; } = 1.0;
}

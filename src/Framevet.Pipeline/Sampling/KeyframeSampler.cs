using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// Keyframes only: the decoder skips all others, which makes long files fast. Stills and animations have no useful keyframes (in a GIF only
/// the first frame is one), so there the gap alone decides, as with <see cref="IntervalSampler"/>.
/// </summary>
[Part("keyframe", "Keyframes", "Scores keyframes only, without decoding the frames between: fast on long files. Stills and GIFs are read by the gap alone.")]
public sealed class KeyframeSampler(KeyframeSamplerOptions options) : ISampler
{
    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media)
    {
        ArgumentNullException.ThrowIfNull(media);
        TimeSpan? gap = options.MinGapSeconds == 0 ? null : TimeSpan.FromSeconds(options.MinGapSeconds);
        if (media.Kind == MediaKind.Video)
        {
            return new DecodePlan.Keyframes(gap);
        }

        return gap is { } step ? new DecodePlan.Interval(step) : new DecodePlan.EveryFrame();
    }
}

/// <summary>Options of <see cref="KeyframeSampler"/>.</summary>
public sealed record KeyframeSamplerOptions
{
    /// <summary>Least distance of two scored keyframes in seconds of media time; 0 = take all.</summary>
    [Display(Name = "Minimum gap (s)", Description = "Seconds of the clip that lie at least between two scored keyframes; 0 takes all of them.")]
    [Range(0.0, 3600.0)]
    [ShortFlag("every")]
    public double MinGapSeconds { get; init; } = 1.0;
}

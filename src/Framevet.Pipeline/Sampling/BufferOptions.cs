using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>What the samplers after video-sampler's buffers have in common.</summary>
public abstract record BufferOptions
{
    /// <summary>Length of the interval in seconds of media time; 0 = every one.</summary>
    [Display(Name = "Interval (s)", Description = "Seconds of the clip between two frames that are looked at; 0 looks at all.")]
    [Range(0.0, 3600.0)]
    [ShortFlag("every")]
    public double Seconds { get; init; } = 1;

    /// <summary>Whether only keyframes are decoded. Stills and animations have none of use and are read by the interval alone.</summary>
    [Display(Name = "Keyframes only", Description = "Looks at keyframes only, without decoding the frames between: fast on long files.")]
    public bool KeyframesOnly { get; init; } = true;

    /// <summary>Looks or frames held.</summary>
    [Display(Name = "Size", Description = "How many looks the buffer holds.")]
    [Range(1, 300)]
    public int Size { get; init; } = 30;

    /// <summary>Side of the hash; it has side² bits.</summary>
    [Display(Name = "Hash side", Description = "Side of the picture that a look is reduced to: 4 is coarse (16 bits), 8 fine (64 bits).")]
    [Range(2, 8)]
    public int HashSize { get; init; } = 8;

    /// <summary>Share 0..0.5 of a hash's bits that may differ between frames of the same look.</summary>
    [Display(Name = "Tolerance", Description = "Share of a hash's bits that may differ between frames of the same look: 0 only equal hashes, which lets near duplicates through; 0.5 unrelated.")]
    [Range(0.0, 0.5)]
    public double Tolerance { get; init; } = 0.08;

    /// <summary>Whether everything is done as video-sampler does it, mistakes included; hashes are then compared for equality only.</summary>
    [Display(Name = "As video-sampler", Description = "Gives what video-sampler gives, its known mistakes included; the tolerance is then 0.")]
    public bool Compatible { get; init; }

    /// <summary>Bits in which hashes of the same look may differ.</summary>
    internal int BitTolerance(int bits) => Compatible ? 0 : (int)(Tolerance * bits);

    /// <summary>Which frames the buffer sees.</summary>
    internal DecodePlan PlanFor(MediaInfo media)
    {
        ArgumentNullException.ThrowIfNull(media);
        TimeSpan? step = Seconds == 0 ? null : TimeSpan.FromSeconds(Seconds);
        if (KeyframesOnly && media.Kind == MediaKind.Video)
        {
            return new DecodePlan.Keyframes(step);
        }

        return step is { } s ? new DecodePlan.Interval(s) : new DecodePlan.EveryFrame();
    }
}

using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Sampling;

/// <summary>Options of the samplers that take the best frames of a sliding window.</summary>
public abstract record SlidingBufferOptions : BufferOptions, IValidatableObject
{
    /// <summary>Frames after which a frame that was never the best is let go; more than the size.</summary>
    [Display(Name = "Expiry", Description = "After so many frames one that was never the best is let go; must be more than the size.")]
    [Range(2, 1000)]
    public int Expiry { get; init; } = 50;

    /// <summary>A window must fill before its frames expire.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Expiry <= Size)
        {
            yield return new ValidationResult($"expiry is {Expiry}, but must be more than size, which is {Size}");
        }
    }

    internal IFrameWindow Window() => Compatible ? new PublishedSlidingTop(Size, Expiry) : new SlidingBest(Size, Expiry, BitTolerance(HashSize * HashSize));
}

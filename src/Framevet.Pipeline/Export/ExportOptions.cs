using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Export;

/// <summary>What the user chooses about exported stills.</summary>
public sealed record ExportOptions
{
    /// <summary>File format.</summary>
    [Display(Name = "Format", Description = "PNG is lossless and large, JPEG is small.")]
    public StillFormat Format { get; init; } = StillFormat.Png;

    /// <summary>JPEG quality.</summary>
    [Display(Name = "JPEG quality", Description = "Counts for JPEG only.")]
    [Range(1, 100)]
    public int Quality { get; init; } = 92;

    /// <summary>Rescale to square pixels.</summary>
    [Display(Name = "Square pixels", Description = "Rescales pictures whose pixels are not square. Off keeps the very pixels of the source.")]
    public bool SquarePixels { get; init; }

    /// <summary>16 bits per channel for deep sources.</summary>
    [Display(Name = "16 bits", Description = "Writes PNG with 16 bits per channel when the source has more than 8.")]
    public bool Deep { get; init; }

    internal StillOptions Stills => new(Format, Quality, SquarePixels, Deep);
}

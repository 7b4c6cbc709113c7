using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Export;

/// <summary>How exported stills are written; shared by the exporters of stills.</summary>
public sealed record StillExportOptions
{
    /// <summary>File format.</summary>
    [Display(Name = "Format", Description = "png keeps every pixel; jpeg is smaller.")]
    [AllowedValues("png", "jpeg")]
    public string Format { get; init; } = "png";

    /// <summary>JPEG quality.</summary>
    [Display(Name = "JPEG quality", Description = "1 (small) to 100 (fine); counts for jpeg only.")]
    [Range(1, 100)]
    public int Quality { get; init; } = 92;

    /// <summary>Rescale pictures whose pixels are not square.</summary>
    [Display(Name = "Square pixels", Description = "Rescales pictures whose pixels are not square; off keeps the very pixels of the source.")]
    public bool SquarePixels { get; init; }

    /// <summary>16 bits per channel for sources with more than 8.</summary>
    [Display(Name = "Deep colour", Description = "16 bits per channel for sources with more than 8 (png only).")]
    public bool Deep { get; init; }

    internal StillOptions ToStillOptions() => new(Format == "jpeg" ? StillFormat.Jpeg : StillFormat.Png, Quality, SquarePixels, Deep);
}

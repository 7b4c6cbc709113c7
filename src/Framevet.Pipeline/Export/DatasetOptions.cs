using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Export;

/// <summary>What exports for training and annotation tools have in common.</summary>
public sealed record DatasetOptions
{
    /// <summary>File format of the pictures; AVIF is read by few tools and not offered.</summary>
    [Display(Name = "Format", Description = "JPEG is what most tools expect; PNG is lossless and large.")]
    public DatasetFormat Format { get; init; } = DatasetFormat.Jpeg;

    /// <summary>JPEG quality.</summary>
    [Display(Name = "JPEG quality", Description = "Counts for JPEG only.")]
    [Range(1, 100)]
    public int Quality { get; init; } = 95;

    /// <summary>Faces as boxes.</summary>
    [Display(Name = "Faces", Description = "Boxes of the faces that a model of the run found.")]
    public bool Faces { get; init; } = true;

    /// <summary>Things as boxes.</summary>
    [Display(Name = "Things", Description = "Boxes of the things with a name that a model of the run found.")]
    public bool Objects { get; init; } = true;

    /// <summary>The mask of people.</summary>
    [Display(Name = "Masks", Description = "The area of people, where a model of the run marked it. Written by COCO.")]
    public bool Masks { get; init; } = true;

    /// <summary>How sure a detector has to be.</summary>
    [Display(Name = "Least certainty", Description = "Leaves out boxes of which the detector was less sure.")]
    [Range(0.0, 1.0)]
    public double MinScore { get; init; } = 0.3;

    internal ExportOptions Stills => new() { Format = Format == DatasetFormat.Png ? StillFormat.Png : StillFormat.Jpeg, Quality = Quality, SquarePixels = true, AvoidDots = true, Xmp = XmpPlace.None };
}

/// <summary>File formats that every tool for datasets reads.</summary>
public enum DatasetFormat
{
    /// <summary>Small.</summary>
    Jpeg,
    /// <summary>Lossless.</summary>
    Png,
}

using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Export;

/// <summary>What the user chooses about exported stills.</summary>
public sealed record ExportOptions : IValidatableObject
{
    /// <summary>File format.</summary>
    [Display(Name = "Format", Description = "PNG is lossless and large, JPEG is small, WebP is smaller, AVIF is smallest and slow.")]
    public StillFormat Format { get; init; } = StillFormat.Png;

    /// <summary>JPEG, WebP and AVIF quality.</summary>
    [Display(Name = "Quality", Description = "Counts for JPEG, AVIF and lossy WebP.")]
    [Range(1, 100)]
    public int Quality { get; init; } = 92;

    /// <summary>Long side.</summary>
    [Display(Name = "Long side", Description = "Pixels; larger pictures are made smaller, none is enlarged. 0 = as large as the source.")]
    [Range(0, 16384)]
    public int MaxSide { get; init; }

    /// <summary>Rescale to square pixels.</summary>
    [Display(Name = "Square pixels", Description = "Rescales pictures whose pixels are not square. Off keeps the very pixels of the source.")]
    public bool SquarePixels { get; init; }

    /// <summary>More bits per channel for deep sources.</summary>
    [Display(Name = "16 bits", Description = "Writes PNG with 16 bits per channel (AVIF: 10) when the source has more than 8.")]
    public bool Deep { get; init; }

    /// <summary>Lossless WebP.</summary>
    [Display(Name = "Lossless WebP", Description = "Counts for WebP only.")]
    public bool Lossless { get; init; }

    /// <summary>What becomes of HDR sources.</summary>
    [Display(Name = "HDR", Description = "Map shows PQ and HLG sources as ordinary screens do; keep writes their values as they are (16-bit PNG only).")]
    public HdrMode Hdr { get; init; } = HdrMode.Map;

    /// <summary>Aspect ratios of additional crops.</summary>
    [Display(Name = "Crops", Description = "Aspect ratios of crops beside each still, e.g. 16:9,1:1,9:16; empty = none. Around the subject where one is known, else in the middle.")]
    public string Crops { get; init; } = "";

    /// <summary>Padding around a subject.</summary>
    [Display(Name = "Crop padding", Description = "Room around the subject on each side, as a share of its size.")]
    [Range(0, 5)]
    public double CropPadding { get; init; } = 0.15;

    /// <summary>Template of file names.</summary>
    [Display(Name = "File names", Description = "From {stem} {frame} {time} {rank} {score:quality} {run} {ext}; empty = rank, stem, frame, time and quality.")]
    public string Names { get; init; } = "";

    /// <summary>No dots inside names.</summary>
    [Display(Name = "No dots in names", Description = "Writes times and scores in names with dashes, for programs that cut names at the first dot.")]
    public bool AvoidDots { get; init; }

    /// <summary>Where rating, label and scores are written as XMP.</summary>
    [Display(Name = "XMP", Description = "Stars, label, scores and source for photo programs: inside JPEG, PNG and WebP, or as a file beside each still. AVIF can only have it beside.")]
    public XmpPlace Xmp { get; init; } = XmpPlace.Embedded;

    /// <summary>frames.jsonl.</summary>
    [Display(Name = "frames.jsonl", Description = "One line of JSON per pick, or per scored frame.")]
    public FrameLines Lines { get; init; } = FrameLines.None;

    /// <summary>Megabytes that stay free.</summary>
    [Display(Name = "Free space to keep (MB)", Description = "The export is refused when it would leave less than this on the disk.")]
    [Range(0, 1_000_000)]
    public int MarginMegabytes { get; init; } = 256;

    internal StillOptions Stills => new(Format, Quality, SquarePixels, Deep, Lossless, Hdr, MaxSide: MaxSide);

    /// <summary>What is wrong with the texts, so that a recipe is refused before anything is vetted.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (NameTemplate.Fault(Names.Trim()) is { } fault)
        {
            yield return new ValidationResult($"names: '{Names}' is no template for file names: {fault}");
        }

        foreach (var ratio in RatioTexts.Where(r => !AspectRatio.TryParse(r, out _)))
        {
            yield return new ValidationResult($"crops: {AspectRatio.Fault(ratio)}");
        }
    }

    /// <summary>The ratios of <see cref="Crops"/>.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    internal ImmutableArray<AspectRatio> Ratios => [.. RatioTexts.Select(AspectRatio.Parse).Distinct()];

    private string[] RatioTexts => Crops.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Where XMP goes.</summary>
public enum XmpPlace
{
    /// <summary>Nowhere.</summary>
    None,
    /// <summary>Inside the still; AVIF gets none, since the places of its data would have to be moved.</summary>
    Embedded,
    /// <summary>Beside it as <c>name.xmp</c>, as Adobe's programs look for it.</summary>
    NameXmp,
    /// <summary>Beside it as <c>name.jpg.xmp</c>, as darktable and digiKam look for it.</summary>
    NameExtXmp,
}

/// <summary>What <c>frames.jsonl</c> lists.</summary>
public enum FrameLines
{
    /// <summary>No such file.</summary>
    None,
    /// <summary>The picks by rank.</summary>
    Picks,
    /// <summary>Every scored frame by time, with the file name of those written.</summary>
    All,
}

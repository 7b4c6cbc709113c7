namespace Framevet.Pipeline.Export;

/// <summary>How stills are written.</summary>
/// <param name="Format">File format.</param>
/// <param name="Quality">1..100; counts for JPEG, AVIF and lossy WebP.</param>
/// <param name="SquarePixels">Rescale pictures whose pixels are not square; off = the very pixels of the source.</param>
/// <param name="Deep">16 bits per channel for sources with more than 8 (PNG), 10 bits (AVIF).</param>
/// <param name="Lossless">Lossless WebP.</param>
/// <param name="Hdr">What becomes of PQ and HLG sources.</param>
/// <param name="Crop">Part of the upright picture (as small as <paramref name="MaxSide"/> makes it) that is written; null = all of it.</param>
/// <param name="MaxSide">Long side in pixels that the picture is made smaller to; 0 = as large as the source. Never enlarges.</param>
public sealed record StillOptions(StillFormat Format = StillFormat.Png, int Quality = 92, bool SquarePixels = false, bool Deep = false,
    bool Lossless = false, HdrMode Hdr = HdrMode.Map, CropBox? Crop = null, int MaxSide = 0)
{
    /// <summary>File name ending with its dot.</summary>
    public string Extension => Format switch { StillFormat.Png => ".png", StillFormat.Jpeg => ".jpg", StillFormat.WebP => ".webp", _ => ".avif" };
}

/// <summary>File formats of stills.</summary>
public enum StillFormat
{
    /// <summary>Lossless; transparency is kept.</summary>
    Png,
    /// <summary>Small; transparency is shown over white.</summary>
    Jpeg,
    /// <summary>Smaller, or lossless; transparency is kept.</summary>
    WebP,
    /// <summary>Smallest and slowest; transparency is shown over black.</summary>
    Avif,
}

/// <summary>What becomes of pictures in PQ or HLG.</summary>
public enum HdrMode
{
    /// <summary>Tone-mapped to BT.709, as ordinary screens show it.</summary>
    Map,
    /// <summary>The source's values as they are, in PNG with 16 bits per channel.</summary>
    Keep,
}

/// <summary>A part of an upright picture in whole pixels; (0, 0) is its top left corner.</summary>
public readonly record struct CropBox(int X, int Y, int Width, int Height);

/// <summary>A still on disk under a temporary name; the caller moves or deletes it.</summary>
public sealed record ExtractedStill(Frames.Pts Pts, string Path);

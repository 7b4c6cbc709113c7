namespace Framevet.Pipeline.Export;

/// <summary>How stills are written. <paramref name="Quality"/> counts for JPEG only, 1..100.</summary>
/// <param name="Format">File format.</param>
/// <param name="Quality">JPEG quality, 1..100.</param>
/// <param name="SquarePixels">Rescale pictures whose pixels are not square; off = the very pixels of the source.</param>
/// <param name="Deep">16 bits per channel for sources with more than 8 (PNG only).</param>
public sealed record StillOptions(StillFormat Format = StillFormat.Png, int Quality = 92, bool SquarePixels = false, bool Deep = false)
{
    /// <summary>File name ending with its dot.</summary>
    public string Extension => Format == StillFormat.Png ? ".png" : ".jpg";
}

/// <summary>File formats of stills.</summary>
public enum StillFormat
{
    /// <summary>Lossless; transparency is kept.</summary>
    Png,
    /// <summary>Small; transparency is shown over white.</summary>
    Jpeg,
}

/// <summary>A still on disk under a temporary name; the caller moves or deletes it.</summary>
public sealed record ExtractedStill(Frames.Pts Pts, string Path);

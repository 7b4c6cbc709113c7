using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Probe;

/// <summary>How large media may be before a decoder sees them (deployment). Declared sizes are checked from the header, real ones by the decoder.</summary>
public sealed record MediaLimits
{
    /// <summary>Configuration section.</summary>
    public const string Section = "MediaLimits";

    /// <summary>Longest side in pixels.</summary>
    [Range(16, 65535)]
    public int MaxSide { get; init; } = 16384;

    /// <summary>Most pixels of one picture; the default holds a 200-megapixel photo and bounds a decoded RGB picture at about 600 MB.</summary>
    [Range(1024, 1_000_000_000)]
    public long MaxPixels { get; init; } = 208_000_000;

    /// <summary>Longest duration in hours.</summary>
    [Range(0.01, 1000)]
    public double MaxHours { get; init; } = 24;

    /// <summary>Most frames that a file may declare; the default holds 24 hours at 240 Hz.</summary>
    [Range(1, int.MaxValue)]
    public int MaxFrames { get; init; } = 24 * 3600 * 240;
}

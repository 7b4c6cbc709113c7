using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Decode;

/// <summary>Pieces of ffmpeg's filter graph. Every piece is built from numbers and fixed words: no text of a user or a file gets in.</summary>
internal static class FilterChain
{
    /// <summary>Writes the stamp of every decoded frame.</summary>
    public const string Seen = "showinfo@seen=checksum=0";

    /// <summary>Writes the stamp of every frame that goes on.</summary>
    public const string Kept = "showinfo@kept=checksum=0";

    /// <summary>
    /// Composes transparent pictures over white, as a page would show them: 1 - (1 - rgb) * alpha, without a second input
    /// that would have to be synchronised. Empty for pictures without alpha.
    /// </summary>
    public static string[] OverWhite(MediaInfo media) => HasAlpha(media) ? ["format=gbrap", "negate=components=r+g+b", "premultiply=inplace=1", "negate=components=r+g+b", "format=gbrp"] : [];

    /// <summary>Whether pixels carry transparency, also by palette. A VP8/VP9 alpha side channel is not decoded, as in ffmpeg itself.</summary>
    public static bool HasAlpha(MediaInfo media) => media.PixelFormat is { } format
        && (format.StartsWith("yuva", StringComparison.Ordinal) || format.StartsWith("gbrap", StringComparison.Ordinal) || format.StartsWith("rgba", StringComparison.Ordinal)
            || format.StartsWith("bgra", StringComparison.Ordinal) || format.StartsWith("ya", StringComparison.Ordinal) || format is "argb" or "abgr" or "pal8");

    /// <summary>Makes the stored picture upright; the decoder's own rotation is off, so that EXIF and display matrix go one way in every version.</summary>
    public static string[] Turn(MediaInfo media) =>
    [
        .. media.IsMirrored ? ["hflip"] : Array.Empty<string>(),
        .. media.Rotation switch { 90 => ["transpose=clock"], 180 => ["hflip", "vflip"], 270 => ["transpose=cclock"], _ => Array.Empty<string>() },
    ];

    /// <summary>
    /// Scales to the analysis view: area averaging, then full range BT.601. Where the matrix differs it is changed on the small picture by
    /// colormatrix, which stays within two levels of the exact value (swscale's own change goes through RGB and costs twice as much).
    /// </summary>
    public static string[] AnalysisView(MediaInfo media, FrameLayout layout)
    {
        var (width, height) = media.Rotation is 90 or 270 ? (layout.Height, layout.Width) : (layout.Width, layout.Height);
        var scale = string.Create(CultureInfo.InvariantCulture, $"scale={width}:{height}:flags=area");
        var isYuv = media.PixelFormat is { } format && format.StartsWith("yuv", StringComparison.Ordinal) && !HasAlpha(media);
        var matrix = isYuv ? media.ColorSpace switch { "bt709" => "bt709", "bt2020nc" => "bt2020", "smpte240m" => "smpte240m", "fcc" => "fcc", _ => null } : null;

        // colormatrix works on 2x2 blocks and writes past the end of odd pictures (seen in 5.1: heap corruption).
        var isOdd = ((width | height) & 1) != 0;
        string[] colors = matrix is null ? [$"{scale}:out_color_matrix=bt601:out_range=full", "format=yuv420p"]
            : isOdd ? [scale, "format=yuv420p", "scale=flags=area+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact:out_color_matrix=bt601:out_range=full", "format=yuv420p"]
            : [$"{scale}:out_range=tv", "format=yuv420p", $"colormatrix={matrix}:bt601", "scale=out_range=full"];
        return [.. OverWhite(media), .. colors, .. Turn(media)];
    }

    /// <summary>Size of the analysis view: upright and square, long side at most <paramref name="maxSide"/> (0 = as the source), never enlarged.</summary>
    public static FrameLayout Layout(MediaInfo media, int maxSide)
    {
        var scale = maxSide <= 0 ? 1 : Math.Min(1, maxSide / (double)Math.Max(media.Width, media.Height));
        return new FrameLayout(Math.Max(1, (int)Math.Round(media.Width * scale)), Math.Max(1, (int)Math.Round(media.Height * scale)))
        {
            IsNative = scale == 1 && media is { Rotation: 0, IsMirrored: false } && (media.Width, media.Height) == (media.CodedWidth, media.CodedHeight),
        };
    }

    /// <summary>Joins pieces to one chain.</summary>
    public static string Join(params IEnumerable<string> filters) => string.Join(',', filters);
}

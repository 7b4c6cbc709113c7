using System.Globalization;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Export;

/// <summary>Filters between the decoder and a full-size still.</summary>
internal static partial class StillFilters
{
    /// <summary>
    /// The decoder's pixels, turned upright, then converted to RGB once by ffmpeg's default conversion: the same bytes as a plain
    /// <c>ffmpeg -i FILE -pix_fmt rgb24</c> gives for this frame.
    /// </summary>
    public static string[] Png(MediaInfo media, StillOptions options)
    {
        var hasAlpha = FilterChain.HasAlpha(media);
        var isDeep = options.Deep && IsDeep(media);
        var format = (hasAlpha, isDeep) switch { (true, true) => "rgba64be", (true, false) => "rgba", (false, true) => "rgb48be", _ => "rgb24" };
        return [.. Square(media, options), .. FilterChain.Turn(media), $"format={format}"];
    }

    /// <summary>Upright size of a full-size still.</summary>
    public static FrameLayout Layout(MediaInfo media, StillOptions options)
    {
        var (width, height) = options.SquarePixels
            ? (media.Width, media.Height)
            : new Upright(media.Rotation, media.IsMirrored).Size(media.CodedWidth, media.CodedHeight, (1, 1));
        return new FrameLayout(width, height);
    }

    /// <summary>Whether samples have more than 8 bits.</summary>
    public static bool IsDeep(MediaInfo media) => media.PixelFormat is { } format && DeepFormat().IsMatch(format);

    private static string[] Square(MediaInfo media, StillOptions options)
    {
        if (!options.SquarePixels || media.SampleAspect.Num == media.SampleAspect.Den)
        {
            return [];
        }

        var (width, height) = Upright.Square(media.CodedWidth, media.CodedHeight, media.SampleAspect);
        return [string.Create(CultureInfo.InvariantCulture, $"scale={width}:{height}:flags=lanczos"), "setsar=1"];
    }

    [GeneratedRegex(@"(9|10|12|14|16)(le|be)$|^(rgb48|bgr48|rgba64|bgra64)|f32", RegexOptions.CultureInvariant)]
    private static partial Regex DeepFormat();
}

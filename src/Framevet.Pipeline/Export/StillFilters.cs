using System.Globalization;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Export;

/// <summary>Filters between the decoder and a full-size still.</summary>
internal static partial class StillFilters
{
    /// <summary>Filters that tone mapping needs; not every build of ffmpeg has them.</summary>
    public static readonly string[] ForHdr = ["zscale", "tonemap"];

    /// <summary>
    /// For files that ffmpeg writes itself: the decoder's pixels, turned upright, then converted to RGB once by ffmpeg's default conversion: the
    /// same bytes as a plain <c>ffmpeg -i FILE -pix_fmt rgb24</c> gives for this frame. Lossy WebP goes on from there to the only coding it knows.
    /// </summary>
    public static string[] Files(MediaInfo media, StillOptions options)
    {
        var hasAlpha = FilterChain.HasAlpha(media) && !IsMapped(media, options);
        var isDeep = IsWrittenDeep(media, options);
        var format = (hasAlpha, isDeep) switch { (true, true) => "rgba64be", (true, false) => "rgba", (false, true) => "rgb48be", _ => "rgb24" };
        string[] coding = options switch
        {
            { Format: StillFormat.WebP, Lossless: true } => ["format=bgra"],
            { Format: StillFormat.WebP } => ["scale=out_color_matrix=bt601:out_range=tv:flags=accurate_rnd+full_chroma_int", hasAlpha ? "format=yuva420p" : "format=yuv420p"],
            _ => [],
        };
        return [.. Mapped(media, options), .. Square(media, options), .. FilterChain.Turn(media), $"format={format}", .. Smaller(media, options), .. Cropped(options), .. coding];
    }

    /// <summary>For pictures that we encode as JPEG: full range BT.601 planes.</summary>
    public static string[] Planes(MediaInfo media, StillOptions options)
    {
        var whole = options with { Crop = null };
        return IsMapped(media, options)
            ? [.. Mapped(media, options), .. FilterChain.AnalysisView(media with { PixelFormat = "gbrp", ColorSpace = null }, Layout(media, whole)), .. Cropped(options)]
            : [.. FilterChain.AnalysisView(media, Layout(media, whole)), .. Cropped(options)];
    }

    /// <summary>Upright size of a still, no larger than asked for.</summary>
    public static FrameLayout Layout(MediaInfo media, StillOptions options)
    {
        if (options.Crop is { } crop)
        {
            return new FrameLayout(crop.Width, crop.Height);
        }

        var (width, height) = options.SquarePixels
            ? (media.Width, media.Height)
            : new Upright(media.Rotation, media.IsMirrored).Size(media.CodedWidth, media.CodedHeight, (1, 1));
        var scale = options.MaxSide > 0 ? Math.Min(1, options.MaxSide / (double)Math.Max(width, height)) : 1;
        return new FrameLayout(Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }

    private static string[] Smaller(MediaInfo media, StillOptions options)
    {
        var (whole, wanted) = (Layout(media, options with { Crop = null, MaxSide = 0 }), Layout(media, options with { Crop = null }));
        return whole == wanted ? [] : [string.Create(CultureInfo.InvariantCulture, $"scale={wanted.Width}:{wanted.Height}:flags=area")];
    }

    /// <summary>Whether samples have more than 8 bits.</summary>
    public static bool IsDeep(MediaInfo media) => media.PixelFormat is { } format && DeepFormat().IsMatch(format);

    /// <summary>Whether the transfer is PQ (SMPTE ST 2084) or HLG (ARIB STD-B67).</summary>
    public static bool IsHdr(MediaInfo media) => media.ColorTransfer is "smpte2084" or "arib-std-b67";

    /// <summary>Whether the picture is tone-mapped.</summary>
    public static bool IsMapped(MediaInfo media, StillOptions options) => IsHdr(media) && options.Hdr == HdrMode.Map;

    /// <summary>Whether a file gets more than 8 bits.</summary>
    public static bool IsWrittenDeep(MediaInfo media, StillOptions options) =>
        options.Format is StillFormat.Png or StillFormat.Avif && IsDeep(media) && (options.Deep || (IsHdr(media) && options.Hdr == HdrMode.Keep));

    /// <summary>
    /// PQ or HLG to BT.709 in linear light, 100 cd/m² as white; Hable's curve keeps the lights, colours beyond BT.709 are cut by the conversion.
    /// The result is RGB, so that no later step has to know a matrix.
    /// </summary>
    private static string[] Mapped(MediaInfo media, StillOptions options)
    {
        if (!IsMapped(media, options))
        {
            return [];
        }

        var matrix = media.ColorSpace is null or "unknown" ? ":min=bt2020nc" : "";
        var isOdd = ((media.CodedWidth | media.CodedHeight) & 1) != 0;
        return
        [
            .. isOdd ? ["format=yuv444p16le"] : Array.Empty<string>(),
            $"zscale=tin={media.ColorTransfer}:pin=bt2020{matrix}:t=linear:npl=100", "format=gbrpf32le", "zscale=p=bt709", "tonemap=tonemap=hable:desat=0",
            "zscale=t=bt709:r=full", IsWrittenDeep(media, options) ? "format=gbrp16le" : "format=gbrp",
        ];
    }

    private static string[] Cropped(StillOptions options) =>
        options.Crop is { } crop ? [string.Create(CultureInfo.InvariantCulture, $"crop={crop.Width}:{crop.Height}:{crop.X}:{crop.Y}:exact=1")] : [];

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

using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Framevet.Pipeline.Probe;

/// <summary>
/// How ffmpeg and ffprobe are allowed to open a user's file: one local file, one demuxer, known decoders, bounded pictures.
/// </summary>
internal static partial class SafeInput
{
    /// <summary>
    /// Decoders that may see a stranger's pictures: those of formats people really have. Rare ones are where the memory faults are
    /// (e.g. CVE-2026-8461 in MagicYUV). Audio and subtitle streams are never decoded by us and need no entry.
    /// </summary>
    private static readonly string Decoders = string.Join(
        ',',
        "h264,hevc,av1,libdav1d,libaom-av1,vp8,vp9,libvpx,libvpx-vp9",
        "mpeg4,mpeg1video,mpegvideo,mpeg2video,msmpeg4v1,msmpeg4v2,msmpeg4,h263,h263p,flv,wmv1,wmv2,wmv3,vc1,theora,mjpeg",
        "prores,dnxhd,dvvideo,ffv1,cinepak,vp6,vp6f,rawvideo,qtrle",
        "gif,png,apng,webp,bmp,tiff");

    /// <summary>Input options that stand before <c>-i</c>.</summary>
    public static ImmutableArray<string> Arguments(string demuxer, MediaLimits limits) => Arguments("file", demuxer, limits);

    /// <summary>The same for a program that reads its standard input.</summary>
    public static ImmutableArray<string> PipeArguments(string demuxer, MediaLimits limits) => Arguments("pipe", demuxer, limits);

    private static ImmutableArray<string> Arguments(string protocol, string demuxer, MediaLimits limits) =>
    [
        "-protocol_whitelist", protocol,
        "-format_whitelist", demuxer,
        "-codec_whitelist:v", Decoders,
        "-max_pixels", limits.MaxPixels.ToString(CultureInfo.InvariantCulture),
        "-f", demuxer,
    ];

    /// <summary>The same bounds for the libraries in this process; those of the decoder are set where it is opened.</summary>
    public static IEnumerable<(string Name, string Value)> Options(string demuxer) =>
        [("protocol_whitelist", "file"), ("format_whitelist", demuxer), ("codec_whitelist", Decoders)];

    /// <summary>Standard input as a URL.</summary>
    public const string PipeUrl = "pipe:0";

    /// <summary>The file as a URL that cannot be taken for another protocol or for an option.</summary>
    public static string Url(string path) => $"file:{Path.GetFullPath(path)}";

    /// <summary>The first thing ffmpeg complained about, without its addresses and without the path.</summary>
    public static string Cause(IEnumerable<string> errorLines)
    {
        foreach (var line in errorLines)
        {
            var text = Prefixes().Replace(line, "").Trim().TrimEnd('.');
            if (text.Length > 0 && !text.StartsWith("file:", StringComparison.Ordinal))
            {
                return text;
            }
        }

        return "it holds no readable picture";
    }

    [GeneratedRegex(@"^(\[[^\]]*\]\s*)+", RegexOptions.CultureInvariant)]
    private static partial Regex Prefixes();
}

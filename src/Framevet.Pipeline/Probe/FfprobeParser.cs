using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;

namespace Framevet.Pipeline.Probe;

/// <summary>Turns ffprobe's JSON (<c>-show_format -show_streams</c>) into facts. Pure. What ffprobe does not tell stays null.</summary>
internal static class FfprobeParser
{
    /// <summary>Average rates above this are a container's clock, not a frame rate.</summary>
    private const double HighestRate = 480;

    /// <summary>Reads the facts of the best video stream: never cover art; the default one first, then the largest.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when there is no video stream.</exception>
    public static MediaInfo Parse(string json, SourceFile file, MediaHeader header)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        JsonElement[] streams = root.TryGetProperty("streams", out var list) ? [.. list.EnumerateArray()] : [];
        if (Choose(streams) is not { } stream)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, NoVideo(file.DisplayName, streams));
        }

        var format = root.TryGetProperty("format", out var f) ? f : default;
        var (codedWidth, codedHeight) = (Whole(stream, "width"), Whole(stream, "height"));
        if (codedWidth is not > 0 || codedHeight is not > 0)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName} has a video stream ({Text(stream, "codec_name") ?? "unknown codec"}) without a picture size: it is damaged or its codec is not supported.");
        }

        var upright = header.Orientation != 1 ? Upright.FromExif(header.Orientation) : DisplayMatrix(stream);
        var aspect = Ratio(stream, "sample_aspect_ratio", ':') ?? (1, 1);
        var size = upright.Size((int)codedWidth, (int)codedHeight, aspect);
        var frames = Whole(stream, "nb_frames");
        var kind = header.Format.IsPicture || (header.IsAnimated && frames == 1) ? MediaKind.Still : header.IsAnimated ? MediaKind.Animation : MediaKind.Video;
        return new MediaInfo
        {
            File = file,
            Kind = kind,
            Container = Text(format, "format_name") ?? header.Format.Demuxer,
            StreamIndex = (int)(Whole(stream, "index") ?? 0),
            Codec = Text(stream, "codec_name") ?? "unknown",
            PixelFormat = Known(Text(stream, "pix_fmt")),
            CodedWidth = (int)codedWidth,
            CodedHeight = (int)codedHeight,
            Width = size.Width,
            Height = size.Height,
            Rotation = upright.Rotation,
            IsMirrored = upright.IsMirrored,
            SampleAspect = aspect,
            TimeBase = Ratio(stream, "time_base", '/') is { } tb ? new TimeBase(tb.Num, tb.Den) : throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName} has a video stream without a time base."),
            StartPts = Whole(stream, "start_pts"),
            Duration = kind == MediaKind.Still ? null : Duration(stream, format),
            FrameCountHint = frames is > 0 and <= int.MaxValue ? (int)frames : null,
            FrameRate = kind == MediaKind.Still ? null : Rate(stream),
            IsVariableRate = kind != MediaKind.Still && IsVariable(stream),
            ColorTransfer = Known(Text(stream, "color_transfer")),
            ColorSpace = Known(Text(stream, "color_space")),
        };
    }

    private static JsonElement? Choose(JsonElement[] streams)
    {
        JsonElement? best = null;
        foreach (var stream in streams)
        {
            if (Text(stream, "codec_type") == "video" && !Has(stream, "attached_pic") && !Has(stream, "timed_thumbnails") && (best is not { } other || Merit(stream).CompareTo(Merit(other)) > 0))
            {
                best = stream;
            }
        }

        return best;
    }

    private static (bool IsDefault, long Area) Merit(JsonElement stream) => (Has(stream, "default"), (Whole(stream, "width") ?? 0) * (Whole(stream, "height") ?? 0));

    private static string NoVideo(string name, JsonElement[] streams)
    {
        if (streams.Any(s => Text(s, "codec_type") == "video"))
        {
            return $"{name} has no video stream, only cover art.";
        }

        var audio = streams.FirstOrDefault(s => Text(s, "codec_type") == "audio");
        return audio.ValueKind == JsonValueKind.Object
            ? $"{name} has no video stream, only audio ({Text(audio, "codec_name") ?? "unknown codec"})."
            : $"{name} has no video stream.";
    }

    private static bool Has(JsonElement stream, string disposition) => stream.TryGetProperty("disposition", out var d) && Whole(d, disposition) == 1;

    private static Upright DisplayMatrix(JsonElement stream)
    {
        if (stream.TryGetProperty("side_data_list", out var sideData))
        {
            foreach (var entry in sideData.EnumerateArray())
            {
                if (Upright.FromDisplayMatrix(Text(entry, "displaymatrix")) is { } upright)
                {
                    return upright;
                }
            }
        }

        return default;
    }

    private static TimeSpan? Duration(JsonElement stream, JsonElement format) =>
        Span(Seconds(stream, "duration") ?? Clock(stream.TryGetProperty("tags", out var tags) ? Text(tags, "DURATION") : null) ?? Seconds(format, "duration"));

    /// <summary>A length that can be one; else null.</summary>
    internal static TimeSpan? Span(double? seconds) => seconds is > 0 and var length && length <= TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(length) : null;

    /// <summary>Seconds of 00:00:03.666000000: Matroska keeps a stream's length in a tag like this.</summary>
    internal static double? Clock(string? text)
    {
        var parts = text?.Split(':');
        return parts is [var h, var m, var s] && Number(h) is { } hours && Number(m) is { } minutes && Number(s) is { } seconds ? (hours * 3600) + (minutes * 60) + seconds : null;
    }

    private static double? Rate(JsonElement stream) => Ratio(stream, "avg_frame_rate", '/') is { } ratio ? Rate(ratio) : null;

    /// <summary>A frame rate that can be one; else null.</summary>
    internal static double? Rate((int Num, int Den) ratio) => ratio is { Num: > 0, Den: > 0 } && (double)ratio.Num / ratio.Den is var rate && rate <= HighestRate ? rate : null;

    // The lowest rate that all stamps fit; interlaced pictures may double it, which then counts as varying, too.
    private static bool IsVariable(JsonElement stream) =>
        Ratio(stream, "avg_frame_rate", '/') is { } average && Ratio(stream, "r_frame_rate", '/') is { } finest && Differs(finest, average);

    /// <summary>Whether two rates are not nearly the same.</summary>
    internal static bool Differs((int Num, int Den) finest, (int Num, int Den) average) => Math.Abs(((double)finest.Num / finest.Den * average.Den / average.Num) - 1) > 0.02;

    private static (int Num, int Den)? Ratio(JsonElement element, string name, char separator)
    {
        var parts = Text(element, name)?.Split(separator);
        return parts is [var n, var d] && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var num) && int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out var den) && num > 0 && den > 0
            ? (num, den)
            : null;
    }

    private static double? Seconds(JsonElement element, string name) => Text(element, name) is { } text ? Number(text) : null;

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static long? Whole(JsonElement element, string name) => Text(element, name) is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string? Known(string? text) => text is null or "unknown" or "N/A" ? null : text;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null }
            : null;
}

using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode;

/// <summary>One ffmpeg process that decodes the chosen video stream of a file: everything before the output is decided here.</summary>
internal sealed record FfmpegDecode(MediaInfo Media)
{
    private const string FeedDemuxer = "mov";

    /// <summary>Seek to the keyframe at or before this stamp; null = read from the beginning.</summary>
    public Pts? SeekTo { get; init; }

    /// <summary>Let the decoder skip everything but keyframes.</summary>
    public bool OnlyKeyframes { get; init; }

    /// <summary>Decode in one thread, so that damaged streams give the same pixels every time.</summary>
    public bool IsSingleThreaded { get; init; }

    /// <summary>Select expression; null = every frame.</summary>
    public string? Select { get; init; }

    /// <summary>Stop at the first selected frame with this stamp or a later one, which is not delivered; needs <see cref="Select"/>. Null = read to the end.</summary>
    public long? EndAt { get; init; }

    /// <summary>ffmpeg's name of the hardware that decodes (<c>auto</c> = the first that works); null = software. Pictures come back to main memory, so that all filters work.</summary>
    public string? Hardware { get; init; }

    /// <summary>Writes what is decoded instead of the file, as an MP4 with the one stream and the stamps of the file; null = the file itself.</summary>
    public Func<Stream, CancellationToken, Task>? Feed { get; init; }

    /// <summary>Filters behind the selection.</summary>
    public required ImmutableArray<string> Filters { get; init; }

    /// <summary>Output options and the output itself.</summary>
    public required ImmutableArray<string> Output { get; init; }

    /// <summary>Listener for the log of this decode.</summary>
    public StampLog NewLog() => new(Select is not null) { Hardware = Hardware };

    /// <summary>The command. Stamps stay as the file has them (<c>-copyts</c>), every selected frame is written once (<c>passthrough</c>), and log lines are never merged (<c>repeat</c>).</summary>
    public ToolCommand Command(ToolLocator tools, ToolOptions options, MediaLimits limits)
    {
        var threads = OnlyKeyframes || IsSingleThreaded || Media.Kind == MediaKind.Still ? 1 : options.Threads;
        string[] end = EndAt is { } stop ? [$"trim=end_pts={stop.ToString(CultureInfo.InvariantCulture)}"] : [];
        string[] select = Select is null ? [] : [SelectExpression.Filter(Select), .. end, FilterChain.Kept];
        return new ToolCommand(
            tools.Ffmpeg,
            [
                "-nostdin", "-hide_banner", "-nostats", "-loglevel", "repeat+level+info",
                "-copyts", "-noautorotate", "-threads", Text(threads),
                .. OnlyKeyframes ? ["-skip_frame", "nokey"] : ImmutableArray<string>.Empty,
                .. Hardware is { } name ? ["-hwaccel", name] : ImmutableArray<string>.Empty,
                .. Seek(SeekTo),
                .. Feed is null ? SafeInput.Arguments(Media.Container.Split(',')[0], limits) : SafeInput.PipeArguments(FeedDemuxer, limits),
                "-i", Feed is null ? SafeInput.Url(Media.File.Path) : SafeInput.PipeUrl,
                "-map", $"0:{Text(Feed is null ? Media.StreamIndex : 0)}", "-an", "-sn", "-dn",
                "-filter_threads", Text(Math.Min(2, options.Threads)),
                "-vf", FilterChain.Join([FilterChain.Seen, .. select, .. Filters]),
                "-fps_mode", "passthrough",
                .. Output,
            ])
        {
            Stall = options.Stall,
            LowPriority = options.LowPriority,
            Feed = Feed,
            Bounds = Hardware is null ? ToolBounds.Media : ToolBounds.MediaOnHardware,
        };
    }

    /// <summary>Options before <c>-i</c> that begin at the keyframe before a stamp.</summary>
    public static ImmutableArray<string> Seek(Pts? target) => target is { Seconds: > 0 } place ? ["-seek_timestamp", "1", "-noaccurate_seek", "-ss", Microseconds(place)] : [];

    /// <summary>Rounded down, so that the seek never lands behind the stamp.</summary>
    private static string Microseconds(Pts pts) =>
        (Math.Floor((decimal)pts.Value * pts.TimeBase.Num * 1_000_000 / pts.TimeBase.Den) / 1_000_000).ToString("0.000000", CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

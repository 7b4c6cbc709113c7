using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;

namespace Framevet.Pipeline.Probe;

/// <summary>What a file is, without decoding its pictures. Unknown numbers are null, never 0.</summary>
public sealed record MediaInfo
{
    /// <summary>The local file.</summary>
    public required SourceFile File { get; init; }

    /// <summary>Still picture, animation or video.</summary>
    public required MediaKind Kind { get; init; }

    /// <summary>Demuxer name as ffprobe gives it, e.g. <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</summary>
    public required string Container { get; init; }

    /// <summary>Index of the chosen video stream in the container.</summary>
    public required int StreamIndex { get; init; }

    /// <summary>Codec name, e.g. <c>h264</c>.</summary>
    public required string Codec { get; init; }

    /// <summary>Pixel format name, e.g. <c>yuv420p10le</c>; null when ffprobe does not tell.</summary>
    public string? PixelFormat { get; init; }

    /// <summary>Stored picture size before rotation and pixel shape.</summary>
    public required int CodedWidth { get; init; }

    /// <summary>Stored picture size before rotation and pixel shape.</summary>
    public required int CodedHeight { get; init; }

    /// <summary>Upright, square-pixel width.</summary>
    public required int Width { get; init; }

    /// <summary>Upright, square-pixel height.</summary>
    public required int Height { get; init; }

    /// <summary>Clockwise turn that makes the stored picture upright: 0, 90, 180 or 270.</summary>
    public int Rotation { get; init; }

    /// <summary>Mirrored left to right before the turn (EXIF orientations 2, 4, 5, 7).</summary>
    public bool IsMirrored { get; init; }

    /// <summary>Pixel shape, 1:1 when unknown.</summary>
    public (int Num, int Den) SampleAspect { get; init; } = (1, 1);

    /// <summary>Unit of all time stamps of the stream.</summary>
    public required TimeBase TimeBase { get; init; }

    /// <summary>First time stamp of the stream, when the container tells.</summary>
    public long? StartPts { get; init; }

    /// <summary>Length of the video stream, else of the container; null when unknown.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Frames as the container claims; a hint only.</summary>
    public int? FrameCountHint { get; init; }

    /// <summary>Average frame rate in Hz; display only.</summary>
    public double? FrameRate { get; init; }

    /// <summary>Whether the frames' spacing varies as far as the container tells: its finest rate is another than the average one.</summary>
    public bool IsVariableRate { get; init; }

    /// <summary>Transfer characteristic, e.g. <c>smpte2084</c> for PQ.</summary>
    public string? ColorTransfer { get; init; }

    /// <summary>Matrix of the colour coding, e.g. <c>bt709</c>; null when untold (decoders then take BT.601).</summary>
    public string? ColorSpace { get; init; }

    /// <summary>The pictures of a <see cref="MediaKind.Folder"/>; null for every other file.</summary>
    public FolderListing? Folder { get; init; }

    /// <summary>Fraction 0..1 of the media that lies before <paramref name="pts"/>; null when the duration is unknown.</summary>
    public double? FractionAt(Pts pts) => Duration is { TotalSeconds: > 0 } d
        ? Math.Clamp((pts.Seconds - ((StartPts ?? 0) * TimeBase.Seconds)) / d.TotalSeconds, 0, 1)
        : null;
}

/// <summary>What sort of file it is.</summary>
public enum MediaKind
{
    /// <summary>One picture.</summary>
    Still,
    /// <summary>GIF, APNG or animated WebP.</summary>
    Animation,
    /// <summary>Everything else with a video stream.</summary>
    Video,
    /// <summary>A folder or zip of pictures, read as one source.</summary>
    Folder,
}

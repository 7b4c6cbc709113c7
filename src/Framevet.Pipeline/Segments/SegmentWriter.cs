using System.Buffers.Binary;
using System.Text.Json;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;

namespace Framevet.Pipeline.Segments;

/// <summary>What a record of a segment's file is.</summary>
internal enum SegmentRecord : byte
{
    /// <summary>A measured frame.</summary>
    Row = 1,

    /// <summary>What the scene detector saw of a frame.</summary>
    Sight,

    /// <summary>The pixels of the first sampled frame.</summary>
    FirstSampled,

    /// <summary>The pixels of the last sampled frame.</summary>
    LastSampled,

    /// <summary>The pixels of the first frame that the detector saw.</summary>
    FirstSeen,

    /// <summary>The pixels of the last frame that the detector saw.</summary>
    LastSeen,

    /// <summary>The end, with the number of records before it: without it the file is cut short.</summary>
    End,
}

/// <summary>
/// Writes what a segment gave into a local file, record after record: a byte that says what it is, four bytes of length, the content (little-endian). Memory does not grow with the segment. Dispose it.
/// </summary>
internal sealed class SegmentWriter(string path) : IDisposable
{
    /// <summary>What a file begins with: the version of the format is its last letter.</summary>
    public static ReadOnlySpan<byte> Magic => "FVSEGM1"u8;

    private readonly FileStream _file = Opened(path);
    private readonly MemoryStream _record = new();
    private int _count;

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>Adds a measured frame; its number counts from the first frame of the segment.</summary>
    public void Add(MeasuredFrame row)
    {
        using var to = Begin();
        Stamp(to, row.Stamp);
        to.Write(row.Fingerprint);
        to.Write(row.Values.Length);
        foreach (var value in row.Values)
        {
            to.Write(value);
        }

        var findings = row.Detections is null ? [] : JsonSerializer.SerializeToUtf8Bytes(row.Detections, PipelineJson.Options);
        to.Write(findings.Length);
        to.Write(findings);
        to.Write(row.Thumb);
        End(SegmentRecord.Row);
    }

    /// <summary>Adds what the detector saw of a frame.</summary>
    public void Add(in SceneSight sight)
    {
        using var to = Begin();
        Stamp(to, sight.Stamp);
        to.Write(sight.Score);
        to.Write(sight.IsDark);
        foreach (var value in sight.Look.Span)
        {
            to.Write(value);
        }

        End(SegmentRecord.Sight);
    }

    /// <summary>Adds the pixels of a frame at an end of the segment.</summary>
    public void Add(SegmentRecord kind, in Frame frame)
    {
        using var to = Begin();
        Stamp(to, new FrameStamp(frame.Index, frame.Pts, frame.IsKey));
        to.Write(frame.Layout.Width);
        to.Write(frame.Layout.Height);
        to.Write(frame.Layout.IsNative);
        to.Write(frame.Pixels.Span);
        End(kind);
    }

    /// <summary>Writes the end: the file is whole from here on.</summary>
    public void Complete()
    {
        using (var to = Begin())
        {
            to.Write(_count);
            End(SegmentRecord.End);
        }

        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _record.Dispose();
    }

    private static FileStream Opened(string path)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 18);
        file.Write(Magic);
        return file;
    }

    private BinaryWriter Begin()
    {
        _record.SetLength(0);
        return new BinaryWriter(_record, System.Text.Encoding.UTF8, leaveOpen: true);
    }

    private void End(SegmentRecord kind)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], checked((int)_record.Length));
        _file.Write(head);
        _file.Write(_record.GetBuffer().AsSpan(0, (int)_record.Length));
        _count++;
    }

    private static void Stamp(BinaryWriter to, FrameStamp stamp)
    {
        to.Write(stamp.Index);
        to.Write(stamp.Pts.Value);
        to.Write(stamp.IsKey);
    }
}

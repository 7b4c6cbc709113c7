using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Segments;

/// <summary>One record of a segment's file. Numbers of frames get <paramref name="Base"/> on top. Valid until the next one is read.</summary>
internal readonly record struct ReadRecord(SegmentRecord Kind, ReadOnlyMemory<byte> Content, TimeBase TimeBase, int Base)
{
    private const int StampBytes = 13;

    /// <summary>The frame's stamp.</summary>
    public FrameStamp Stamp => new(Base + Int(0), new Pts(BinaryPrimitives.ReadInt64LittleEndian(Content.Span[4..]), TimeBase), Content.Span[12] != 0);

    /// <summary>The measured frame.</summary>
    public MeasuredFrame Row()
    {
        var print = BinaryPrimitives.ReadUInt64LittleEndian(Content.Span[StampBytes..]);
        var count = Int(StampBytes + 8);
        var at = StampBytes + 12;
        var values = MemoryMarshal.Cast<byte, float>(Content.Span.Slice(at, 4 * count)).ToArray();
        at += 4 * count;
        var findings = Int(at);
        at += 4;
        return new MeasuredFrame(Stamp, print, values, Content.Span[(at + findings)..].ToArray(),
            findings == 0 ? null : JsonSerializer.Deserialize<FrameDetections>(Content.Span.Slice(at, findings), PipelineJson.Options));
    }

    /// <summary>What the detector saw.</summary>
    public SceneSight Sight() => new(Stamp, BinaryPrimitives.ReadDoubleLittleEndian(Content.Span[StampBytes..]), Content.Span[StampBytes + 8] != 0,
        MemoryMarshal.Cast<byte, float>(Content.Span[(StampBytes + 9)..]).ToArray());

    /// <summary>The frame with its pixels.</summary>
    public Frame Picture()
    {
        var stamp = Stamp;
        var layout = new FrameLayout(Int(StampBytes), Int(StampBytes + 4)) { IsNative = Content.Span[StampBytes + 8] != 0 };
        return new Frame(stamp.Index, stamp.Pts, layout, Content[(StampBytes + 9)..], stamp.IsKey);
    }

    private int Int(int at) => BinaryPrimitives.ReadInt32LittleEndian(Content.Span[at..]);
}

/// <summary>Reads what <see cref="SegmentWriter"/> wrote, one record in memory at a time.</summary>
internal static class SegmentReader
{
    // More than the pixels of the largest analysis view.
    private const int MaxRecord = 512 * 1024 * 1024;

    /// <summary>All records before the end. <paramref name="first"/>: number of the segment's first frame.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or it is cut short.</exception>
    public static async IAsyncEnumerable<ReadRecord> ReadAsync(Stream file, TimeBase timeBase, int first, [EnumeratorCancellation] CancellationToken ct)
    {
        var head = new byte[SegmentWriter.Magic.Length];
        var buffer = new byte[64 * 1024];
        await FillAsync(file, head, ct).ConfigureAwait(false);
        if (!head.AsSpan().SequenceEqual(SegmentWriter.Magic))
        {
            throw new InvalidDataException("It is no result of a part, or one of another version.");
        }

        for (var count = 0; ; count++)
        {
            await FillAsync(file, head.AsMemory(0, 5), ct).ConfigureAwait(false);
            var (kind, length) = ((SegmentRecord)head[0], BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1)));
            if (!Enum.IsDefined(kind) || length is < 0 or > MaxRecord)
            {
                throw new InvalidDataException($"Record {count} is damaged.");
            }

            if (buffer.Length < length)
            {
                buffer = new byte[length];
            }

            await FillAsync(file, buffer.AsMemory(0, length), ct).ConfigureAwait(false);
            if (kind == SegmentRecord.End)
            {
                if (length != 4 || BinaryPrimitives.ReadInt32LittleEndian(buffer) != count)
                {
                    throw new InvalidDataException($"It holds {count} records, which is not what its end says.");
                }

                yield break;
            }

            yield return new ReadRecord(kind, buffer.AsMemory(0, length), timeBase, first);
        }
    }

    private static async Task FillAsync(Stream file, Memory<byte> target, CancellationToken ct)
    {
        if (await file.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false) < target.Length)
        {
            throw new InvalidDataException("It is cut short.");
        }
    }
}

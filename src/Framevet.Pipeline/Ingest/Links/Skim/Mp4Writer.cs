using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Framevet.Pipeline.Ingest.Links.Skim;

/// <summary>The head of an MP4 file that holds some keyframes of a track of another, one behind the other, with their times, edit list and length of the original. Pure.</summary>
internal static class Mp4Writer
{
    /// <summary>What of a movie, a track and a medium is kept as it is.</summary>
    private static readonly string[] Kept = ["mvhd", "tkhd", "edts", "mdhd", "hdlr", "vmhd", "dinf", "stsd"];

    /// <summary>Everything before the pictures: file type, movie, and the header of the media data.</summary>
    public static byte[] Head(byte[] fileType, Mp4Box moov, Mp4Keys track, ImmutableArray<Mp4Key> keys)
    {
        // The place of the pictures has a fixed length, so the head is as long with it as without.
        var length = Write(fileType, moov, track, keys, 0).Length;
        return Write(fileType, moov, track, keys, length);
    }

    private static byte[] Write(byte[] fileType, Mp4Box moov, Mp4Keys track, ImmutableArray<Mp4Key> keys, long at)
    {
        using var file = new MemoryStream();
        file.Write(fileType);
        Box(file, "moov", () => Copy(file, moov, box => box.Type == "trak" && box.Start == track.Track.Start, () => Tables(file, track, keys, at)));
        U32(file, 1);
        file.Write("mdat"u8);
        U64(file, (ulong)(16 + keys.Sum(k => (long)k.Size)));
        return file.ToArray();
    }

    private static void Copy(MemoryStream file, Mp4Box parent, Func<Mp4Box, bool> isWanted, Action tables)
    {
        foreach (var box in Mp4Box.In(parent.Data, parent.Body, parent.End))
        {
            if (box.Type is "mdia" or "minf" or "stbl" || isWanted(box))
            {
                Box(file, box.Type, () =>
                {
                    Copy(file, box, _ => false, tables);
                    if (box.Type == "stbl")
                    {
                        tables();
                    }
                });
            }
            else if (Kept.Contains(box.Type))
            {
                file.Write(box.Whole);
            }
        }
    }

    private static void Tables(MemoryStream file, Mp4Keys track, ImmutableArray<Mp4Key> keys, long at)
    {
        Table(file, "stts", 0, keys.Length, i =>
        {
            U32(file, 1);
            U32(file, (uint)((i + 1 < keys.Length ? keys[i + 1].Time : track.EndTime) - keys[i].Time));
        });
        Table(file, "ctts", track.ShiftVersion, keys.Length, i =>
        {
            U32(file, 1);
            U32(file, (uint)keys[i].Shift);
        });
        Table(file, "stsc", 0, 1, _ =>
        {
            U32(file, 1);
            U32(file, (uint)keys.Length);
            U32(file, 1);
        });
        Box(file, "stsz", () =>
        {
            U32(file, 0);
            U32(file, 0);
            U32(file, (uint)keys.Length);
            foreach (var key in keys)
            {
                U32(file, (uint)key.Size);
            }
        });
        Table(file, "co64", 0, 1, _ => U64(file, (ulong)at));
    }

    private static void Table(MemoryStream file, string type, byte version, int count, Action<int> entry) => Box(file, type, () =>
    {
        U32(file, (uint)version << 24);
        U32(file, (uint)count);
        for (var i = 0; i < count; i++)
        {
            entry(i);
        }
    });

    private static void Box(MemoryStream file, string type, Action content)
    {
        var start = file.Position;
        U32(file, 0);
        file.Write(Encoding.Latin1.GetBytes(type));
        content();
        BinaryPrimitives.WriteUInt32BigEndian(file.GetBuffer().AsSpan((int)start), (uint)(file.Position - start));
    }

    private static void U32(MemoryStream file, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        file.Write(bytes);
    }

    private static void U64(MemoryStream file, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        file.Write(bytes);
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Framevet.Pipeline.Ingest.Links.Skim;

/// <summary>A box of an ISO base media file (ISO/IEC 14496-12 §4.2) within a buffer: [Start, End), its content from <paramref name="Body"/>.</summary>
internal readonly record struct Mp4Box(byte[] Data, string Type, int Start, int Body, int End)
{
    private const int Header = 8;
    private const int LongHeader = 16;

    /// <summary>Everything of the box.</summary>
    public ReadOnlySpan<byte> Whole => Data.AsSpan(Start, End - Start);

    /// <summary>Boxes one after another in [from, to).</summary>
    /// <exception cref="InvalidDataException">A box does not fit into what holds it.</exception>
    public static IEnumerable<Mp4Box> In(byte[] data, int from, int to)
    {
        for (var at = from; at + Header <= to;)
        {
            var (size, header) = SizeAt(data.AsSpan(at, to - at)) ?? throw new InvalidDataException("a box is cut off");
            size = size == 0 ? to - at : size;
            if (size < header || size > to - at)
            {
                throw new InvalidDataException("a box does not fit into its parent");
            }

            yield return new Mp4Box(data, Encoding.Latin1.GetString(data, at + 4, 4), at, at + header, at + (int)size);
            at += (int)size;
        }
    }

    /// <summary>Size that a header declares (0 = to the end of the file) and bytes of the header; null when the header is cut off.</summary>
    public static (long Size, int Header)? SizeAt(ReadOnlySpan<byte> header) =>
        header.Length < Header ? null
        : BinaryPrimitives.ReadUInt32BigEndian(header) is var size and not 1 ? (size, Header)
        : header.Length < LongHeader ? null
        : ((long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(header[Header..]), long.MaxValue), LongHeader);

    /// <summary>The first box below of this type, or null.</summary>
    public Mp4Box? Child(string type)
    {
        foreach (var box in In(Data, Body, End))
        {
            if (box.Type == type)
            {
                return box;
            }
        }

        return null;
    }

    /// <summary>Follows types downwards.</summary>
    /// <exception cref="InvalidDataException">One of them is not there.</exception>
    public Mp4Box Below(params ReadOnlySpan<string> path)
    {
        var box = this;
        foreach (var type in path)
        {
            box = box.Child(type) ?? throw new InvalidDataException($"the box {type} is missing");
        }

        return box;
    }

    /// <summary>Big-endian 32 bits at a place of the content.</summary>
    /// <exception cref="InvalidDataException">Beyond the box.</exception>
    public uint U32(int at) => Body + at + 4 <= End && at >= 0 ? BinaryPrimitives.ReadUInt32BigEndian(Data.AsSpan(Body + at)) : throw new InvalidDataException($"the box {Type} is cut off");

    /// <summary>Big-endian 64 bits at a place of the content.</summary>
    /// <exception cref="InvalidDataException">Beyond the box, or negative.</exception>
    public long U64(int at) => ((long)U32(at) << 32 | U32(at + 4)) is >= 0 and var value ? value : throw new InvalidDataException($"a number of the box {Type} is too large");

    /// <summary>Number of entries of a table whose entries begin at <paramref name="first"/> and take <paramref name="size"/> bytes each.</summary>
    /// <exception cref="InvalidDataException">The box is too short for them.</exception>
    public int Count(int at, int first, int size) => U32(at) is var count && count <= (uint)Math.Max(0, End - Body - first) / size ? (int)count : throw new InvalidDataException($"the table {Type} is cut off");
}

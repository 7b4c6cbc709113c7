using System.Buffers.Binary;
using System.Text;

namespace Framevet.Pipeline.Export;

/// <summary>The records of a zip of stored entries. Format: APPNOTE.TXT 6.3 with ZIP64 where a number needs it; names are UTF-8.</summary>
internal static class ZipRecords
{
    private const uint LocalSign = 0x04034B50, CentralSign = 0x02014B50, EndSign = 0x06054B50, End64Sign = 0x06064B50, Locator64Sign = 0x07064B50;
    private const uint Full32 = uint.MaxValue;
    private const ushort Full16 = ushort.MaxValue;

    /// <summary>Names are UTF-8.</summary>
    private const ushort Flags = 0x0800;

    /// <summary>What stands before the content of an entry.</summary>
    public static byte[] Local(StoredEntry entry, uint stamp)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        var is64 = entry.Length >= Full32;
        using var file = new MemoryStream();
        U32(file, LocalSign);
        U16(file, (ushort)(is64 ? 45 : 20));
        U16(file, Flags);
        U16(file, 0);
        U32(file, stamp);
        U32(file, entry.Crc32);
        U32(file, is64 ? Full32 : (uint)entry.Length);
        U32(file, is64 ? Full32 : (uint)entry.Length);
        U16(file, (ushort)name.Length);
        U16(file, (ushort)(is64 ? 20 : 0));
        file.Write(name);
        if (is64)
        {
            U16(file, 1);
            U16(file, 16);
            U64(file, entry.Length);
            U64(file, entry.Length);
        }

        return file.ToArray();
    }

    /// <summary>The entry in the directory; <paramref name="place"/>: where its local record begins.</summary>
    public static void WriteCentral(MemoryStream file, StoredEntry entry, uint stamp, long place)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        var (isLong, isFar) = (entry.Length >= Full32, place >= Full32);
        var extra = (isLong ? 16 : 0) + (isFar ? 8 : 0);
        U32(file, CentralSign);

        // Made on Unix, so that the mode of the file counts: readable by all, writable by its owner.
        U16(file, (3 << 8) | 45);
        U16(file, (ushort)(extra > 0 ? 45 : 20));
        U16(file, Flags);
        U16(file, 0);
        U32(file, stamp);
        U32(file, entry.Crc32);
        U32(file, isLong ? Full32 : (uint)entry.Length);
        U32(file, isLong ? Full32 : (uint)entry.Length);
        U16(file, (ushort)name.Length);
        U16(file, (ushort)(extra > 0 ? extra + 4 : 0));
        U16(file, 0);
        U16(file, 0);
        U16(file, 0);
        U32(file, 0x81A40000);
        U32(file, isFar ? Full32 : (uint)place);
        file.Write(name);
        if (extra > 0)
        {
            U16(file, 1);
            U16(file, (ushort)extra);
            if (isLong)
            {
                U64(file, entry.Length);
                U64(file, entry.Length);
            }

            if (isFar)
            {
                U64(file, place);
            }
        }
    }

    /// <summary>The end, behind a directory of <paramref name="size"/> bytes that begins at <paramref name="place"/>.</summary>
    public static void WriteEnd(MemoryStream file, int count, long size, long place)
    {
        if (count >= Full16 || size >= Full32 || place >= Full32)
        {
            U32(file, End64Sign);
            U64(file, 44);
            U16(file, (3 << 8) | 45);
            U16(file, 45);
            U32(file, 0);
            U32(file, 0);
            U64(file, count);
            U64(file, count);
            U64(file, size);
            U64(file, place);
            U32(file, Locator64Sign);
            U32(file, 0);
            U64(file, place + size);
            U32(file, 1);
        }

        U32(file, EndSign);
        U16(file, 0);
        U16(file, 0);
        U16(file, (ushort)Math.Min(count, Full16));
        U16(file, (ushort)Math.Min(count, Full16));
        U32(file, (uint)Math.Min(size, Full32));
        U32(file, (uint)Math.Min(place, Full32));
        U16(file, 0);
    }

    /// <summary>MS-DOS date and time, which begin in 1980.</summary>
    public static uint Time(DateTimeOffset at)
    {
        var t = at.UtcDateTime;
        return t.Year < 1980 ? 1u << 21 | 1u << 16
            : (uint)(((Math.Min(t.Year, 2107) - 1980) << 25) | (t.Month << 21) | (t.Day << 16) | (t.Hour << 11) | (t.Minute << 5) | (t.Second / 2));
    }

    private static void U16(Stream file, int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        file.Write(bytes);
    }

    private static void U32(Stream file, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        file.Write(bytes);
    }

    private static void U64(Stream file, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        file.Write(bytes);
    }
}

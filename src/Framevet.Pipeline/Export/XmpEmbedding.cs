using System.Buffers.Binary;
using System.Text;

namespace Framevet.Pipeline.Export;

/// <summary>
/// Puts an XMP packet into a finished JPEG, PNG or WebP; no pixel is touched. Places as in the XMP specification, part 3 (ISO 16684-1, annexes): APP1
/// segment, iTXt chunk, "XMP " chunk.
/// </summary>
internal static class XmpEmbedding
{
    /// <summary>What a JPEG segment can hold besides its length and the namespace.</summary>
    private const int MaxInJpeg = 65535 - 2 - 29;

    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>The file with the packet; the file as it was when its format takes none here (AVIF) or the packet does not fit.</summary>
    public static byte[] Put(byte[] file, StillFormat format, byte[] packet) => format switch
    {
        StillFormat.Jpeg when packet.Length <= MaxInJpeg => IntoJpeg(file, packet),
        StillFormat.Png => IntoPng(file, packet),
        StillFormat.WebP => IntoWebP(file, packet),
        _ => file,
    };

    /// <summary>Behind the start marker and the JFIF segment, which has to stay first.</summary>
    private static byte[] IntoJpeg(byte[] file, byte[] packet)
    {
        var at = 2;
        if (file.Length > 6 && file[2] == 0xFF && file[3] == 0xE0)
        {
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(4));
        }

        byte[] head = [0xFF, 0xE1, 0, 0, .. "http://ns.adobe.com/xap/1.0/\0"u8];
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)(head.Length - 2 + packet.Length));
        return [.. file.AsSpan(0, at), .. head, .. packet, .. file.AsSpan(at)];
    }

    /// <summary>Behind the header chunk, uncompressed, so that every program finds it.</summary>
    private static byte[] IntoPng(byte[] file, byte[] packet)
    {
        const int Header = 8 + 25;
        byte[] content = [.. "iTXtXML:com.adobe.xmp\0\0\0\0\0"u8, .. packet];
        var chunk = new byte[4 + content.Length + 4];
        BinaryPrimitives.WriteUInt32BigEndian(chunk, (uint)(content.Length - 4));
        content.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + content.Length), Crc(content));
        return [.. file.AsSpan(0, Header), .. chunk, .. file.AsSpan(Header)];
    }

    /// <summary>At the end; a simple file first gets the extended header that announces it.</summary>
    private static byte[] IntoWebP(byte[] file, byte[] packet)
    {
        var chunks = file[12..];
        if (Encoding.ASCII.GetString(chunks, 0, 4) == "VP8X")
        {
            chunks[8] |= 0x04;
        }
        else
        {
            chunks = [.. ExtendedHeader(chunks), .. chunks];
        }

        byte[] xmp = [.. "XMP "u8, .. new byte[4], .. packet, .. (packet.Length & 1) == 1 ? [0] : Array.Empty<byte>()];
        BinaryPrimitives.WriteUInt32LittleEndian(xmp.AsSpan(4), (uint)packet.Length);
        byte[] riff = [.. "RIFF"u8, .. new byte[4], .. "WEBP"u8];
        BinaryPrimitives.WriteUInt32LittleEndian(riff.AsSpan(4), (uint)(4 + chunks.Length + xmp.Length));
        return [.. riff, .. chunks, .. xmp];
    }

    private static byte[] ExtendedHeader(byte[] chunks)
    {
        var isLossless = Encoding.ASCII.GetString(chunks, 0, 4) == "VP8L";
        var bits = isLossless ? BinaryPrimitives.ReadUInt32LittleEndian(chunks.AsSpan(9)) : 0;
        var width = isLossless ? (bits & 0x3FFF) + 1 : BinaryPrimitives.ReadUInt16LittleEndian(chunks.AsSpan(14)) & 0x3FFFu;
        var height = isLossless ? ((bits >> 14) & 0x3FFF) + 1 : BinaryPrimitives.ReadUInt16LittleEndian(chunks.AsSpan(16)) & 0x3FFFu;
        var flags = (byte)(0x04 | ((bits >> 28) & 1) << 4);
        byte[] header = [.. "VP8X"u8, 10, 0, 0, 0, flags, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Write24(header.AsSpan(12), width - 1);
        Write24(header.AsSpan(15), height - 1);
        return header;
    }

    private static void Write24(Span<byte> target, uint value) => (target[0], target[1], target[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));

    /// <summary>CRC-32 of PNG chunks (ISO 3309).</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = CrcTable[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var n = 0u; n < 256; n++)
        {
            var c = n;
            for (var k = 0; k < 8; k++)
            {
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }

            table[n] = c;
        }

        return table;
    }
}

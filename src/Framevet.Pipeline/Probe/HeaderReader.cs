using System.Buffers.Binary;

namespace Framevet.Pipeline.Probe;

/// <summary>Reads numbers at given places of an untrusted file. Nothing here throws for a short file: what is not there is null or short.</summary>
internal sealed class HeaderReader(Stream stream)
{
    /// <summary>Size of the file.</summary>
    public long Length => stream.Length;

    /// <summary>Up to <paramref name="count"/> bytes from <paramref name="offset"/>.</summary>
    public byte[] Bytes(long offset, int count)
    {
        if (offset < 0 || offset >= stream.Length)
        {
            return [];
        }

        stream.Position = offset;
        var buffer = new byte[Math.Min(count, stream.Length - offset)];
        return buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }

    /// <summary>Unsigned 16 bits, or null past the end.</summary>
    public int? U16(long offset, bool bigEndian) =>
        Bytes(offset, 2) is { Length: 2 } b ? bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(b) : BinaryPrimitives.ReadUInt16LittleEndian(b) : null;

    /// <summary>Unsigned 32 bits, or null past the end.</summary>
    public long? U32(long offset, bool bigEndian) =>
        Bytes(offset, 4) is { Length: 4 } b ? bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(b) : BinaryPrimitives.ReadUInt32LittleEndian(b) : null;

    /// <summary>Unsigned 24 bits little-endian, or null past the end.</summary>
    public int? U24(long offset) => Bytes(offset, 3) is { Length: 3 } b ? b[0] | (b[1] << 8) | (b[2] << 16) : null;

    /// <summary>Four characters, e.g. the name of a chunk.</summary>
    public string Name(long offset) => System.Text.Encoding.Latin1.GetString(Bytes(offset, 4));
}

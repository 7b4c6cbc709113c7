using System.Buffers.Binary;
using System.Text;

namespace Framevet.TestKit.Media;

/// <summary>Damages a file in ways that find faults in readers: the same seed, the same damage. Pure.</summary>
public static class MediaMutation
{
    private const int MaxBlock = 4096;

    /// <summary>Numbers at which sizes and counts overflow, wrap or become negative.</summary>
    private static readonly uint[] Edges = [0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x00FF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF];

    /// <summary>Names behind which containers keep what tells where pictures lie and how many there are.</summary>
    private static readonly string[] Places =
        ["moov", "trak", "tkhd", "mdhd", "stsd", "stts", "ctts", "stss", "stsc", "stsz", "stco", "elst", "avcC", "hvcC", "av1C", "mdat", "moof", "traf", "tfhd", "trun", "IHDR", "PLTE", "tRNS", "IDAT", "GIF8", "NETSCAPE", "Exif", "Segment", "webm"];

    /// <summary>A damaged copy. <paramref name="other"/> lends a part where two files are joined; <paramref name="address"/> is written into some, as if the file could make a reader go there.</summary>
    public static byte[] Of(byte[] bytes, byte[] other, string address, int seed)
    {
        var random = new Random(seed);
        var damaged = bytes;
        for (var i = random.Next(2); i >= 0; i--)
        {
            damaged = damaged.Length == 0 ? damaged : Once(damaged, other, address, random);
        }

        return damaged;
    }

    private static byte[] Once(byte[] bytes, byte[] other, string address, Random random)
    {
        var at = Place(bytes, random);
        var block = Math.Min(random.Next(1, MaxBlock), bytes.Length - at);
        switch (random.Next(12))
        {
            case 0:
                return Change(bytes, copy => copy[at] ^= (byte)(1 << random.Next(8)));
            case 1 or 2:
                // Few or many bytes anywhere.
                return Change(bytes, copy =>
                {
                    for (var n = 1 << random.Next(9); n > 0; n--)
                    {
                        copy[Place(copy, random)] = (byte)random.Next(256);
                    }
                });
            case 3:
                return bytes[..at];
            case 4:
                return Change(bytes, copy => copy.AsSpan(at, block).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF));
            case 5:
                return [.. bytes[..at], .. bytes[(at + block)..]];
            case 6:
                return [.. bytes[..at], .. bytes[at..(at + block)], .. bytes[at..]];
            case 7:
                return Change(bytes, copy => copy.AsSpan(at, block).CopyTo(copy.AsSpan(Math.Min(random.Next(copy.Length), copy.Length - block))));
            case 8:
                var noise = new byte[random.Next(1, MaxBlock)];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
            case 9:
                return [.. bytes[..at], .. other.AsSpan(random.Next(other.Length))];
            case 10:
                var text = Encoding.ASCII.GetBytes(address);
                return [.. bytes[..at], .. text, .. bytes.AsSpan(Math.Min(bytes.Length, at + text.Length))];
            default:
                return Change(bytes, copy => Number(copy, at, random));
        }
    }

    /// <summary>A number at an edge where a size or count stands, or may stand.</summary>
    private static void Number(byte[] bytes, int at, Random random)
    {
        var start = at;
        var name = Encoding.ASCII.GetBytes(Places[random.Next(Places.Length)]);
        if (bytes.AsSpan().IndexOf(name) is >= 0 and var found)
        {
            // The size stands before the name, counts and entries behind it.
            start = Math.Max(0, found + random.Next(-1, 10) * 4);
        }

        if (start + 4 <= bytes.Length)
        {
            var edge = Edges[random.Next(Edges.Length)];
            if (random.Next(4) == 0)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(start), edge);
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(start), edge);
            }
        }
    }

    // Half of all damage goes where tables lie: the first and last few kilobytes. The very first bytes name the format, and damage there tests one line only.
    private static int Place(byte[] bytes, Random random)
    {
        var near = Math.Min(bytes.Length, 8192);
        var at = random.Next(4) switch
        {
            0 => random.Next(near),
            1 => bytes.Length - 1 - random.Next(near),
            _ => random.Next(bytes.Length),
        };
        return at < 12 && random.Next(8) != 0 ? Math.Min(bytes.Length - 1, 12 + random.Next(64)) : at;
    }

    private static byte[] Change(byte[] bytes, Action<byte[]> change)
    {
        var copy = (byte[])bytes.Clone();
        change(copy);
        return copy;
    }
}

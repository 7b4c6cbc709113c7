namespace Framevet.Pipeline.Decode.Sieve;

/// <summary>What a decoder loses when it never gets a packet.</summary>
internal enum PictureNeed
{
    /// <summary>Later pictures may look back at it, or it holds something else that counts for them.</summary>
    Others,
    /// <summary>Nothing but its own picture.</summary>
    Itself,
    /// <summary>Decoding may begin here afresh: an IDR picture.</summary>
    Start,
    /// <summary>It cannot be told, or pictures are coded in a way that is not known to be told apart by packets.</summary>
    Unknown,
}

/// <summary>Tells the need of packets of one stream from the headers of their units. ITU-T H.264 (7.4.1) and H.265 (7.4.2.2).</summary>
internal abstract class PictureNeeds
{
    /// <summary>SEI payload of film grain, which may count for later pictures too (H.264 D.1, H.265 D.2.1).</summary>
    private const int FilmGrain = 19;

    /// <summary>The need of one packet.</summary>
    public abstract PictureNeed Of(ReadOnlySpan<byte> packet);

    /// <summary>
    /// For a stream of this codec whose decoder configuration stands in <paramref name="header"/>, the beginning of an MP4 file; null when packets cannot be told apart: another codec, lengths of another
    /// size, pictures coded as fields.
    /// </summary>
    public static PictureNeeds? For(string codec, ReadOnlySpan<byte> header)
    {
        var name = codec switch { "h264" => "avcC"u8, "hevc" => "hvcC"u8, _ => default };
        return name.IsEmpty || header.IndexOf(name) is not (var at and >= 0) ? null
            : codec == "h264" ? AvcNeeds.From(header[(at + name.Length)..]) : HevcNeeds.From(header[(at + name.Length)..]);
    }

    /// <summary>Whether a unit of supplemental information, its payload beginning at <paramref name="at"/>, counts for its own picture only.</summary>
    protected static bool IsPassing(ReadOnlySpan<byte> unit, int at)
    {
        var bits = new BitReader(unit[at..]);
        while (bits.Left > 16)
        {
            var (type, size) = (Sum(ref bits), Sum(ref bits));
            if (type == FilmGrain || size > bits.Left / 8)
            {
                return false;
            }

            bits.Skip(8 * size);
        }

        return true;
    }

    private static int Sum(ref BitReader bits)
    {
        var (sum, part) = (0, 0xFF);
        while (part == 0xFF && bits.Left >= 8)
        {
            part = (int)bits.Bits(8);
            sum += part;
        }

        return sum;
    }
}

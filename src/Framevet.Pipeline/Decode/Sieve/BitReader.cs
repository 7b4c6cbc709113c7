namespace Framevet.Pipeline.Decode.Sieve;

/// <summary>Bits of a unit without its emulation prevention bytes (H.264 7.4.1, H.265 7.4.2). Behind the end there are zeros.</summary>
internal ref struct BitReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    public BitReader(ReadOnlySpan<byte> unit)
    {
        var plain = new byte[unit.Length];
        var (count, zeros) = (0, 0);
        foreach (var value in unit)
        {
            if (zeros >= 2 && value == 3)
            {
                zeros = 0;
                continue;
            }

            zeros = value == 0 ? zeros + 1 : 0;
            plain[count++] = value;
        }

        _bytes = plain.AsSpan(0, count);
    }

    /// <summary>Bits that are left.</summary>
    public readonly int Left => (8 * _bytes.Length) - _at;

    /// <summary>Up to 32 bits, the highest first.</summary>
    public uint Bits(int count)
    {
        var value = 0u;
        for (; count > 0; count--, _at++)
        {
            value = (value << 1) | (_at < 8 * _bytes.Length ? (uint)(_bytes[_at >> 3] >> (7 - (_at & 7))) & 1 : 0);
        }

        return value;
    }

    /// <summary>Exp-Golomb code ue(v).</summary>
    public uint Number()
    {
        var zeros = 0;
        while (zeros < 31 && Left > 0 && Bits(1) == 0)
        {
            zeros++;
        }

        return (1u << zeros) - 1 + Bits(zeros);
    }

    /// <summary>Exp-Golomb code se(v).</summary>
    public int Signed() => Number() is var code && (code & 1) == 1 ? (int)((code + 1) / 2) : -(int)(code / 2);

    /// <summary>Passes over bits.</summary>
    public void Skip(int count) => _at += count;
}

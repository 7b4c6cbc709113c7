using System.Globalization;
using System.Numerics;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>256 bits of a PDQ hash. Text: 64 lower-case hex digits, the bits of the highest frequency first, as other tools write it.</summary>
public readonly record struct PdqHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Bits in a hash.</summary>
    public const int Bits = 256;

    /// <summary>Bits that differ, 0..256.</summary>
    public int DistanceTo(in PdqHash other) =>
        BitOperations.PopCount(A ^ other.A) + BitOperations.PopCount(B ^ other.B) + BitOperations.PopCount(C ^ other.C) + BitOperations.PopCount(D ^ other.D);

    /// <summary>Reads 64 hex digits.</summary>
    public static bool TryParse(string? text, out PdqHash hash)
    {
        hash = default;
        if (text is not { Length: 64 } || !Part(0, out var d) || !Part(16, out var c) || !Part(32, out var b) || !Part(48, out var a))
        {
            return false;
        }

        hash = new PdqHash(a, b, c, d);
        return true;

        bool Part(int at, out ulong value) => ulong.TryParse(text.AsSpan(at, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>64 hex digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{D:x16}{C:x16}{B:x16}{A:x16}");
}

/// <summary>A hash and how much it says: <paramref name="Quality"/> 0 (flat picture) .. 100; only above 49 it is fit for comparison.</summary>
public readonly record struct PdqPicture(PdqHash Hash, int Quality);

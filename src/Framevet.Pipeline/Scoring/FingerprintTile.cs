using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// 256 fingerprints turned by a quarter: one vector holds one bit of all of them, so a fingerprint is compared with all at once by adding bits with full
/// adders (carry-save addition, as in W. Muła, N. Kurz and D. Lemire, The Computer Journal 61, 2018). The first step is a table: for each three bits and each of
/// their eight values, how many of the three differ.
/// </summary>
internal sealed class FingerprintTile
{
    /// <summary>Fingerprints of a tile.</summary>
    public const int Size = 256;

    // Bits of a distance 0..65, the last of which stands for none.
    private const int DistanceBits = 7;

    private const int Groups = 22;
    private const int Values = 8;
    private const int Words = Size / 64;

    private readonly Vector256<ulong>[] _table = new Vector256<ulong>[Groups * Values * 2];
    private readonly ulong[] _planes = new ulong[64 * Words];
    private readonly ulong[] _limits = new ulong[DistanceBits * Words];

    /// <summary>Takes in <see cref="Size"/> fingerprints and, for each, the distance that another one must be below.</summary>
    public void Fill(ReadOnlySpan<ulong> prints, ReadOnlySpan<int> limits)
    {
        Array.Clear(_planes);
        for (var i = 0; i < Size; i++)
        {
            for (var bit = 0; bit < 64; bit++)
            {
                _planes[(bit * Words) + (i / 64)] |= ((prints[i] >> bit) & 1) << (i % 64);
            }

            Limit(i, limits[i]);
        }

        for (var entry = 0; entry < Groups * Values; entry++)
        {
            var (group, value) = (entry / Values, entry % Values);
            (_table[2 * entry], _table[(2 * entry) + 1]) = Sum(Differing(3 * group, value), Differing((3 * group) + 1, value >> 1), Differing((3 * group) + 2, value >> 2));
        }
    }

    /// <summary>Sets the distance that another fingerprint must be below to matter to the one at <paramref name="lane"/>.</summary>
    public void Limit(int lane, int distance)
    {
        for (var bit = 0; bit < DistanceBits; bit++)
        {
            ref var word = ref _limits[(bit * Words) + (lane / 64)];
            word = (word & ~(1UL << (lane % 64))) | ((ulong)((distance >> bit) & 1) << (lane % 64));
        }
    }

    /// <summary>One bit per fingerprint of the tile: set where the distance to <paramref name="print"/> is below <paramref name="limit"/> or the fingerprint's own one.</summary>
    public Vector256<ulong> Near(ulong print, int limit)
    {
        ref var table = ref _table[0];
        var (ones, twos, fours, eights, sixteens, many) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero);
        Vector256<ulong> a, b, c, d, e, f;
        Four(ref table, print, ref ones, ref twos, out a, out b, out c);
        Four(ref Unsafe.Add(ref table, 8 * Values), print >> 12, ref ones, ref twos, out d, out e, out f);
        (fours, a) = Sum(fours, a, b);
        (fours, c) = Sum(fours, c, d);
        (fours, e) = Sum(fours, e, f);
        (eights, a) = Sum(eights, a, c);
        var (later, sixteenth) = (e, a);
        Four(ref Unsafe.Add(ref table, 16 * Values), print >> 24, ref ones, ref twos, out a, out b, out c);
        Four(ref Unsafe.Add(ref table, 24 * Values), print >> 36, ref ones, ref twos, out d, out e, out f);
        (fours, a) = Sum(fours, a, b);
        (fours, c) = Sum(fours, c, d);
        (fours, e) = Sum(fours, e, f);
        (eights, a) = Sum(eights, a, c);
        (eights, e) = Sum(eights, e, later);
        (sixteens, later) = Sum(sixteens, a, sixteenth);
        sixteenth = e;
        Four(ref Unsafe.Add(ref table, 32 * Values), print >> 48, ref ones, ref twos, out a, out b, out c);
        ref var last = ref Unsafe.Add(ref table, (40 * Values) + (nint)(2 * ((print >> 60) & 7)));
        (ones, d) = Sum(ones, last, Unsafe.Add(ref table, (42 * Values) + (nint)(2 * (print >> 63))));
        (twos, d) = Sum(twos, d, Unsafe.Add(ref last, 1));
        (fours, a) = Sum(fours, a, b);
        (fours, c) = Sum(fours, c, d);
        (eights, a) = Sum(eights, a, c);
        (sixteens, a) = Sum(sixteens, a, sixteenth);
        many = later & a;
        later ^= a;

        ref var own = ref Unsafe.As<ulong, Vector256<ulong>>(ref _limits[0]);
        var near = Below(ones, own, Vector256<ulong>.Zero);
        near = Below(twos, Unsafe.Add(ref own, 1), near);
        near = Below(fours, Unsafe.Add(ref own, 2), near);
        near = Below(eights, Unsafe.Add(ref own, 3), near);
        near = Below(sixteens, Unsafe.Add(ref own, 4), near);
        near = Below(later, Unsafe.Add(ref own, 5), near);
        near = Below(many, Unsafe.Add(ref own, 6), near);

        var wanted = Below(ones, All(limit), Vector256<ulong>.Zero);
        wanted = Below(twos, All(limit >> 1), wanted);
        wanted = Below(fours, All(limit >> 2), wanted);
        wanted = Below(eights, All(limit >> 3), wanted);
        wanted = Below(sixteens, All(limit >> 4), wanted);
        wanted = Below(later, All(limit >> 5), wanted);
        return near | Below(many, All(limit >> 6), wanted);
    }

    private Vector256<ulong> Differing(int bit, int value) =>
        bit < 64 ? Vector256.Create(_planes, bit * Words) ^ All(value) : Vector256<ulong>.Zero;

    // Twelve bits: adds to ones and twos, and leaves three numbers of fours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(
        ref Vector256<ulong> table, ulong print, ref Vector256<ulong> ones, ref Vector256<ulong> twos, out Vector256<ulong> first, out Vector256<ulong> second, out Vector256<ulong> third)
    {
        ref var a = ref Unsafe.Add(ref table, (nint)(2 * (print & 7)));
        ref var b = ref Unsafe.Add(ref table, (2 * Values) + (nint)(2 * ((print >> 3) & 7)));
        ref var c = ref Unsafe.Add(ref table, (4 * Values) + (nint)(2 * ((print >> 6) & 7)));
        ref var d = ref Unsafe.Add(ref table, (6 * Values) + (nint)(2 * ((print >> 9) & 7)));
        (ones, var carry) = Sum(ones, a, b);
        (ones, var other) = Sum(ones, c, d);
        (twos, first) = Sum(twos, carry, Unsafe.Add(ref a, 1));
        (twos, second) = Sum(twos, other, Unsafe.Add(ref b, 1));
        (twos, third) = Sum(twos, Unsafe.Add(ref c, 1), Unsafe.Add(ref d, 1));
    }

    // Full adder: the sum, and what is carried to the next bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<ulong> Sum, Vector256<ulong> Carry) Sum(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
        Avx512F.VL.IsSupported
            ? (Avx512F.VL.TernaryLogic(a, b, c, 0x96), Avx512F.VL.TernaryLogic(a, b, c, 0xE8))
            : (a ^ b ^ c, (a & b) | ((a | b) & c));

    // One step of comparing from the lowest bit up: the higher bit decides, and equal ones leave it to the lower ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Below(Vector256<ulong> bit, Vector256<ulong> limit, Vector256<ulong> lower) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.TernaryLogic(bit, limit, lower, 0x8E) : (~bit & limit) | ((~bit | limit) & lower);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> All(int bit) => Vector256.Create(0UL - (ulong)(bit & 1));
}

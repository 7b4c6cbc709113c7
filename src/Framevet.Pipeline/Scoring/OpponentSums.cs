using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Sums of the two opponent colours and their squares, in whole numbers of 1/64 level, so that every form gives the same; a colour is at most 3/128 of a level
/// from the exact value.
/// </summary>
internal struct OpponentSums
{
    private const int Fraction = 6;
    private const int Unit = 1 << Fraction;
    private const int Top = 255 * Unit;

    // BT.601 in full range, times 64, for chroma that is shifted up by 7 and a product of which the upper part is kept, rounded: (c << 7) f >> 15 = c f / 256.
    private const int Shift = 7;
    private const short RedOfCr = (short)((1.402 * Unit * 256) + 0.5);
    private const short GreenOfCb = (short)((0.344136 * Unit * 256) + 0.5);
    private const short GreenOfCr = (short)((0.714136 * Unit * 256) + 0.5);
    private const short BlueOfCb = (short)((1.772 * Unit * 256) + 0.5);

    // Two squares of at most 16320, twice a step: an unsigned 32-bit lane holds four steps.
    private const int StepsPerLane = 4;

    private long _rg;
    private long _yb;
    private ulong _squares;

    /// <summary>Adds a row of chroma samples with the two rows of luma that they belong to (twice the same at an odd end).</summary>
    public void AddRow(ReadOnlySpan<byte> above, ReadOnlySpan<byte> below, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr) =>
        AddPlain(above, below, cb, cr, AddVectors(above, below, cb, cr));

    /// <summary>One sample after the other from <paramref name="x"/> on: what the vectors are tested against.</summary>
    public void AddPlain(ReadOnlySpan<byte> above, ReadOnlySpan<byte> below, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, int x)
    {
        for (; x < cb.Length; x++)
        {
            var right = Math.Min((2 * x) + 1, above.Length - 1);
            Add(above[2 * x] + above[right] + below[2 * x] + below[right], cb[x], cr[x]);
        }
    }

    /// <summary>One chroma sample with the sum of the four luma pixels that share it.</summary>
    private void Add(int luma, int cb, int cr)
    {
        var level = luma * (Unit / 4);
        var (b, r) = ((cb - 128) << Shift, (cr - 128) << Shift);
        var red = Math.Clamp(level + Product(r, RedOfCr), 0, Top);
        var green = Math.Clamp(level - Product(b, GreenOfCb) - Product(r, GreenOfCr), 0, Top);
        var blue = Math.Clamp(level + Product(b, BlueOfCb), 0, Top);
        var (rg, yb) = (red - green, ((red + green + 1) >> 1) - blue);
        _rg += rg;
        _yb += yb;
        _squares += (ulong)((rg * rg) + (yb * yb));
    }

    /// <summary>Sixteen chroma samples a step; returns the first that is left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddVectors(ReadOnlySpan<byte> above, ReadOnlySpan<byte> below, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr)
    {
        if (!Avx2.IsSupported)
        {
            return 0;
        }

        ref var top = ref MemoryMarshal.GetReference(above);
        ref var bottom = ref MemoryMarshal.GetReference(below);
        ref var blues = ref MemoryMarshal.GetReference(cb);
        ref var reds = ref MemoryMarshal.GetReference(cr);
        var (rgs, ybs, squares) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<ulong>.Zero);
        var ones = Vector256<short>.One;
        var last = Math.Min(cb.Length, above.Length / 2) - Vector256<short>.Count;
        var x = 0;
        while (x <= last)
        {
            var lanes = Vector256<int>.Zero;
            for (var step = 0; step < StepsPerLane && x <= last; step++, x += Vector256<short>.Count)
            {
                var level = (Pairs(ref top, x) + Pairs(ref bottom, x)) << (Fraction - 2);
                var (b, r) = (Signed(ref blues, x), Signed(ref reds, x));
                var red = Clip(level + Avx2.MultiplyHighRoundScale(r, Vector256.Create(RedOfCr)));
                var green = Clip(level - Avx2.MultiplyHighRoundScale(b, Vector256.Create(GreenOfCb)) - Avx2.MultiplyHighRoundScale(r, Vector256.Create(GreenOfCr)));
                var blue = Clip(level + Avx2.MultiplyHighRoundScale(b, Vector256.Create(BlueOfCb)));
                var (rg, yb) = (red - green, Avx2.Average(red.AsUInt16(), green.AsUInt16()).AsInt16() - blue);
                rgs += Avx2.MultiplyAddAdjacent(rg, ones);
                ybs += Avx2.MultiplyAddAdjacent(yb, ones);
                lanes += Avx2.MultiplyAddAdjacent(rg, rg) + Avx2.MultiplyAddAdjacent(yb, yb);
            }

            var (low, high) = Vector256.Widen(lanes.AsUInt32());
            squares += low + high;
        }

        _rg += Vector256.Sum(rgs);
        _yb += Vector256.Sum(ybs);
        _squares += Vector256.Sum(squares);
        return x;
    }

    /// <summary>The score of so many chroma samples.</summary>
    public readonly double Colorfulness(int count)
    {
        var (rg, yb) = ((double)_rg / count / Unit, (double)_yb / count / Unit);
        var means = (rg * rg) + (yb * yb);
        return Math.Sqrt(Math.Max(0, ((double)_squares / count / Unit / Unit) - means)) + (0.3 * Math.Sqrt(means));
    }

    private static int Product(int chroma, short factor) => ((chroma * factor) + 0x4000) >> 15;

    private static Vector256<short> Pairs(ref byte luma, int x) => Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref luma, (nuint)(2 * x)), Vector256<sbyte>.One);

    private static Vector256<short> Clip(Vector256<short> value) => Vector256.Min(Vector256.Max(value, Vector256<short>.Zero), Vector256.Create((short)Top));

    private static Vector256<short> Signed(ref byte chroma, int x) =>
        (Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref chroma, (nuint)x)) - Vector256.Create((short)128)) << Shift;
}

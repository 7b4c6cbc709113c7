using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// Range and matrix of rows that keep their size, in whole numbers of 1/64 level: at most 1/32 level from the exact value before it is rounded. One per thread: it holds the
/// buffers of the work.
/// </summary>
internal sealed class NativeColors(int width, int chromaWidth)
{
    // Sums are in 1/64; products of 8.8 bits with 2.14 bits, of which the upper sixteen are kept, come out so.
    private const int Fraction = 6;
    private const int Half = 1 << (Fraction - 1);

    private readonly short[] _shift = new short[width + (2 * Vector256<short>.Count)];
    private readonly int _width = width;
    private readonly int _chromaWidth = chromaWidth;

    /// <summary>What chroma adds to the luma of the two rows beside it: A (Cb - 128) + B (Cr - 128) - Black Gain, once per pixel.</summary>
    public void Spread(ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, ColorShift shift)
    {
        var (a, b) = (Factor(shift.A), Factor(shift.B));
        var still = (short)Math.Round((-shift.Black * shift.Gain * (1 << Fraction)) + Half);
        var x = 0;
        if (Avx2.IsSupported)
        {
            x = SpreadVectors(cb, cr, a, b, still);
        }

        for (; x < _chromaWidth; x++)
        {
            var value = (short)(High((cb[x] - 128) << 8, a) + High((cr[x] - 128) << 8, b) + still);
            _shift[2 * x] = value;
            _shift[(2 * x) + 1] = value;
        }
    }

    /// <summary>Luma of a row: Gain Y + what <see cref="Spread"/> found.</summary>
    public void Luma(ReadOnlySpan<byte> source, float gain, Span<byte> target)
    {
        var factor = (ushort)Math.Round(gain * (1 << 14));
        var x = Avx2.IsSupported ? LumaVectors(source, factor, target) : 0;
        for (; x < _width; x++)
        {
            target[x] = (byte)Math.Clamp(((((source[x] << 8) * factor) >> 16) + _shift[x]) >> Fraction, 0, 255);
        }
    }

    /// <summary>One chroma plane's row: 128 + p (Cb - 128) + q (Cr - 128).</summary>
    public void Chroma(ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, float p, float q, Span<byte> target)
    {
        var (a, b) = (Factor(p), Factor(q));
        const short Middle = (128 << Fraction) + Half;
        var x = Avx2.IsSupported ? ChromaVectors(cb, cr, a, b, Middle, target) : 0;
        for (; x < _chromaWidth; x++)
        {
            target[x] = (byte)Math.Clamp((High((cb[x] - 128) << 8, a) + High((cr[x] - 128) << 8, b) + Middle) >> Fraction, 0, 255);
        }
    }

    private static short Factor(float value) => (short)Math.Round(value * (1 << 14));

    private static int High(int value, short factor) => (value * factor) >> 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SpreadVectors(ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, short a, short b, short still)
    {
        ref var blue = ref MemoryMarshal.GetReference(cb);
        ref var red = ref MemoryMarshal.GetReference(cr);
        ref var to = ref MemoryMarshal.GetArrayDataReference(_shift);
        var x = 0;
        for (; x <= _chromaWidth - Vector256<short>.Count; x += Vector256<short>.Count)
        {
            var sum = (Mixed(ref blue, ref red, x, a, b) + Vector256.Create(still)).AsUInt16();
            var (low, high) = Vector256.Widen(sum);
            (low | (low << 16)).AsInt16().StoreUnsafe(ref to, (nuint)(2 * x));
            (high | (high << 16)).AsInt16().StoreUnsafe(ref to, (nuint)((2 * x) + Vector256<short>.Count));
        }

        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int LumaVectors(ReadOnlySpan<byte> source, ushort factor, Span<byte> target)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var add = ref MemoryMarshal.GetArrayDataReference(_shift);
        ref var to = ref MemoryMarshal.GetReference(target);
        var gain = Vector256.Create(factor);
        var x = 0;
        for (; x <= _width - Vector256<byte>.Count; x += Vector256<byte>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)x));
            var a = Avx2.MultiplyHigh(low << 8, gain).AsInt16() + Vector256.LoadUnsafe(ref add, (nuint)x);
            var b = Avx2.MultiplyHigh(high << 8, gain).AsInt16() + Vector256.LoadUnsafe(ref add, (nuint)(x + Vector256<short>.Count));
            Bytes(a, b).StoreUnsafe(ref to, (nuint)x);
        }

        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ChromaVectors(ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, short a, short b, short middle, Span<byte> target)
    {
        ref var blue = ref MemoryMarshal.GetReference(cb);
        ref var red = ref MemoryMarshal.GetReference(cr);
        ref var to = ref MemoryMarshal.GetReference(target);
        var still = Vector256.Create(middle);
        var x = 0;
        for (; x <= _chromaWidth - Vector256<byte>.Count; x += Vector256<byte>.Count)
        {
            var low = Mixed(ref blue, ref red, x, a, b) + still;
            var high = Mixed(ref blue, ref red, x + Vector256<short>.Count, a, b) + still;
            Bytes(low, high).StoreUnsafe(ref to, (nuint)x);
        }

        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Mixed(ref byte blue, ref byte red, int x, short a, short b)
    {
        var cb = (Vector256.WidenLower(Vector128.LoadUnsafe(ref blue, (nuint)x).ToVector256Unsafe()).AsInt16() - Vector256.Create((short)128)) << 8;
        var cr = (Vector256.WidenLower(Vector128.LoadUnsafe(ref red, (nuint)x).ToVector256Unsafe()).AsInt16() - Vector256.Create((short)128)) << 8;
        return Avx2.MultiplyHigh(cb, Vector256.Create(a)) + Avx2.MultiplyHigh(cr, Vector256.Create(b));
    }

    // Packing keeps to the halves of the vectors, so the quarters have to be put in order again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Bytes(Vector256<short> low, Vector256<short> high) =>
        Avx2.Permute4x64(Avx2.PackUnsignedSaturate(low >> Fraction, high >> Fraction).AsUInt64(), 0b11_01_10_00).AsByte();
}

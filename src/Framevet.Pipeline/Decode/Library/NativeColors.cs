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
    private const short Middle = (128 << Fraction) + Half;

    private readonly short[] _shift = new short[width + (2 * Vector256<short>.Count)];
    private readonly int _width = width;
    private readonly int _chromaWidth = chromaWidth;

    /// <summary>
    /// A row of both chroma planes: Cb' = 128 + C (Cb - 128) + D (Cr - 128), Cr' likewise with E and F, and what chroma adds to the luma of the two rows beside it:
    /// A (Cb - 128) + B (Cr - 128) - Black Gain, once per pixel.
    /// </summary>
    public void Chroma(ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, ColorShift shift, Span<byte> blues, Span<byte> reds)
    {
        var of = new Factors(shift);
        var x = Avx2.IsSupported ? ChromaVectors(cb, cr, of, blues, reds) : 0;
        for (; x < _chromaWidth; x++)
        {
            var (blue, red) = ((cb[x] - 128) << 8, (cr[x] - 128) << 8);
            blues[x] = (byte)Math.Clamp((High(blue, of.C) + High(red, of.D) + Middle) >> Fraction, 0, 255);
            reds[x] = (byte)Math.Clamp((High(blue, of.E) + High(red, of.F) + Middle) >> Fraction, 0, 255);
            var value = (short)(High(blue, of.A) + High(red, of.B) + of.Still);
            _shift[2 * x] = value;
            _shift[(2 * x) + 1] = value;
        }
    }

    /// <summary>Luma of a row: Gain Y + what <see cref="Chroma"/> found.</summary>
    public void Luma(ReadOnlySpan<byte> source, float gain, Span<byte> target)
    {
        var factor = (ushort)Math.Round(gain * (1 << 14));
        var x = Avx2.IsSupported ? LumaVectors(source, factor, target) : 0;
        for (; x < _width; x++)
        {
            target[x] = (byte)Math.Clamp(((((source[x] << 8) * factor) >> 16) + _shift[x]) >> Fraction, 0, 255);
        }
    }

    private static int High(int value, short factor) => (value * factor) >> 16;

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
    private int ChromaVectors(ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, Factors of, Span<byte> blues, Span<byte> reds)
    {
        ref var blue = ref MemoryMarshal.GetReference(cb);
        ref var red = ref MemoryMarshal.GetReference(cr);
        ref var toBlue = ref MemoryMarshal.GetReference(blues);
        ref var toRed = ref MemoryMarshal.GetReference(reds);
        ref var toShift = ref MemoryMarshal.GetArrayDataReference(_shift);
        var (a, b, still) = (Vector256.Create(of.A), Vector256.Create(of.B), Vector256.Create(of.Still));
        var (c, d, e, f) = (Vector256.Create(of.C), Vector256.Create(of.D), Vector256.Create(of.E), Vector256.Create(of.F));
        var middle = Vector256.Create(Middle);
        var x = 0;
        for (; x <= _chromaWidth - Vector256<byte>.Count; x += Vector256<byte>.Count)
        {
            var (b0, b1) = Centred(Vector256.LoadUnsafe(ref blue, (nuint)x));
            var (r0, r1) = Centred(Vector256.LoadUnsafe(ref red, (nuint)x));
            Bytes(Mixed(b0, r0, c, d) + middle, Mixed(b1, r1, c, d) + middle).StoreUnsafe(ref toBlue, (nuint)x);
            Bytes(Mixed(b0, r0, e, f) + middle, Mixed(b1, r1, e, f) + middle).StoreUnsafe(ref toRed, (nuint)x);
            Twice(Mixed(b0, r0, a, b) + still, ref Unsafe.Add(ref toShift, 2 * x));
            Twice(Mixed(b1, r1, a, b) + still, ref Unsafe.Add(ref toShift, (2 * x) + Vector256<byte>.Count));
        }

        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<short> Low, Vector256<short> High) Centred(Vector256<byte> chroma)
    {
        var (low, high) = Vector256.Widen(chroma);
        var middle = Vector256.Create((short)128);
        return ((low.AsInt16() - middle) << 8, (high.AsInt16() - middle) << 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Mixed(Vector256<short> cb, Vector256<short> cr, Vector256<short> p, Vector256<short> q) => Avx2.MultiplyHigh(cb, p) + Avx2.MultiplyHigh(cr, q);

    // Each value for two pixels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Twice(Vector256<short> values, ref short to)
    {
        var (low, high) = Vector256.Widen(values.AsUInt16());
        (low | (low << 16)).AsInt16().StoreUnsafe(ref to);
        (high | (high << 16)).AsInt16().StoreUnsafe(ref to, (nuint)Vector256<short>.Count);
    }

    // Packing keeps to the halves of the vectors, so the quarters have to be put in order again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Bytes(Vector256<short> low, Vector256<short> high) =>
        Avx2.Permute4x64(Avx2.PackUnsignedSaturate(low >> Fraction, high >> Fraction).AsUInt64(), 0b11_01_10_00).AsByte();

    /// <summary>The factors of a change of colours in 2.14 bits, and what luma moves by in any case in 1/64.</summary>
    private readonly struct Factors(ColorShift shift)
    {
        public readonly short A = Of(shift.A);
        public readonly short B = Of(shift.B);
        public readonly short C = Of(shift.C);
        public readonly short D = Of(shift.D);
        public readonly short E = Of(shift.E);
        public readonly short F = Of(shift.F);
        public readonly short Still = (short)Math.Round((-shift.Black * shift.Gain * (1 << Fraction)) + Half);

        private static short Of(float value) => (short)Math.Round(value * (1 << 14));
    }
}

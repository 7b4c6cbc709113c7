using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// The histogram of large planes: counts pairs of neighbours in tables of 65536, half as many steps as one per pixel, and takes them apart at the end. Pays above some hundred
/// thousand pixels, where clearing and joining the tables no longer counts. One per thread.
/// </summary>
internal sealed class PairHistogram
{
    /// <summary>Pixels from which on it is the faster way.</summary>
    public const int Least = 500_000;

    private const int Pairs = Histogram.Levels * Histogram.Levels;

    [ThreadStatic]
    private static PairHistogram? _own;

    // Two tables in turn: equal pairs often follow each other, and adding to the same counter again must wait for the last sum.
    private readonly int[] _tables = new int[2 * Pairs];

    // Blocks of one level, as in black bars and fades, which would wait for one counter all the time.
    private readonly int[] _flat = new int[Histogram.Levels];

    /// <summary>The calling thread's, empty.</summary>
    public static PairHistogram Rent()
    {
        var own = _own ??= new PairHistogram();
        Array.Clear(own._tables);
        Array.Clear(own._flat);
        return own;
    }

    /// <summary>Adds pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> pixels)
    {
        ref var pixel = ref MemoryMarshal.GetReference(pixels);
        ref var first = ref MemoryMarshal.GetArrayDataReference(_tables);
        ref var second = ref Unsafe.Add(ref first, Pairs);
        nint i = 0;
        for (; i <= pixels.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
        {
            ref var block = ref Unsafe.Add(ref pixel, i);
            if (Vector512.EqualsAll(Vector512.LoadUnsafe(ref block), Vector512.Create(block)))
            {
                _flat[block] += Vector512<byte>.Count;
                continue;
            }

            // An index is two bytes, so it cannot leave the table.
            ref var pair = ref Unsafe.As<byte, ushort>(ref block);
            for (nint p = 0; p < Vector512<byte>.Count / 2; p += 4)
            {
                Unsafe.Add(ref first, (nint)Unsafe.Add(ref pair, p))++;
                Unsafe.Add(ref second, (nint)Unsafe.Add(ref pair, p + 1))++;
                Unsafe.Add(ref first, (nint)Unsafe.Add(ref pair, p + 2))++;
                Unsafe.Add(ref second, (nint)Unsafe.Add(ref pair, p + 3))++;
            }
        }

        Histogram.AddPlain(pixels[(int)i..], _flat);
    }

    /// <summary>Writes the counts of all pixels to <paramref name="counts"/> [256].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Join(Span<int> counts)
    {
        _flat.CopyTo(counts);
        ref var tables = ref MemoryMarshal.GetArrayDataReference(_tables);
        var width = Vector256<int>.Count;
        for (var left = 0; left < Histogram.Levels; left += 4 * width)
        {
            var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
            for (var row = 0; row < Histogram.Levels; row++)
            {
                ref var from = ref Unsafe.Add(ref tables, (row * Histogram.Levels) + left);
                var (w, x) = (Both(ref from, 0), Both(ref from, width));
                var (y, z) = (Both(ref from, 2 * width), Both(ref from, 3 * width));
                (a, b, c, d) = (a + w, b + x, c + y, d + z);
                counts[row] += Vector256.Sum((w + x) + (y + z));
            }

            Add(counts, left, a);
            Add(counts, left + width, b);
            Add(counts, left + (2 * width), c);
            Add(counts, left + (3 * width), d);
        }
    }

    private static Vector256<int> Both(ref int from, int x) => Vector256.LoadUnsafe(ref from, (nuint)x) + Vector256.LoadUnsafe(ref from, (nuint)(x + Pairs));

    private static void Add(Span<int> counts, int at, Vector256<int> more)
    {
        ref var to = ref MemoryMarshal.GetReference(counts);
        (Vector256.LoadUnsafe(ref to, (nuint)at) + more).StoreUnsafe(ref to, (nuint)at);
    }
}

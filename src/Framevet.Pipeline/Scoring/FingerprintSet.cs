using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// A growing list of fingerprints that finds the nearest one exactly. Looks at all of them, eight a step: with 100,000 entries a search takes
/// some microseconds, and nothing depends on how they are spread. Not thread-safe.
/// </summary>
public sealed class FingerprintSet
{
    // Entries between two looks at the smallest distance so far.
    private const int Block = 256;

    private ulong[] _prints = new ulong[Block];

    /// <summary>Number of fingerprints.</summary>
    public int Count { get; private set; }

    /// <summary>The fingerprint at a position.</summary>
    public ulong this[int position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Count, nameof(position));
            return _prints[position];
        }
    }

    /// <summary>Appends a fingerprint; its position is the count before.</summary>
    public void Add(ulong fingerprint)
    {
        if (Count == _prints.Length)
        {
            Array.Resize(ref _prints, 2 * Count);
        }

        _prints[Count++] = fingerprint;
    }

    /// <summary>Replaces the fingerprint at a position.</summary>
    public void Replace(int position, ulong fingerprint)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Count, nameof(position));
        _prints[position] = fingerprint;
    }

    /// <summary>
    /// The nearest fingerprint within <paramref name="maxDistance"/> (0..64), the earliest one of equals; null when none is as near.
    /// </summary>
    public NearestFingerprint? Nearest(ulong fingerprint, int maxDistance) => Nearest(fingerprint, maxDistance, 0, Count);

    /// <summary>The same among the positions <paramref name="from"/> up to, but without, <paramref name="to"/>.</summary>
    public NearestFingerprint? Nearest(ulong fingerprint, int maxDistance, int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, Count);
        var limit = Math.Min(64, maxDistance) + 1;
        NearestFingerprint? found = null;
        for (var start = from; start < to && limit > 0; start += Block)
        {
            var block = _prints.AsSpan(start, Math.Min(Block, to - start));
            if (Smallest(block, fingerprint) >= limit)
            {
                continue;
            }

            for (var i = 0; i < block.Length; i++)
            {
                var distance = Fingerprint.Distance(block[i], fingerprint);
                if (distance < limit)
                {
                    limit = distance;
                    found = new NearestFingerprint(start + i, distance);
                }
            }
        }

        return found;
    }

    /// <summary>
    /// For each fingerprint the nearest other one, the earliest of equals; null when there is no other. Exact, with each pair compared once: 100,000 take
    /// less than a second of one core.
    /// </summary>
    public IReadOnlyList<NearestFingerprint?> NearestOfAll(CancellationToken ct) => FingerprintPairs.Nearest(_prints.AsSpan(0, Count), ct);

    private static int Smallest(ReadOnlySpan<ulong> block, ulong fingerprint) =>
        Avx512BW.IsSupported && block.Length == Block ? SmallestWide(block, fingerprint) : SmallestPlain(block, fingerprint);

    internal static int SmallestPlain(ReadOnlySpan<ulong> block, ulong fingerprint)
    {
        var smallest = 64;
        foreach (var print in block)
        {
            smallest = Math.Min(smallest, BitOperations.PopCount(print ^ fingerprint));
        }

        return smallest;
    }

    // Bits of each byte by two look-ups of four bits (W. Muła, N. Kurz and D. Lemire, The Computer Journal 61, 2018), summed over eight bytes.
    // There is an instruction that counts, but .NET 10 has no name for it.
    internal static int SmallestWide(ReadOnlySpan<ulong> block, ulong fingerprint)
    {
        ref var start = ref MemoryMarshal.GetReference(block);
        var wanted = Vector512.Create(fingerprint);
        var nibble = Vector512.Create((byte)15);
        var bits = Vector512.Create(Vector256.Create(Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4)));
        var smallest = Vector512.Create(64UL);
        for (var i = 0; i <= block.Length - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
        {
            var difference = (Vector512.LoadUnsafe(ref Unsafe.Add(ref start, i)) ^ wanted).AsByte();
            var low = Avx512BW.Shuffle(bits, difference & nibble);
            var high = Avx512BW.Shuffle(bits, (difference.AsUInt16() >>> 4).AsByte() & nibble);
            smallest = Vector512.Min(smallest, Avx512BW.SumAbsoluteDifferences(low + high, Vector512<byte>.Zero).AsUInt64());
        }

        ulong least = 64;
        for (var lane = 0; lane < Vector512<ulong>.Count; lane++)
        {
            least = Math.Min(least, smallest[lane]);
        }

        return (int)least;
    }
}

/// <summary>Where the nearest fingerprint is, and how many of the 64 bits differ.</summary>
public readonly record struct NearestFingerprint(int Position, int Distance);

using System.Numerics;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// For each fingerprint the nearest other one, the earliest of equals: each pair is compared once, for both sides. Everything goes by rising position, so a
/// later one counts only when it is truly nearer.
/// </summary>
internal static class FingerprintPairs
{
    private const int None = 65;

    /// <summary>One answer per fingerprint; null for a single one.</summary>
    public static NearestFingerprint?[] Nearest(ReadOnlySpan<ulong> prints, CancellationToken ct)
    {
        var (at, distances) = (new int[prints.Length], new int[prints.Length]);
        Array.Fill(distances, None);
        var tile = new FingerprintTile();
        for (var start = 0; start < prints.Length; start += FingerprintTile.Size)
        {
            ct.ThrowIfCancellationRequested();
            var end = Math.Min(prints.Length, start + FingerprintTile.Size);
            Within(prints, start, end, at, distances);
            if (end < prints.Length)
            {
                tile.Fill(prints[start..end], distances.AsSpan(start, FingerprintTile.Size));
                Beyond(prints, start, tile, at, distances);
            }
        }

        var found = new NearestFingerprint?[prints.Length];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = distances[i] == None ? null : new NearestFingerprint(at[i], distances[i]);
        }

        return found;
    }

    private static void Within(ReadOnlySpan<ulong> prints, int start, int end, Span<int> at, Span<int> distances)
    {
        for (var i = start; i < end; i++)
        {
            for (var j = i + 1; j < end; j++)
            {
                var distance = Fingerprint.Distance(prints[i], prints[j]);
                Improve(i, j, distance, at, distances);
                Improve(j, i, distance, at, distances);
            }
        }
    }

    private static void Beyond(ReadOnlySpan<ulong> prints, int start, FingerprintTile tile, Span<int> at, Span<int> distances)
    {
        for (var i = start + FingerprintTile.Size; i < prints.Length; i++)
        {
            var near = tile.Near(prints[i], distances[i]);
            if (near == Vector256<ulong>.Zero)
            {
                continue;
            }

            for (var word = 0; word < Vector256<ulong>.Count; word++)
            {
                for (var bits = near[word]; bits != 0; bits &= bits - 1)
                {
                    var lane = (64 * word) + BitOperations.TrailingZeroCount(bits);
                    var distance = Fingerprint.Distance(prints[i], prints[start + lane]);
                    Improve(i, start + lane, distance, at, distances);
                    if (Improve(start + lane, i, distance, at, distances))
                    {
                        tile.Limit(lane, distance);
                    }
                }
            }
        }
    }

    private static bool Improve(int one, int other, int distance, Span<int> at, Span<int> distances)
    {
        if (distance >= distances[one])
        {
            return false;
        }

        (at[one], distances[one]) = (other, distance);
        return true;
    }
}

using System.Numerics;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Fingerprints kept so far, with an exact search for the nearest within a distance. Two fingerprints at most d bits apart differ by at most d / 4 bits in one of their
/// four quarters, so tables by quarter lead to all that matter (multi-index hashing, M. Norouzi et al., CVPR 2012); few or loosely compared ones are all looked at.
/// </summary>
internal sealed class KeptLooks(int maxDistance)
{
    private const int Quarters = 4;
    private const int Bits = 16;

    // Below so many a walk is quicker than the tables, which also take a megabyte.
    private const int Few = 512;

    // Beyond this many differing bits of a quarter there are more table entries to look at than fingerprints.
    private const int MaxRadius = 2;

    private readonly ushort[] _flips = [.. Enumerable.Range(0, 1 << Bits).Where(m => maxDistance / Quarters <= MaxRadius && BitOperations.PopCount((uint)m) <= maxDistance / Quarters).Select(m => (ushort)m)];
    private readonly FingerprintSet _looks = new();

    // Chains by quarter and its value: position + 1 of the last look added, and for each look the one before it.
    private readonly List<int> _before = [];
    private int[]? _last;

    /// <summary>Looks added so far.</summary>
    public int Count => _looks.Count;

    /// <summary>Adds a look; its position is the count before.</summary>
    public void Add(ulong look)
    {
        _looks.Add(look);
        if (_flips.Length == 0 || _looks.Count <= Few)
        {
            return;
        }

        if (_last is null)
        {
            _last = new int[Quarters << Bits];
        }

        // The first call also takes in those that were added while they were few.
        for (var position = _before.Count / Quarters; position < _looks.Count; position++)
        {
            for (var quarter = 0; quarter < Quarters; quarter++)
            {
                ref var last = ref _last[Cell(quarter, _looks[position])];
                _before.Add(last);
                last = position + 1;
            }
        }
    }

    /// <summary>Position and distance of the nearest look within the distance, of equally near ones the first added; null when there is none.</summary>
    public (int Position, int Distance)? Nearest(ulong look)
    {
        if (_last is null)
        {
            return _looks.Nearest(look, maxDistance) is var (position, distance) ? (position, distance) : null;
        }

        var best = (Position: -1, Distance: maxDistance + 1);
        foreach (var flip in _flips)
        {
            for (var quarter = 0; quarter < Quarters; quarter++)
            {
                best = Nearer(best, look, _last[Cell(quarter, look) ^ flip], quarter);
            }
        }

        return best.Position < 0 ? null : best;
    }

    private static int Cell(int quarter, ulong look) => (quarter << Bits) | (ushort)(look >> (quarter * Bits));

    private (int Position, int Distance) Nearer((int Position, int Distance) best, ulong look, int link, int quarter)
    {
        for (; link > 0; link = _before[((link - 1) * Quarters) + quarter])
        {
            var distance = Fingerprint.Distance(look, _looks[link - 1]);
            if (distance < best.Distance || (distance == best.Distance && link - 1 < best.Position))
            {
                best = (link - 1, distance);
            }
        }

        return best;
    }
}

using System.Numerics;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// The last <paramref name="size"/> looks by the time they were last seen. <paramref name="tolerance"/>: bits in which two hashes may differ and still be the
/// same look.
/// </summary>
internal sealed class LookWindow(int size, int tolerance)
{
    private readonly List<ulong> _looks = [];

    /// <summary>Whether the look is known; the nearest known one (of equal ones the older) then counts as just seen.</summary>
    public bool Renew(ulong look)
    {
        var (nearest, distance) = (-1, tolerance + 1);
        for (var i = 0; i < _looks.Count && distance > 0; i++)
        {
            var d = BitOperations.PopCount(_looks[i] ^ look);
            if (d < distance)
            {
                (nearest, distance) = (i, d);
            }
        }

        if (nearest < 0)
        {
            return false;
        }

        var known = _looks[nearest];
        _looks.RemoveAt(nearest);
        _looks.Add(known);
        return true;
    }

    /// <summary>Remembers a look; the one not seen for longest may have to go: it is returned.</summary>
    public ulong? Add(ulong look)
    {
        _looks.Add(look);
        if (_looks.Count <= size)
        {
            return null;
        }

        var oldest = _looks[0];
        _looks.RemoveAt(0);
        return oldest;
    }
}

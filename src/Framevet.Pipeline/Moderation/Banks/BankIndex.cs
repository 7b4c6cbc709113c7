using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>
/// The banks as they stood at one moment, for looking up. A file is found by its SHA-256, a picture by the nearest hash within <see cref="Pdq.MatchDistance"/>; pictures of poor quality
/// find nothing and are never found. All hashes are compared: a million take some milliseconds. Immutable.
/// </summary>
public sealed class BankIndex
{
    private readonly FrozenDictionary<string, BankEntry> _files;
    private readonly ImmutableArray<BankEntry> _pictures;
    private readonly PdqHash[] _hashes;

    /// <summary>An index of these entries; a file in both banks counts as denied.</summary>
    public BankIndex(ImmutableArray<BankEntry> entries)
    {
        _files = entries.Where(e => e.Sha256 is not null).GroupBy(e => e.Sha256!, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(e => e.Bank).ThenByDescending(e => e.At).First(), StringComparer.Ordinal);
        _pictures = [.. entries.Where(e => e is { Hash: not null, IsFit: true })];
        _hashes = [.. _pictures.Select(e => e.Hash!.Value)];
        Sizes = _pictures.GroupBy(e => e.Origin).ToFrozenDictionary(g => g.Key, g => g.Count());
    }

    /// <summary>Whether nothing can be found.</summary>
    public bool IsEmpty => _files.Count == 0 && _pictures.IsEmpty;

    /// <summary>Whether any picture can be found.</summary>
    public bool HasPictures => !_pictures.IsEmpty;

    /// <summary>Pictures of each decision.</summary>
    public FrozenDictionary<string, int> Sizes { get; }

    /// <summary>The decided file with these bytes, or null.</summary>
    public BankEntry? FindFile(string sha256) => _files.GetValueOrDefault(sha256);

    /// <summary>The nearest picture of each bank, null where none is near enough.</summary>
    public BankMatch Find(PdqPicture picture)
    {
        if (picture.Quality <= Pdq.PoorQuality)
        {
            return new BankMatch(null, null, PdqHash.Bits);
        }

        var (allow, block) = ((At: -1, Distance: Pdq.MatchDistance + 1), (At: -1, Distance: Pdq.MatchDistance + 1));
        for (var i = 0; i < _hashes.Length; i++)
        {
            var distance = picture.Hash.DistanceTo(in _hashes[i]);
            ref var best = ref _pictures[i].Bank == BankKind.Block ? ref block : ref allow;
            if (distance < best.Distance)
            {
                best = (i, distance);
            }
        }

        return new BankMatch(allow.At < 0 ? null : _pictures[allow.At], block.At < 0 ? null : _pictures[block.At], Math.Min(allow.Distance, block.Distance));
    }
}

/// <summary>What was found for a picture; <paramref name="Distance"/> of the nearest, beyond <see cref="Pdq.MatchDistance"/> when nothing was.</summary>
public sealed record BankMatch(BankEntry? Allowed, BankEntry? Denied, int Distance);

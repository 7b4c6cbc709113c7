using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>A piece of an upload.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">Its size where the request says so.</param>
/// <param name="Length">Length of the whole file, where it was left open until now.</param>
/// <param name="Checksum">What its bytes must add up to.</param>
public sealed record UploadPiece(long Offset, long? Bytes = null, long? Length = null, UploadChecksum? Checksum = null);

/// <summary>Checksum of a piece.</summary>
public sealed class UploadChecksum
{
    private readonly HashAlgorithmName _algorithm;
    private readonly byte[] _expected;

    private UploadChecksum(HashAlgorithmName algorithm, byte[] expected) => (_algorithm, _expected) = (algorithm, expected);

    /// <summary>Names of the algorithms, as clients write them.</summary>
    public static ImmutableArray<string> Algorithms { get; } = ["sha1", "sha256", "md5"];

    internal ReadOnlySpan<byte> Expected => _expected;

    /// <summary>Reads <c>sha1 BASE64</c>; null when the text is none, <paramref name="isKnown"/> false when the algorithm is none of ours.</summary>
    public static UploadChecksum? Parse(string text, out bool isKnown)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        isKnown = words.Length > 0 && Algorithms.Contains(words[0], StringComparer.Ordinal);
        if (!isKnown || words.Length != 2)
        {
            return null;
        }

        var buffer = new byte[64];
        var (name, size) = words[0] switch { "sha1" => (HashAlgorithmName.SHA1, 20), "sha256" => (HashAlgorithmName.SHA256, 32), _ => (HashAlgorithmName.MD5, 16) };
        return Convert.TryFromBase64String(words[1], buffer, out var count) && count == size ? new UploadChecksum(name, buffer[..count]) : null;
    }

    internal IncrementalHash Begin() => IncrementalHash.CreateHash(_algorithm);
}

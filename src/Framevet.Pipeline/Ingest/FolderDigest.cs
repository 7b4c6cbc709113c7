using System.Security.Cryptography;
using System.Text;

namespace Framevet.Pipeline.Ingest;

/// <summary>Size and fingerprint of a folder of pictures, for manifests: the same for the same names and contents, wherever the folder lies.</summary>
public static class FolderDigest
{
    /// <summary>Bytes of all pictures, and the SHA-256 (lower-case hex) over each name, a zero, the picture's own SHA-256 in hex and a line feed, in order of time.</summary>
    /// <exception cref="VettingException">As <see cref="FolderListing.Read"/>; SourceUnavailable when a picture cannot be read.</exception>
    public static async Task<(long Bytes, string Sha256)> OfAsync(SourceFile folder, FolderOrder order, CancellationToken ct)
    {
        var bytes = 0L;
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var picture in FolderListing.Read(folder, order).Pictures)
        {
            try
            {
                var stream = File.OpenRead(picture.Path!);
                await using var reading = stream.ConfigureAwait(false);
                bytes += stream.Length;
                all.AppendData(Encoding.UTF8.GetBytes($"{picture.Name}\0{Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct).ConfigureAwait(false))}\n"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new VettingException(FailureCode.SourceUnavailable, $"{folder.DisplayName}: {picture.Name} cannot be read: {e.Message}", null, e);
            }
        }

        return (bytes, Convert.ToHexStringLower(all.GetHashAndReset()));
    }
}

using System.Collections.Immutable;

namespace Framevet.Pipeline.Export;

/// <summary>A file that an export consists of. It lies at <paramref name="Path"/> until somebody moves it.</summary>
public sealed record ExportedPiece(string Name, string Path, long Bytes, uint Crc32);

/// <summary>Makes one result of many files: a zip on the disk, or, where the receiver streams it, the files themselves with the sums that the zip needs.</summary>
internal static class PiecePack
{
    /// <summary>
    /// Packs the named files of a folder. Where the request keeps pieces they stay where they are, and the result's size and hash are those of the zip that they will be streamed as; otherwise the zip is written
    /// to a new name in the request's folder.
    /// </summary>
    public static async Task<ExportedFile> PackAsync(ExportRequest request, string work, IEnumerable<string> names, string stem, DateTimeOffset at, int frames, CancellationToken ct)
    {
        var pieces = ImmutableArray.CreateBuilder<ExportedPiece>();
        foreach (var name in names)
        {
            var path = Path.Combine(work, name);
            var (crc, length) = await FileSums.CrcAsync(path, ct).ConfigureAwait(false);
            pieces.Add(new ExportedPiece(name.Replace('\\', '/'), path, length, crc));
        }

        var zip = new StoredZipStream([.. pieces.Select(p => new StoredEntry(p.Name, p.Bytes, p.Crc32, () => Open(p.Path)))], at);
        await using (zip.ConfigureAwait(false))
        {
            if (request.KeepsPieces)
            {
                return new ExportedFile(work, $"{stem}.zip", zip.Length, await FileSums.Sha256Async(zip, ct).ConfigureAwait(false), frames) { Pieces = pieces.ToImmutable(), PackedAt = at };
            }

            return await WriteAsync(request, zip, stem, frames, ct).ConfigureAwait(false);
        }
    }

    /// <summary>A file for reading, as archives read: once, from the front.</summary>
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static async Task<ExportedFile> WriteAsync(ExportRequest request, StoredZipStream zip, string stem, int frames, CancellationToken ct)
    {
        var half = Path.Combine(request.Folder, $".{Guid.NewGuid():N}.zip");
        try
        {
            var file = new FileStream(half, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                await zip.CopyToAsync(file, 1 << 18, ct).ConfigureAwait(false);
            }

            var hash = await StillSet.HashAsync(half, ct).ConfigureAwait(false);
            var path = StillSet.FreePath(request.Folder, stem, ".zip");
            File.Move(half, path);
            return new ExportedFile(path, Path.GetFileName(path), zip.Length, hash, frames);
        }
        finally
        {
            File.Delete(half);
        }
    }
}

namespace Framevet.Pipeline.Ingest;

/// <summary>Hands out the pictures of a listing as local files; those of an archive are unpacked one by one into a folder that goes away with this. Thread-safe.</summary>
internal sealed class FolderReader(FolderZip? zip) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private string? _folder;

    /// <summary>The picture as a file, named as its user knows it; valid until the lease is disposed.</summary>
    /// <exception cref="VettingException">UnsupportedMedia, SourceUnavailable.</exception>
    public async Task<Lease> OpenAsync(FolderPicture picture, CancellationToken ct)
    {
        if (zip is null)
        {
            return new Lease(new SourceFile(picture.Path!, picture.Name, Length(picture.Path!)), null);
        }

        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // Never a name from the archive: it could lead anywhere.
            _folder ??= Directory.CreateTempSubdirectory("framevet-zip-").FullName;
            var path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
            var lease = new Lease(new SourceFile(path, picture.Name, 0), path);
            try
            {
                await zip.UnpackAsync(picture.Entry, path, picture.Name, ct).ConfigureAwait(false);
                return lease with { File = lease.File with { Bytes = Length(path) } };
            }
            catch
            {
                lease.Dispose();
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        zip?.Dispose();
        _turn.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>A file for a while; <paramref name="Temporary"/> is deleted afterwards.</summary>
    internal sealed record Lease(SourceFile File, string? Temporary) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose()
        {
            if (Temporary is not null)
            {
                System.IO.File.Delete(Temporary);
            }
        }
    }
}

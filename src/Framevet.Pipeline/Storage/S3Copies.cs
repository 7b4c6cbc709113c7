using System.Collections.Concurrent;
using System.Text;

namespace Framevet.Pipeline.Storage;

/// <summary>
/// Local copies of objects, for tools that read files. A copy is named after the object and its version, so a replaced object is never mistaken; two who want the same one wait for one download. The
/// longest unused go when there are too many bytes, none within an hour of its use. Thread-safe.
/// </summary>
internal sealed class S3Copies : IDisposable
{
    /// <summary>Folder of the copies under the root.</summary>
    public const string FolderName = "copies";

    private static readonly TimeSpan Rest = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _tidying = new(1, 1);
    private readonly S3Download _download;
    private readonly S3Options _options;
    private readonly string _folder;
    private readonly TimeProvider _time;

    public S3Copies(S3Download download, S3Options options, string root, TimeProvider time)
    {
        (_download, _options, _folder, _time) = (download, options, Path.Combine(root, FolderName), time);
        Directory.CreateDirectory(_folder);

        // What a process that ended left half done.
        foreach (var left in Directory.EnumerateFiles(_folder, "*.part").Where(f => File.GetLastWriteTimeUtc(f) < Now - Rest))
        {
            File.Delete(left);
        }
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>Path of a whole copy.</summary>
    public async Task<string> PathAsync(string name, S3Head head, CancellationToken ct)
    {
        var path = Path.Combine(_folder, S3BlobStore.Hash(Encoding.UTF8.GetBytes($"{name}\n{head.ETag}\n{head.Bytes}")));
        var gate = _gates.GetOrAdd(path, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (File.Exists(path))
            {
                File.SetLastAccessTimeUtc(path, Now);
                return path;
            }

            var part = $"{path}.{Path.GetRandomFileName()}.part";
            try
            {
                var file = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20, FileOptions.Asynchronous);
                await using (file.ConfigureAwait(false))
                {
                    await _download.ToAsync(name, head, file, ct).ConfigureAwait(false);
                }

                File.Move(part, path);
                File.SetLastAccessTimeUtc(path, Now);
            }
            finally
            {
                File.Delete(part);
            }
        }
        finally
        {
            gate.Release();
        }

        await TidyAsync(ct).ConfigureAwait(false);
        return path;
    }

    /// <summary>The object in memory.</summary>
    public async Task<Stream> ReadAsync(string name, S3Head head, CancellationToken ct)
    {
        var memory = new MemoryStream((int)head.Bytes);
        await _download.ToAsync(name, head, memory, ct).ConfigureAwait(false);
        return memory;
    }

    /// <inheritdoc/>
    public void Dispose() => _tidying.Dispose();

    private async Task TidyAsync(CancellationToken ct)
    {
        await _tidying.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var copies = new DirectoryInfo(_folder).GetFiles().OrderBy(f => f.LastAccessTimeUtc).ToList();
            var over = copies.Sum(f => f.Length) - ((long)_options.CacheMegabytes << 20);
            foreach (var copy in copies.Where(f => f.LastAccessTimeUtc < Now - Rest && f.Extension != ".part"))
            {
                if (over <= 0)
                {
                    return;
                }

                over -= copy.Length;
                copy.Delete();
                _gates.TryRemove(copy.FullName, out _);
            }
        }
        finally
        {
            _tidying.Release();
        }
    }
}

using System.Collections.Immutable;

namespace Framevet.Pipeline.Storage;

/// <summary>
/// A <see cref="DiskBlobStore"/> in a folder that several nodes have mounted. Before each operation its marker is read: when that is gone, or another one, nothing is read or written, and the work
/// that wanted it is tried again later. Thread-safe.
/// </summary>
public sealed class SharedFolderStore(string root) : IBlobStore
{
    private readonly string _root = Path.GetFullPath(root);
    private readonly Lock _opening = new();
    private string? _id;
    private DiskBlobStore? _store;

    /// <inheritdoc/>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct) => await Store().PutAsync(key, content, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task TakeFileAsync(string key, string path, CancellationToken ct) => await Store().TakeFileAsync(key, path, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(string key, CancellationToken ct) => await Store().OpenReadAsync(key, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<string> LocalPathAsync(string key, CancellationToken ct) => await Store().LocalPathAsync(key, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<bool> ExistsAsync(string key, CancellationToken ct) => await Store().ExistsAsync(key, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken ct) => await Store().DeleteAsync(key, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<long?> BytesAsync(string key, CancellationToken ct) => await Store().BytesAsync(key, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<ImmutableArray<string>> KeysAsync(string folder, CancellationToken ct) => await Store().KeysAsync(folder, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<ImmutableArray<string>> FoldersAsync(string folder, CancellationToken ct) => await Store().FoldersAsync(folder, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public string NewWorkFolder() => Store().NewWorkFolder();

    /// <inheritdoc/>
    public string WorkFolderOf(string name) => Store().WorkFolderOf(name);

    private DiskBlobStore Store()
    {
        var found = StoreMarker.Read(_root);
        lock (_opening)
        {
            _id ??= found;
            if (found is null || found != _id)
            {
                throw new VettingException(FailureCode.BackendUnavailable, found is null
                    ? $"The shared folder {_root} is not there: it has no {StoreMarker.FileName}. Mount it; a new store is marked with 'framevet admin mark-store'."
                    : $"Another folder is mounted at {_root} than before.");
            }

            // Not before there is a marker: the folder of work would be made beside the mount.
            return _store ??= new DiskBlobStore(_root);
        }
    }
}

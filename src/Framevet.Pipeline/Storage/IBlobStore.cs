namespace Framevet.Pipeline.Storage;

/// <summary>
/// Where files live. Keys are relative, forward slashes, lower-case: <c>media/ab/abcd…</c> (by SHA-256), <c>thumbs/{run}/{pts}.jpg</c>,
/// <c>exports/{export}.zip</c>. A key outside the store (<c>..</c>, absolute) is refused with <see cref="ArgumentException"/>.
/// </summary>
public interface IBlobStore
{
    /// <summary>Writes a blob through a temporary name; replaces an existing one.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Moves a finished local file into the store.</summary>
    Task TakeFileAsync(string key, string path, CancellationToken ct);

    /// <summary>Opens for reading, or null when there is none.</summary>
    Task<Stream?> OpenReadAsync(string key, CancellationToken ct);

    /// <summary>A local path that tools can read, valid while the blob exists.</summary>
    Task<string> LocalPathAsync(string key, CancellationToken ct);

    /// <summary>Whether the blob exists.</summary>
    Task<bool> ExistsAsync(string key, CancellationToken ct);

    /// <summary>Removes the blob; no error when there is none.</summary>
    Task DeleteAsync(string key, CancellationToken ct);

    /// <summary>Bytes of a blob, or null when there is none.</summary>
    Task<long?> BytesAsync(string key, CancellationToken ct);

    /// <summary>Keys of the blobs right under a key's folder, e.g. <c>frames/{run}</c>; none when there is no such folder.</summary>
    Task<System.Collections.Immutable.ImmutableArray<string>> KeysAsync(string folder, CancellationToken ct);

    /// <summary>Names of the folders right under one that hold anything.</summary>
    Task<System.Collections.Immutable.ImmutableArray<string>> FoldersAsync(string folder, CancellationToken ct);

    /// <summary>An address from which anybody who has it may download the blob for a while under this file name; null where the store has no such addresses.</summary>
    Task<Uri?> AddressAsync(string key, string fileName, CancellationToken ct) => Task.FromResult<Uri?>(null);

    /// <summary>A new empty folder for work in progress on the same volume, so that a finished file can be moved in.</summary>
    string NewWorkFolder();

    /// <summary>The folder of work in progress of this name (letters, digits, hyphens), made when it is not there: for work that goes on after an interruption. Whoever works there removes it.</summary>
    /// <exception cref="ArgumentException">The name could mean another place.</exception>
    string WorkFolderOf(string name);
}

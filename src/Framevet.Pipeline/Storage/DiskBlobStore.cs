using System.Collections.Immutable;

namespace Framevet.Pipeline.Storage;

/// <summary>
/// Blobs as files below one folder. A file appears under its key only when it is complete: it is written beside, on the same
/// volume, and moved. Thread-safe.
/// </summary>
public sealed class DiskBlobStore : IBlobStore
{
    /// <summary>Folder of work in progress, under the root.</summary>
    public const string WorkFolder = "work";

    private readonly string _root;

    /// <summary>Opens the store in a folder, which is made when it is not there.</summary>
    public DiskBlobStore(string root)
    {
        _root = Path.GetFullPath(root);
        Directory.CreateDirectory(Path.Combine(_root, WorkFolder));
    }

    /// <inheritdoc/>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var target = PathOf(key);
        var temporary = Path.Combine(_root, WorkFolder, Path.GetRandomFileName());
        try
        {
            await File.WriteAllBytesAsync(temporary, content, ct).ConfigureAwait(false);
            Move(temporary, target);
        }
        catch (IOException trouble) when (DiskTrouble.IsFull(trouble))
        {
            throw DiskTrouble.Full(trouble);
        }
        finally
        {
            // Gone after the move; left over after trouble.
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The content is on the disk, not only in its cache, when this returns: a run row that points to it must not outlive it.</remarks>
    public async Task TakeFileAsync(string key, string path, CancellationToken ct)
    {
        var target = PathOf(key);
        var temporary = Path.Combine(_root, WorkFolder, Path.GetRandomFileName());
        try
        {
            // A rename on the same volume, else a copy; either way it becomes visible under its key in one step.
            await Task.Run(() => File.Move(path, temporary), ct).ConfigureAwait(false);
            await Task.Run(() => Flush(temporary), CancellationToken.None).ConfigureAwait(false);
            Move(temporary, target);
        }
        catch (IOException trouble) when (DiskTrouble.IsFull(trouble))
        {
            throw DiskTrouble.Full(trouble);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string key, CancellationToken ct)
    {
        var path = PathOf(key);
        try
        {
            return Task.FromResult<Stream?>(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="VettingException">SourceUnavailable when there is no such blob.</exception>
    public Task<string> LocalPathAsync(string key, CancellationToken ct)
    {
        var path = PathOf(key);
        return File.Exists(path)
            ? Task.FromResult(path)
            : throw new VettingException(FailureCode.SourceUnavailable, "The file is no longer in the store.", key);
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string key, CancellationToken ct) => Task.FromResult(File.Exists(PathOf(key)));

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken ct)
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<long?> BytesAsync(string key, CancellationToken ct) => Task.FromResult(new FileInfo(PathOf(key)) is { Exists: true } file ? file.Length : (long?)null);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> KeysAsync(string folder, CancellationToken ct) =>
        Task.FromResult<ImmutableArray<string>>(Directory.Exists(PathOf(folder)) ? [.. Directory.EnumerateFiles(PathOf(folder)).Select(Path.GetFileName).Order(StringComparer.Ordinal).Select(name => $"{folder}/{name}")] : []);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> FoldersAsync(string folder, CancellationToken ct) =>
        Task.FromResult<ImmutableArray<string>>(Directory.Exists(PathOf(folder)) ? [.. Directory.EnumerateDirectories(PathOf(folder)).Where(d => Directory.EnumerateFileSystemEntries(d).Any()).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)] : []);

    /// <inheritdoc/>
    public string NewWorkFolder()
    {
        var folder = Path.Combine(_root, WorkFolder, Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <inheritdoc/>
    public string WorkFolderOf(string name) => Directory.CreateDirectory(Path.Combine(_root, WorkFolder, BlobKey.WorkName(name))).FullName;

    private static void Move(string from, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(from, target, overwrite: true);
    }

    private static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    private string PathOf(string key) => Path.Combine([_root, .. BlobKey.Segments(key)]);
}

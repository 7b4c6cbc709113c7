using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Framevet.Pipeline.Models;

/// <summary>
/// Hashes of files that were read before, by name, size and time of writing, in a side file of the state folder, so that a model of hundreds of
/// megabytes is not read twice. A file that changed in any of these counts as unknown.
/// </summary>
internal sealed class CheckedFiles(string folder, string stateFolder, TimeProvider time)
{
    /// <summary>Name of the side file within the state folder.</summary>
    public const string FileName = "checked.json";

    // A file may be written twice within one tick of the file system's clock; a hash taken so shortly after the writing proves nothing.
    private static readonly TimeSpan Racy = TimeSpan.FromSeconds(2);

    private readonly StateFile<ImmutableSortedDictionary<string, Note>> _notes = new(Path.Combine(stateFolder, FileName), ImmutableSortedDictionary<string, Note>.Empty);

    /// <summary>SHA-256 of the file, lower-case hex, if it was read since it was written last; else null. <paramref name="name"/>: relative to the models folder.</summary>
    public string? Known(string name)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        return file.Exists && _notes.Read().GetValueOrDefault(name) is { } note && note.Bytes == file.Length && note.WrittenAt == file.LastWriteTimeUtc && note.CheckedAt - note.WrittenAt > Racy ? note.Sha256 : null;
    }

    /// <summary>When the file was read last, or null.</summary>
    public DateTimeOffset? CheckedAt(string name) => _notes.Read().GetValueOrDefault(name)?.CheckedAt;

    /// <summary>The hash, known or read now.</summary>
    public string Hash(string name) => Known(name) ?? Read(name, default);

    /// <summary>Reads the file whatever is known of it.</summary>
    public string Read(string name, CancellationToken ct)
    {
        var path = Path.Combine(folder, name);
        var written = File.GetLastWriteTimeUtc(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        long bytes = 0;
        for (int read; (read = stream.Read(buffer)) > 0; bytes += read)
        {
            ct.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        Keep(name, new Note(bytes, written, sha256, time.GetUtcNow()));
        return sha256;
    }

    /// <summary>
    /// Remembers the hash of a file that was written here just now and read while nobody else could write it. Its time of writing is set back, so that every later
    /// writing shows.
    /// </summary>
    public void Remember(string name, string sha256)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        var now = time.GetUtcNow();
        file.LastWriteTimeUtc = now.UtcDateTime - Racy - Racy;
        Keep(name, new Note(file.Length, new FileInfo(file.FullName).LastWriteTimeUtc, sha256, now));
    }

    /// <summary>How long to wait until a hash of the file can be remembered; zero for a file that was not written just now.</summary>
    public TimeSpan Settling(string name) =>
        time.GetUtcNow() - File.GetLastWriteTimeUtc(Path.Combine(folder, name)) is var age && age >= TimeSpan.Zero && age <= Racy ? Racy - age + TimeSpan.FromMilliseconds(50) : TimeSpan.Zero;

    /// <summary>Forgets a file.</summary>
    public void Forget(string name) => _notes.Change(n => n.Remove(name));

    private void Keep(string name, Note note) => _notes.Change(n => n.SetItem(name, note));

    internal sealed record Note(long Bytes, DateTimeOffset WrittenAt, string Sha256, DateTimeOffset CheckedAt);
}

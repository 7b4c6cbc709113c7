using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Framevet.Data.Backups;

/// <summary>
/// Writes a backup while the server works: SQLite copies its pages at one moment, a PostgreSQL server is read at one moment into a file of the same kind (writers go on), files are hashed while they are copied. The folder has its name only when everything
/// in it is complete. Whoever has a backup has the accounts, cookies and keys in it.
/// </summary>
public sealed class BackupWriter(ISettingsStore settings, TimeProvider time, IOptions<DataOptions> data)
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Folders of the blob store with work in progress, which means nothing elsewhere.</summary>
    private static readonly string[] Passing = [UploadOptions.UsualFolder, DiskBlobStore.WorkFolder];

    /// <summary>Writes to a folder that is not there yet.</summary>
    /// <exception cref="VettingException">InvalidRequest (the folder is there), SourceUnavailable (no database, or a damaged one), OutOfSpace.</exception>
    public async Task<BackupManifest> WriteAsync(string target, BackupPlaces places, bool withMedia, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(places);
        target = Path.GetFullPath(target);
        if (Path.Exists(target) && !(Directory.Exists(target) && !Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{target} is there already; a backup gets a folder of its own.");
        }

        if (data.Value.Provider == DatabaseKind.Sqlite && !File.Exists(places.Database))
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"There is no database {places.Database}.");
        }

        var half = $"{target.TrimEnd(Path.DirectorySeparatorChar)}.part";
        if (Directory.Exists(half))
        {
            Directory.Delete(half, recursive: true);
        }

        Make(half);
        try
        {
            var manifest = await FillAsync(half, places, withMedia, ct).ConfigureAwait(false);
            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            Directory.Move(half, target);
            return manifest;
        }
        catch (IOException trouble) when (Pipeline.Storage.DiskTrouble.IsFull(trouble))
        {
            throw Pipeline.Storage.DiskTrouble.Full(trouble);
        }
        finally
        {
            if (Directory.Exists(half))
            {
                Directory.Delete(half, recursive: true);
            }
        }
    }

    private async Task<BackupManifest> FillAsync(string folder, BackupPlaces places, bool withMedia, CancellationToken ct)
    {
        var database = Path.Combine(folder, BackupManifest.Database);
        if (data.Value.Provider == DatabaseKind.Postgres)
        {
            await TableMove.ToFileAsync(data.Value.ServerConnection(), database, ct).ConfigureAwait(false);
        }

        var (tables, migration) = await Task.Run(() => CopyDatabase(data.Value.Provider == DatabaseKind.Sqlite ? places.Database : null, database, ct), ct).ConfigureAwait(false);

        // For people: what applied at that time. The database in the backup is what counts.
        var current = await settings.CurrentAsync(ct).ConfigureAwait(false);
        await File.WriteAllBytesAsync(Path.Combine(folder, BackupManifest.Settings), JsonSerializer.SerializeToUtf8Bytes(current, PipelineJson.Options), ct).ConfigureAwait(false);
        var files = ImmutableArray.CreateBuilder<BackupFile>();
        files.Add(await HashAsync(folder, BackupManifest.Database, ct).ConfigureAwait(false));
        files.Add(await HashAsync(folder, BackupManifest.Settings, ct).ConfigureAwait(false));
        await CopyTreeAsync(places.Keys, folder, BackupManifest.Keys, files, ct).ConfigureAwait(false);
        if (withMedia)
        {
            await CopyTreeAsync(places.Blobs, folder, BackupManifest.Blobs, files, ct).ConfigureAwait(false);
        }

        var manifest = new BackupManifest(BackupManifest.CurrentFormat, time.GetUtcNow(), migration, withMedia, files.ToImmutable(), tables);
        await File.WriteAllBytesAsync(Path.Combine(folder, BackupManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, PipelineJson.Options), ct).ConfigureAwait(false);
        return manifest;
    }

    private static (ImmutableArray<BackupTable> Tables, string Migration) CopyDatabase(string? from, string to, CancellationToken ct)
    {
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = to, Pooling = false }.ToString());
        copy.Open();
        if (from is not null)
        {
            using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = from, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            source.Open();
            source.BackupDatabase(copy);
        }

        // One file without a log beside it; what is hashed is the copy itself.
        TableDigest.Rows(copy, "PRAGMA journal_mode = DELETE", r => r.GetString(0));
        if (TableDigest.Faults(copy) is { IsEmpty: false } faults)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"The database is damaged: {faults[0]}.", string.Join('\n', faults));
        }

        return (TableDigest.Of(copy, ct), TableDigest.LastMigration(copy));
    }

    private static async Task CopyTreeAsync(string from, string folder, string name, ImmutableArray<BackupFile>.Builder files, CancellationToken ct)
    {
        Make(Path.Combine(folder, name));
        if (!Directory.Exists(from))
        {
            return;
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };
        foreach (var path in Directory.EnumerateFiles(from, "*", options).Order(StringComparer.Ordinal))
        {
            var relative = $"{name}/{Path.GetRelativePath(from, path).Replace(Path.DirectorySeparatorChar, '/')}";
            var parts = relative.Split('/');
            if (parts.Any(part => part.StartsWith('.')) || (name == BackupManifest.Blobs && parts.Length > 2 && Passing.Contains(parts[1])))
            {
                continue;
            }

            var target = Path.Combine(folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(path, target);
            }
            catch (FileNotFoundException)
            {
                // Removed meanwhile, e.g. by retention.
                continue;
            }

            files.Add(await HashAsync(folder, relative, ct).ConfigureAwait(false));
        }
    }

    internal static async Task<BackupFile> HashAsync(string folder, string relative, CancellationToken ct)
    {
        var stream = new FileStream(Path.Combine(folder, relative), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var reading = stream.ConfigureAwait(false);
        return new BackupFile(relative, stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct).ConfigureAwait(false)));
    }

    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }
}

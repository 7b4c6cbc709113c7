using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Framevet.Data.Backups;

/// <summary>Checks a backup down to the last row and puts it in the place of what is there; what was there is kept beside it.</summary>
public sealed class BackupReader(TimeProvider time, IOptions<DataOptions> data)
{
    /// <summary>Reads every file of a backup and every row of its database.</summary>
    /// <exception cref="VettingException">SourceUnavailable (no backup), SourceRefused (something is not what was written, by name), InvalidRequest (made by a newer program).</exception>
    public static async Task<BackupManifest> VerifyAsync(string folder, CancellationToken ct)
    {
        folder = Path.GetFullPath(folder);
        var manifest = await ManifestAsync(folder, ct).ConfigureAwait(false);
        var names = manifest.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(folder, p).Replace(Path.DirectorySeparatorChar, '/')))
        {
            if (path != BackupManifest.FileName && !names.Contains(path))
            {
                throw Refused($"{path} is not in the list of the backup.");
            }
        }

        foreach (var file in manifest.Files)
        {
            await CheckAsync(folder, file, ct).ConfigureAwait(false);
        }

        await Task.Run(() => CheckDatabase(Path.Combine(folder, BackupManifest.Database), manifest, ct), ct).ConfigureAwait(false);
        return manifest;
    }

    /// <summary>Verifies, copies, verifies the copy, and only then changes names. What was there lies in the answered folder afterwards; on a PostgreSQL server, its tables lie in a
    /// schema named <c>before_restore_</c> and the time. No server may work meanwhile.</summary>
    /// <exception cref="VettingException">As <see cref="VerifyAsync"/>; OutOfSpace.</exception>
    public async Task<(BackupManifest Manifest, string Before)> RestoreAsync(string folder, string dataFolder, BackupPlaces places, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(places);
        folder = Path.GetFullPath(folder);
        await VerifyAsync(folder, ct).ConfigureAwait(false);
        var stamp = time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var (staged, before) = (Path.Combine(dataFolder, $".restore-{stamp}"), Path.Combine(dataFolder, $"before-restore-{stamp}"));
        try
        {
            Copy(folder, staged, ct);
            var manifest = await VerifyAsync(staged, ct).ConfigureAwait(false);
            Directory.CreateDirectory(before);
            if (data.Value.Provider == DatabaseKind.Postgres)
            {
                await ServerRestore.RunAsync(Path.Combine(staged, BackupManifest.Database), data.Value, $"before_restore_{stamp.Replace('-', '_')}", ct).ConfigureAwait(false);
            }
            else
            {
                Swap(Path.Combine(staged, BackupManifest.Database), places.Database, before);
                foreach (var old in new[] { places.Database + "-wal", places.Database + "-shm", Path.Combine(dataFolder, "jobs.db"), Path.Combine(dataFolder, "jobs.db-wal"), Path.Combine(dataFolder, "jobs.db-shm") })
                {
                    Aside(old, before);
                }
            }

            Swap(Path.Combine(staged, BackupManifest.Keys), places.Keys, before);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(places.Keys, BackupWriter.OwnerOnly);
            }

            if (manifest.HasMedia)
            {
                Swap(Path.Combine(staged, BackupManifest.Blobs), places.Blobs, before);
            }

            return (manifest, before);
        }
        catch (IOException trouble) when (Pipeline.Storage.DiskTrouble.IsFull(trouble))
        {
            throw Pipeline.Storage.DiskTrouble.Full(trouble);
        }
        finally
        {
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }
        }
    }

    private static async Task<BackupManifest> ManifestAsync(string folder, CancellationToken ct)
    {
        var path = Path.Combine(folder, BackupManifest.FileName);
        if (!File.Exists(path))
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{folder} is no backup: it has no {BackupManifest.FileName}.");
        }

        BackupManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BackupManifest>(await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false), PipelineJson.Options)!;
        }
        catch (JsonException e)
        {
            throw Refused($"{BackupManifest.FileName} cannot be read.", e);
        }

        if (manifest is null || manifest.Files.IsDefaultOrEmpty || manifest.Tables.IsDefaultOrEmpty || !manifest.Files.Any(f => f.Path == BackupManifest.Database))
        {
            throw Refused($"{BackupManifest.FileName} lists no database.");
        }

        return manifest.Format == BackupManifest.CurrentFormat
            ? manifest
            : throw new VettingException(FailureCode.InvalidRequest, $"The backup has format {manifest.Format}; this program reads {BackupManifest.CurrentFormat}.");
    }

    private static async Task CheckAsync(string folder, BackupFile file, CancellationToken ct)
    {
        // The list comes from outside: it may not lead out of the folder.
        if (file.Path.Split('/').Any(part => part is "" or "." or "..") || Path.IsPathRooted(file.Path) || file.Path.Contains('\\'))
        {
            throw Refused($"{file.Path} is no place within a backup.");
        }

        var path = Path.Combine(folder, file.Path);
        if (!File.Exists(path))
        {
            throw Refused($"{file.Path} is missing.");
        }

        if (await BackupWriter.HashAsync(folder, file.Path, ct).ConfigureAwait(false) != file)
        {
            throw Refused($"{file.Path} is not what was written.");
        }
    }

    private static void CheckDatabase(string path, BackupManifest manifest, CancellationToken ct)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            if (TableDigest.Faults(connection) is { IsEmpty: false } faults)
            {
                throw Refused($"{BackupManifest.Database} is damaged: {faults[0]}.");
            }

            var tables = TableDigest.Of(connection, ct);
            if (tables.Except(manifest.Tables).Concat(manifest.Tables.Except(tables)).FirstOrDefault() is { } other)
            {
                throw Refused($"Table {other.Name} of {BackupManifest.Database} is not what was written.");
            }

            CheckMigration(TableDigest.LastMigration(connection));
        }
        catch (SqliteException e)
        {
            throw Refused($"{BackupManifest.Database} cannot be read: {e.Message}", e);
        }
    }

    // An older backup is brought up to date at the next start; a newer one would be misread.
    private static void CheckMigration(string last)
    {
        using var db = new SqliteFramevetDb.DesignTime().CreateDbContext([]);
        if (!db.Database.GetMigrations().Contains(last))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The backup was made by a newer program (its database stands at {last}).");
        }
    }

    private static void Copy(string from, string to, CancellationToken ct)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            ct.ThrowIfCancellationRequested();
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }
    }

    private static void Swap(string fresh, string place, string before)
    {
        Aside(place, before);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(place))!);
        if (Directory.Exists(fresh))
        {
            Directory.Move(fresh, place);
        }
        else
        {
            File.Move(fresh, place);
        }
    }

    private static void Aside(string place, string before)
    {
        var kept = Path.Combine(before, Path.GetFileName(place.TrimEnd(Path.DirectorySeparatorChar)));
        if (Directory.Exists(place))
        {
            Directory.Move(place, kept);
        }
        else if (File.Exists(place))
        {
            File.Move(place, kept);
        }
    }

    private static VettingException Refused(string why, Exception? inner = null) => new(FailureCode.SourceRefused, $"The backup is refused: {why}", null, inner);
}

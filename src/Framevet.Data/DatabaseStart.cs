using System.Collections.Immutable;
using Framevet.Data.Engines;
using Framevet.Pipeline;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Framevet.Data;

/// <summary>Brings the database to the current model at start.</summary>
public sealed class DatabaseStart(IDbContextFactory<FramevetDb> contexts, IOptions<DataOptions> options)
{
    /// <summary>
    /// SQLite: makes the folder, switches the file to WAL, applies missing migrations and, if asked for, checks the file. PostgreSQL: makes the database where it is missing and applies missing migrations.
    /// </summary>
    /// <exception cref="VettingException">SourceUnavailable when the file is damaged or the server cannot be reached, Conflict when another process migrates it for too long.</exception>
    public async Task MigrateAsync(CancellationToken ct)
    {
        if (options.Value.Provider == DatabaseKind.Postgres)
        {
            await PostgresStart.MigrateAsync(options.Value, ct).ConfigureAwait(false);
            return;
        }

        var file = options.Value.Connection.DataSource;
        var isFile = !string.IsNullOrEmpty(file) && !file.StartsWith(':');
        if (isFile && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", ct).ConfigureAwait(false);
            if ((await db.Database.GetPendingMigrationsAsync(ct).ConfigureAwait(false)).Any())
            {
                // EF's own lock is a row that outlives a killed process and would block every later start. The operating system
                // drops this one with the process; whoever holds it may remove EF's.
                using var alone = isFile ? await HoldAsync(file + ".migrating", ct).ConfigureAwait(false) : null;
                await DropAbandonedLockAsync(db, ct).ConfigureAwait(false);
                await db.Database.MigrateAsync(ct).ConfigureAwait(false);
            }
        }

        if (options.Value.CheckIntegrity && await CheckIntegrityAsync(ct).ConfigureAwait(false) is { Length: > 0 } faults)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"The database file {Path.GetFileName(file)} is damaged: {faults[0]}.", string.Join('\n', faults));
        }
    }

    /// <summary>Faults that SQLite finds in the file; empty when sound. Reads all of it. A server checks its files itself: empty.</summary>
    public async Task<ImmutableArray<string>> CheckIntegrityAsync(CancellationToken ct)
    {
        if (options.Value.Provider == DatabaseKind.Postgres)
        {
            return [];
        }

        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var lines = new List<string>();
            await db.Database.OpenConnectionAsync(ct).ConfigureAwait(false);
            using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = "PRAGMA integrity_check";
            using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                lines.Add(reader.GetString(0));
            }

            return lines is ["ok"] ? [] : [.. lines];
        }
    }

    private static async Task<FileStream> HoldAsync(string path, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 300)
            {
                await Task.Delay(200, ct).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                throw new VettingException(FailureCode.Conflict, "Another process has been changing the database for a minute.", e.Message, e);
            }
        }
    }

    private static async Task DropAbandonedLockAsync(FramevetDb db, CancellationToken ct) =>
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\";", ct).ConfigureAwait(false);
}

using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Data.Engines;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Backups;

/// <summary>Moves an installation from a SQLite file to a PostgreSQL server. The file stays as it is.</summary>
public static class DataMove
{
    /// <summary>
    /// Copies the file, brings copy and server to the current model, and moves every row in one transaction; number and digest of each table are compared before it is committed. After a break the
    /// server's tables are empty, and the move can be started again. No server may work on the file meanwhile.
    /// </summary>
    /// <returns>The tables, each as it is on both sides.</returns>
    /// <exception cref="VettingException">SourceUnavailable (no file, no server), Conflict (the database there is not empty), SourceRefused (a text that PostgreSQL cannot hold, by its place; a table is not the
    /// same afterwards), OutOfSpace.</exception>
    public static async Task<ImmutableArray<BackupTable>> MoveAsync(string file, string server, TimeProvider time, CancellationToken ct)
    {
        if (!File.Exists(file))
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"There is no database {file}.");
        }

        var target = new DataOptions { Provider = DatabaseKind.Postgres, ConnectionString = server };
        await PostgresStart.MigrateAsync(target, ct).ConfigureAwait(false);
        var copy = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, $".moving-{Guid.NewGuid():N}.db");
        try
        {
            using (var from = TableMove.OpenFile(file))
            using (var to = TableMove.OpenFile(copy))
            {
                from.BackupDatabase(to);
            }

            await TableMove.MigrateFileAsync(copy, ct).ConfigureAwait(false);
            var tables = await TableMove.ToServerAsync(copy, target.ServerConnection(), ct).ConfigureAwait(false);
            await NoteAsync(target.ServerConnection(), tables, time).ConfigureAwait(false);
            return tables;
        }
        catch (IOException trouble) when (Pipeline.Storage.DiskTrouble.IsFull(trouble))
        {
            throw Pipeline.Storage.DiskTrouble.Full(trouble);
        }
        finally
        {
            foreach (var left in new[] { copy, copy + "-wal", copy + "-shm", copy + "-journal" })
            {
                File.Delete(left);
            }
        }
    }

    // Only on the server: the file stays as it was.
    private static async Task NoteAsync(string server, ImmutableArray<BackupTable> tables, TimeProvider time)
    {
        var contexts = new ServerContexts(new DbContextOptionsBuilder<PostgresFramevetDb>().UseNpgsql(server).Options);
        using var gate = new WriteGate(contexts);
        var moved = JsonSerializer.Serialize(new { tables = tables.Length, rows = tables.Sum(t => t.Rows) }, PipelineJson.Options);
        await new EfAuditTrail(gate, time).AppendAsync(Actor.System, "data.move", "database", null, moved, CancellationToken.None).ConfigureAwait(false);
    }

    private sealed class ServerContexts(DbContextOptions<PostgresFramevetDb> options) : IDbContextFactory<FramevetDb>
    {
        public FramevetDb CreateDbContext() => new PostgresFramevetDb(options);
    }
}

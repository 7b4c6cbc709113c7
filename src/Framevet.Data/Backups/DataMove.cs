using System.Collections.Immutable;
using Framevet.Data.Engines;
using Framevet.Pipeline;

namespace Framevet.Data.Backups;

/// <summary>Moves an installation from a SQLite file to a PostgreSQL server. The file stays as it is.</summary>
public static class DataMove
{
    /// <summary>
    /// Copies the file, brings copy and server to the current model, and moves every row in one transaction; number and digest of each table are compared before it is committed. After a break the
    /// server's tables are empty, and the move can be started again. No server may work on the file meanwhile.
    /// </summary>
    /// <returns>The tables, each as it is on both sides.</returns>
    /// <exception cref="VettingException">SourceUnavailable (no file, no server), Conflict (the database there is not empty), SourceRefused (a table is not the same afterwards), OutOfSpace.</exception>
    public static async Task<ImmutableArray<BackupTable>> MoveAsync(string file, string server, CancellationToken ct)
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
            return await TableMove.ToServerAsync(copy, target.ServerConnection(), ct).ConfigureAwait(false);
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
}

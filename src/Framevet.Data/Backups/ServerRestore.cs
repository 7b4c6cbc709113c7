using Framevet.Data.Engines;
using Framevet.Pipeline;
using Npgsql;

namespace Framevet.Data.Backups;

/// <summary>Puts a file in the place of what a PostgreSQL database holds. The tables that were there, with the scheduler's, are kept in a schema of their own; when anything fails, they are put back.</summary>
internal static class ServerRestore
{
    /// <exception cref="VettingException">Conflict: somebody works on the database.</exception>
    public static async Task RunAsync(string file, DataOptions options, string kept, CancellationToken ct)
    {
        await TableMove.MigrateFileAsync(file, ct).ConfigureAwait(false);
        NpgsqlConnection.ClearAllPools();
        var server = options.ServerConnection();
        await PostgresStart.MigrateAsync(options, ct).ConfigureAwait(false);
        await ExpectNobodyAsync(server, ct).ConfigureAwait(false);
        await ExecuteAsync(server, $"BEGIN; ALTER SCHEMA public RENAME TO {kept}; CREATE SCHEMA public; COMMIT", ct).ConfigureAwait(false);
        try
        {
            await PostgresStart.MigrateAsync(options, ct).ConfigureAwait(false);
            await TableMove.ToServerAsync(file, server, ct).ConfigureAwait(false);
        }
        catch
        {
            await ExecuteAsync(server, $"BEGIN; DROP SCHEMA public CASCADE; ALTER SCHEMA {kept} RENAME TO public; COMMIT", CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task ExpectNobodyAsync(string server, CancellationToken ct)
    {
        NpgsqlConnection.ClearAllPools();
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ToString());
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            using var command = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'framevet' AND pid <> pg_backend_pid()", connection);
            for (var attempt = 0; await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is > 0L; attempt++)
            {
                if (attempt == 20)
                {
                    throw new VettingException(FailureCode.Conflict, $"A server works on the database {connection.Database}; stop it first, on every machine.");
                }

                // Connections that were just given up are gone in a moment.
                await Task.Delay(100, ct).ConfigureAwait(false);
            }
        }
    }

    private static async Task ExecuteAsync(string server, string sql, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ToString());
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
#pragma warning disable CA2100 // A name made of the time.
            using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }
}

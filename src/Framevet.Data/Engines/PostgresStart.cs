using Framevet.Pipeline;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Framevet.Data.Engines;

/// <summary>The start on PostgreSQL: finds the server, makes the database, brings it to the current model.</summary>
internal static class PostgresStart
{
    /// <summary>The oldest version that Debian 12 carries and the tests run on.</summary>
    private const int OldestVersion = 15;

    /// <summary>Names the lock of migrations among the advisory locks of the database ("migrates" in ASCII).</summary>
    private const long Migrating = 0x6d69677261746573;

    /// <exception cref="VettingException">SourceUnavailable: the server cannot be reached, refuses, or cannot hold the data.</exception>
    public static async Task MigrateAsync(DataOptions options, CancellationToken ct)
    {
        var server = options.Server;
        var isThere = await CheckAsync(server, ct).ConfigureAwait(false);
        var db = new PostgresFramevetDb(new DbContextOptionsBuilder<PostgresFramevetDb>().UseNpgsql(server.ToString()).Options);
        await using (db.ConfigureAwait(false))
        {
            try
            {
                if (!isThere)
                {
                    await MakeAsync(db, ct).ConfigureAwait(false);
                }

                if ((await db.Database.GetPendingMigrationsAsync(ct).ConfigureAwait(false)).Any())
                {
                    await AloneAsync(server, () => db.Database.MigrateAsync(ct), ct).ConfigureAwait(false);
                }
            }
            catch (PostgresException e)
            {
                throw Trouble(server, e);
            }
        }
    }

    /// <summary>What is wrong with a server of this version, or null.</summary>
    internal static string? TooOld(Version version) => version.Major < OldestVersion ? $"is PostgreSQL {version}; version {OldestVersion} or newer is needed." : null;

    private static async Task MakeAsync(FramevetDb db, CancellationToken ct)
    {
        try
        {
            await db.GetService<IRelationalDatabaseCreator>().CreateAsync(ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another node was faster.
        }
    }

    /// <summary>Of nodes that start at the same time one migrates, and the others find it done. The server drops the lock with the connection.</summary>
    private static async Task AloneAsync(NpgsqlConnectionStringBuilder server, Func<Task> migrate, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ToString()) { Pooling = false }.ToString());
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            using var hold = new NpgsqlCommand("SELECT pg_advisory_lock(@lock)", connection) { CommandTimeout = 0 };
            hold.Parameters.AddWithValue("@lock", Migrating);
            await hold.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            await migrate().ConfigureAwait(false);
        }
    }

    /// <summary>Whether the database is there already.</summary>
    private static async Task<bool> CheckAsync(NpgsqlConnectionStringBuilder server, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(server.ToString());
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                await connection.OpenAsync(ct).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                return false;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                throw Trouble(server, e);
            }

            if (TooOld(connection.PostgreSqlVersion) is { } tooOld)
            {
                throw new VettingException(FailureCode.SourceUnavailable, $"{Place(server)} {tooOld}");
            }

            using var command = new NpgsqlCommand("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()", connection);
            return await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is "UTF8"
                ? true
                : throw new VettingException(FailureCode.SourceUnavailable, $"{Place(server)} is not in UTF8; make it again with ENCODING 'UTF8' TEMPLATE template0.");
        }
    }

    private static VettingException Trouble(NpgsqlConnectionStringBuilder server, Exception e) =>
        new(FailureCode.SourceUnavailable, $"{Place(server)} cannot be used: {e.Message}{(e.InnerException is { } inner ? $" ({inner.Message})" : "")}", e.ToString(), e);

    private static string Place(NpgsqlConnectionStringBuilder server) => $"The database {server.Database ?? server.Username} on {server.Host}:{server.Port}, named in Data:ConnectionString,";
}

using Framevet.Pipeline.Retention;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Framevet.Data.Cluster;

/// <summary>An advisory lock on a connection of its own: the server drops it with the connection, so a node that dies holds nobody up.</summary>
internal sealed class PostgresUpkeepLock(IOptions<DataOptions> options) : IUpkeepLock
{
    /// <summary>Names the lock among the advisory locks of the database ("upkeeps!" in ASCII).</summary>
    private const long Upkeep = 0x75706b6565707321;

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> HoldAsync(CancellationToken ct)
    {
        var own = new NpgsqlConnectionStringBuilder(options.Value.ServerConnection()) { Pooling = false };
        var connection = new NpgsqlConnection(own.ToString());
        try
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            using var hold = new NpgsqlCommand("SELECT pg_advisory_lock(@lock)", connection) { CommandTimeout = 0 };
            hold.Parameters.AddWithValue("@lock", Upkeep);
            await hold.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

using System.Globalization;
using Framevet.TestKit;
using Npgsql;

namespace Framevet.Benchmarks.Cluster;

/// <summary>What PostgreSQL did since <see cref="ResetAsync"/>: statements by kind, bytes of write-ahead log, processor time.</summary>
internal sealed class ServerCosts(PostgresCluster server, string connection)
{
    // The first that fits.
    private const string Kinds = """
        CASE WHEN query ILIKE '%pg_notify%' THEN 'notes (NOTIFY)'
             WHEN query ILIKE 'COPY%' OR query ILIKE '%framevet_frames%' OR query ILIKE 'INSERT INTO "Frames"%' OR query ILIKE 'INSERT INTO "Verdicts"%' OR query ILIKE 'INSERT INTO "Findings"%' THEN 'rows of frames (COPY)'
             WHEN query ILIKE '%qrtz_%' THEN 'scheduler'
             WHEN query ILIKE 'SELECT%"Frames"%' THEN 'frames read'
             WHEN query ILIKE '%"Nodes"%' THEN 'signs of life'
             WHEN query ILIKE 'COMMIT%' OR query ILIKE 'BEGIN%' OR query ILIKE 'ROLLBACK%' THEN 'transactions'
             WHEN query ILIKE '%"Runs"%' THEN 'runs: leases, progress, states'
             ELSE 'the rest' END
        """;

    private double _cpu;
    private long _wal;

    /// <summary>Counts from now on.</summary>
    public async Task ResetAsync(CancellationToken ct)
    {
        await NumberAsync("SELECT count(pg_stat_statements_reset())", ct);
        _wal = await WalAsync(ct);
        _cpu = ProcessorTime.Family(server.ProcessId);
    }

    /// <summary>Processor seconds of the server and bytes of its log since then.</summary>
    public async Task<(double Cpu, long Wal)> ReadAsync(CancellationToken ct) => (ProcessorTime.Family(server.ProcessId) - _cpu, await WalAsync(ct) - _wal);

    /// <summary>By kind: calls, rows, milliseconds in the server, bytes of the log.</summary>
    public Task<List<(string Kind, long Calls, long Rows, double Ms, long Wal)>> KindsAsync(CancellationToken ct) => ReadAsync(
        $"SELECT kind, sum(calls)::bigint, sum(rows)::bigint, sum(total_exec_time + total_plan_time), sum(wal_bytes)::bigint FROM (SELECT {Kinds} AS kind, * FROM pg_stat_statements) s GROUP BY kind ORDER BY 4 DESC",
        r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetDouble(3), r.GetInt64(4)), ct);

    /// <summary>The dearest statements.</summary>
    public Task<List<(string Text, long Calls, long Rows, double Ms)>> DearestAsync(int count, CancellationToken ct) => ReadAsync(
        string.Create(CultureInfo.InvariantCulture, $"SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 110), calls, rows, total_exec_time FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT {count}"),
        r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetDouble(3)), ct);

    /// <summary>The single number that a statement answers; 0 for nothing.</summary>
    public async Task<double> NumberAsync(string sql, CancellationToken ct) => (await ReadAsync($"SELECT coalesce(({sql}), 0)::float8", r => r.GetDouble(0), ct))[0];

    /// <summary>Runs a statement.</summary>
    public async Task DoAsync(string sql, CancellationToken ct)
    {
        await using var open = new NpgsqlConnection(connection);
        await open.OpenAsync(ct);
        await using var command = Command(sql, open);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<long> WalAsync(CancellationToken ct) => (long)await NumberAsync("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn", ct);

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> row, CancellationToken ct)
    {
        await using var open = new NpgsqlConnection(connection);
        await open.OpenAsync(ct);
        await using var command = Command(sql, open);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    private static NpgsqlCommand Command(string sql, NpgsqlConnection open)
    {
#pragma warning disable CA2100 // Texts of this program.
        return new NpgsqlCommand(sql, open);
#pragma warning restore CA2100
    }
}

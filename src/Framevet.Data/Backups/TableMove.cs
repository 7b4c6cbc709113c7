using System.Collections.Immutable;
using System.Data;
using System.Security.Cryptography;
using Framevet.Data.Engines;
using Framevet.Pipeline;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Framevet.Data.Backups;

/// <summary>
/// Moves all rows between a file and a server, in either direction, and compares number and digest of every table before it says that it is done. Both stand at the current model. One transaction on
/// either side: the source is read at one moment, and a break leaves the target as it was.
/// </summary>
internal static class TableMove
{
    private const string ReadSequence = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = @table), 0)";

    /// <summary>Opens a file without a pool, so that it can be moved afterwards.</summary>
    public static SqliteConnection OpenFile(string path)
    {
        var file = new SqliteConnection(FileConnection(path));
        file.Open();
        return file;
    }

    /// <summary>Brings a file to the current model; makes it when it is not there.</summary>
    public static async Task MigrateFileAsync(string path, CancellationToken ct)
    {
        var db = FileModel(path);
        await using (db.ConfigureAwait(false))
        {
            await db.Database.MigrateAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>From a file into a server's empty tables; digests of all of them.</summary>
    /// <exception cref="VettingException">Conflict: a table there has rows already. SourceRefused: a table is not the same afterwards; nothing is stored then.</exception>
    public static async Task<ImmutableArray<BackupTable>> ToServerAsync(string path, string server, CancellationToken ct)
    {
        using var file = OpenFile(path);
        using var reading = file.BeginTransaction(deferred: true);
        var connection = new NpgsqlConnection(server);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                using var model = FileModel(path);
                var tables = MovedTable.List(model, file, connection);
                foreach (var table in tables)
                {
                    if (await NumberAsync(connection, $"SELECT count(*) FROM (SELECT 1 FROM {MovedTable.Quoted(table.Name)} LIMIT 1) t", ct).ConfigureAwait(false) > 0)
                    {
                        throw new VettingException(FailureCode.Conflict, $"The database {connection.Database} is not empty: {table.Name} has rows. Name one that no server has worked on yet.");
                    }
                }

                foreach (var table in tables)
                {
                    await FrameCopy.CopyAsync(connection, table.Name, table.ColumnList, RowsOf(file, table, ct), ct).ConfigureAwait(false);
                    await RaiseAsync(connection, file, table, ct).ConfigureAwait(false);
                }

                var digests = Compare(tables, file, connection, ct);
                await transaction.CommitAsync(ct).ConfigureAwait(false);
                return digests;
            }
        }
    }

    /// <summary>From a server in use into a new file.</summary>
    /// <exception cref="VettingException">SourceRefused: a table is not the same afterwards.</exception>
    public static async Task ToFileAsync(string server, string path, CancellationToken ct)
    {
        await MigrateFileAsync(path, ct).ConfigureAwait(false);
        using var file = OpenFile(path);
        TableDigest.Rows(file, "PRAGMA foreign_keys = OFF", r => 0);
        var connection = new NpgsqlConnection(server);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);

            // One moment for all tables; writers go on.
            var reading = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);
            await using (reading.ConfigureAwait(false))
            {
                using var model = FileModel(path);
                var tables = MovedTable.List(model, file, connection);
                using (var writing = file.BeginTransaction())
                {
                    foreach (var table in tables)
                    {
                        Insert(connection, file, table, ct);
                    }

                    writing.Commit();
                }

                Compare(tables, file, connection, ct);
            }
        }
    }

    private static string FileConnection(string path) => new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();

    private static SqliteFramevetDb FileModel(string path) => new(new DbContextOptionsBuilder<SqliteFramevetDb>().UseSqlite(FileConnection(path)).Options);

    private static IEnumerable<object?[]> RowsOf(SqliteConnection file, MovedTable table, CancellationToken ct)
    {
        using var command = file.CreateCommand();
#pragma warning disable CA2100 // Names of the model.
        command.CommandText = table.Select;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            ct.ThrowIfCancellationRequested();
            var row = new object?[table.Columns.Length];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = table.ToServer(i, reader.GetValue(i));
                if (row[i] is string text && text.Contains('\0', StringComparison.Ordinal))
                {
                    throw NoZero(table, i, reader);
                }
            }

            yield return row;
        }
    }

    // Leaving it out would make another row of it, whose digest and place in the audit trail no longer fit; so somebody has to look.
    private static VettingException NoZero(MovedTable table, int column, SqliteDataReader row)
    {
        var key = string.Join(", ", table.Key.Select(k => $"{k} {row.GetValue(row.GetOrdinal(k))}"));
        return new VettingException(FailureCode.SourceRefused,
            $"Table {table.Name}, row {key}: the text in column {table.Columns[column]} has the character U+0000, which PostgreSQL cannot hold. Change that text in the file and move again; nothing was kept.");
    }

    private static void Insert(NpgsqlConnection server, SqliteConnection file, MovedTable table, CancellationToken ct)
    {
        using var insert = file.CreateCommand();
        var names = table.Columns.Select((_, i) => $"@p{i}").ToArray();
#pragma warning disable CA2100 // Names of the model.
        insert.CommandText = $"INSERT INTO {MovedTable.Quoted(table.Name)} ({table.ColumnList}) VALUES ({string.Join(", ", names)})";
        foreach (var name in names)
        {
            insert.Parameters.Add(new SqliteParameter(name, DBNull.Value));
        }

        using (var select = new NpgsqlCommand(table.Select, server))
#pragma warning restore CA2100
        using (var reader = select.ExecuteReader(CommandBehavior.SequentialAccess))
        {
            while (reader.Read())
            {
                ct.ThrowIfCancellationRequested();
                for (var i = 0; i < names.Length; i++)
                {
                    insert.Parameters[i].Value = MovedTable.ToFile(reader.GetValue(i));
                }

                insert.ExecuteNonQuery();
            }
        }

        if (table.Counted is not null)
        {
            // Numbers that were given once are not given again, and the audit trail still shows that rows at its end are missing.
            using var height = new NpgsqlCommand(table.Name == "Audit" ? """SELECT "Highest" FROM "AuditHeight" """ : """
                SELECT COALESCE(s.last_value, 0) FROM pg_sequences s WHERE format('%I.%I', s.schemaname, s.sequencename) = pg_get_serial_sequence(@table, @column)
                """, server);
            height.Parameters.AddWithValue("@table", MovedTable.Quoted(table.Name));
            height.Parameters.AddWithValue("@column", table.Counted);
            using var keep = file.CreateCommand();
            keep.CommandText = """
                INSERT INTO sqlite_sequence (name, seq) SELECT @table, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = @table);
                UPDATE sqlite_sequence SET seq = MAX(seq, @seq) WHERE name = @table;
                """;
            keep.Parameters.AddWithValue("@table", table.Name);
            keep.Parameters.AddWithValue("@seq", height.ExecuteScalar() as long? ?? 0);
            keep.ExecuteNonQuery();
        }
    }

    private static async Task RaiseAsync(NpgsqlConnection server, SqliteConnection file, MovedTable table, CancellationToken ct)
    {
        if (table.Counted is null)
        {
            return;
        }

        using var read = file.CreateCommand();
        read.CommandText = ReadSequence;
        read.Parameters.AddWithValue("@table", table.Name);
        if (read.ExecuteScalar() is not long seq || seq == 0)
        {
            return;
        }

        using var raise = new NpgsqlCommand(table.Name == "Audit" ? """UPDATE "AuditHeight" SET "Highest" = @seq WHERE "Highest" < @seq""" : "SELECT setval(pg_get_serial_sequence(@table, @column)::regclass, @seq)", server);
        raise.Parameters.AddWithValue("@seq", seq);
        raise.Parameters.AddWithValue("@table", MovedTable.Quoted(table.Name));
        raise.Parameters.AddWithValue("@column", table.Counted);
        await raise.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static ImmutableArray<BackupTable> Compare(ImmutableArray<MovedTable> tables, SqliteConnection file, NpgsqlConnection server, CancellationToken ct)
    {
        var digests = ImmutableArray.CreateBuilder<BackupTable>();
        foreach (var table in tables)
        {
            var (here, there) = (TableDigest.Of(file, table.Name, ct), OnServer(server, table, ct));
            digests.Add(here == there ? here : throw new VettingException(FailureCode.SourceRefused, $"Table {table.Name} is not the same on both sides: {here.Rows} rows in the file, {there.Rows} on the server. Nothing was kept."));
        }

        return digests.ToImmutable();
    }

    private static BackupTable OnServer(NpgsqlConnection server, MovedTable table, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0L;
#pragma warning disable CA2100 // Names of the model.
        using var select = new NpgsqlCommand(table.Select, server);
#pragma warning restore CA2100
        using var reader = select.ExecuteReader(CommandBehavior.SequentialAccess);
        while (reader.Read())
        {
            ct.ThrowIfCancellationRequested();
            rows++;
            for (var i = 0; i < table.Columns.Length; i++)
            {
                TableDigest.Add(hash, MovedTable.ToFile(reader.GetValue(i)));
            }
        }

        return new BackupTable(table.Name, rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static async Task<long> NumberAsync(NpgsqlConnection server, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Names of the model.
        using var command = new NpgsqlCommand(sql, server);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }
}

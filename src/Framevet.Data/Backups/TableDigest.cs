using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Framevet.Data.Backups;

/// <summary>Counts and hashes the rows of every table: two databases with the same digests hold the same data, however their files are laid out.</summary>
internal static class TableDigest
{
    /// <summary>All tables by name; the read is one transaction, so that a database in use is seen at one moment.</summary>
    public static ImmutableArray<BackupTable> Of(SqliteConnection connection, CancellationToken ct)
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        var names = Rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name", r => r.GetString(0));
        return [.. names.Select(name => Of(connection, name, ct))];
    }

    /// <summary>What SQLite finds wrong with the file; empty when it is sound.</summary>
    public static ImmutableArray<string> Faults(SqliteConnection connection) => Rows(connection, "PRAGMA integrity_check", r => r.GetString(0)) is ["ok"] ? [] : Rows(connection, "PRAGMA integrity_check", r => r.GetString(0));

    /// <summary>Newest migration.</summary>
    public static string LastMigration(SqliteConnection connection) =>
        Rows(connection, "SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\" ORDER BY \"MigrationId\" DESC LIMIT 1", r => r.GetString(0)) is [var last] ? last : "";

    internal static ImmutableArray<T> Rows<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants, and names of tables that the database itself gave, quoted.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = ImmutableArray.CreateBuilder<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows.ToImmutable();
    }

    /// <summary>One table.</summary>
    public static BackupTable Of(SqliteConnection connection, string name, CancellationToken ct)
    {
        var table = Quoted(name);
        var key = Rows(connection, $"SELECT name FROM pragma_table_info({Text(name)}) WHERE pk > 0 ORDER BY pk", r => Quoted(r.GetString(0)));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = Rows(connection, $"SELECT * FROM {table} ORDER BY {(key.IsEmpty ? "rowid" : string.Join(", ", key))}", reader =>
        {
            ct.ThrowIfCancellationRequested();
            for (var i = 0; i < reader.FieldCount; i++)
            {
                Add(hash, reader.GetValue(i));
            }

            return true;
        }).Length;
        return new BackupTable(name, rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Adds a value. Kind and length before each: moving a character from one column to the next changes the hash.</summary>
    internal static void Add(IncrementalHash hash, object value)
    {
        (byte Kind, byte[] Bytes) part = value switch
        {
            DBNull => (0, []),
            long number => (1, BitConverter.GetBytes(number)),
            double number => (2, BitConverter.GetBytes(number)),
            byte[] blob => (3, blob),
            _ => (4, Encoding.UTF8.GetBytes(Convert.ToString(value, CultureInfo.InvariantCulture)!)),
        };
        Span<byte> head = stackalloc byte[5];
        head[0] = part.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], part.Bytes.Length);
        hash.AppendData(head);
        hash.AppendData(part.Bytes);
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(string name) => $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
}

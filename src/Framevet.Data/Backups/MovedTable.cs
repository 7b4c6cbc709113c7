using System.Collections.Immutable;
using System.Data;
using System.Globalization;
using Framevet.Pipeline;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using NpgsqlTypes;

namespace Framevet.Data.Backups;

/// <summary>
/// A table that both databases have. <paramref name="Columns"/> in the order of the file, which is the order of digests; <paramref name="Key"/>: the columns that rows are ordered by;
/// <paramref name="Types"/>: types of the columns on the server; <paramref name="Counted"/>: the column that the database numbers by itself, or null.
/// </summary>
internal sealed record MovedTable(string Name, ImmutableArray<string> Columns, ImmutableArray<string> Key, ImmutableArray<NpgsqlDbType> Types, string? Counted)
{
    /// <summary>The columns as a statement names them.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(Quoted));

    /// <summary>Reads all rows in the order of digests; the same text for both.</summary>
    public string Select => $"SELECT {ColumnList} FROM {Quoted(Name)} ORDER BY {string.Join(", ", Key.Select(Quoted))}";

    /// <summary>All tables of the model, each after those that it refers to.</summary>
    /// <exception cref="VettingException">Conflict: the two do not have the same tables and columns.</exception>
    public static ImmutableArray<MovedTable> List(FramevetDb model, SqliteConnection file, NpgsqlConnection server)
    {
        var tables = ImmutableArray.CreateBuilder<MovedTable>();
        foreach (var table in InOrder([.. model.Model.GetRelationalModel().Tables]))
        {
            var (columns, key) = (FileColumns(file, table.Name, "cid"), FileColumns(file, table.Name, "pk"));
            var types = ServerColumns(server, table.Name);
            if (columns.IsEmpty || columns.Any(c => !types.ContainsKey(c)) || types.Count != columns.Length)
            {
                throw new VettingException(FailureCode.Conflict, $"Table {table.Name} is not the same in the file and on the server; start this version of the program on both first.");
            }

            tables.Add(new MovedTable(table.Name, columns, key, [.. columns.Select(c => types[c].Type)], types.Where(t => t.Value.IsCounted).Select(t => t.Key).SingleOrDefault()));
        }

        return tables.ToImmutable();
    }

    /// <summary>A name of the model in a statement.</summary>
    public static string Quoted(string name) => $"\"{name}\"";

    /// <summary>A value of the file as the server's column holds it.</summary>
    public object ToServer(int column, object value) => value is DBNull ? value : Types[column] switch
    {
        NpgsqlDbType.Text => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        NpgsqlDbType.Bigint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        NpgsqlDbType.Integer => Convert.ToInt32(value, CultureInfo.InvariantCulture),
        NpgsqlDbType.Double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        NpgsqlDbType.Boolean => Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0,
        NpgsqlDbType.Uuid => Guid.Parse((string)value),
        _ => value,
    };

    /// <summary>A value of the server as the file holds it.</summary>
    public static object ToFile(object value) => value switch
    {
        bool truth => truth ? 1L : 0L,
        int number => (long)number,
        Guid id => id.ToString("D").ToUpperInvariant(),
        _ => value,
    };

    private static List<ITable> InOrder(List<ITable> tables)
    {
        var ordered = new List<ITable>();
        while (ordered.Count < tables.Count)
        {
            var next = tables.Where(t => !ordered.Contains(t) && t.ForeignKeyConstraints.All(f => f.PrincipalTable == t || ordered.Contains(f.PrincipalTable))).OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
            ordered.AddRange(next.Count > 0 ? next : throw new InvalidOperationException("Tables refer to each other in a circle."));
        }

        return ordered;
    }

    private static ImmutableArray<string> FileColumns(SqliteConnection file, string table, string order) =>
        TableDigest.Rows(file, $"SELECT name FROM pragma_table_info('{table}') {(order == "pk" ? "WHERE pk > 0" : "")} ORDER BY {order}", r => r.GetString(0));

    private static Dictionary<string, (NpgsqlDbType Type, bool IsCounted)> ServerColumns(NpgsqlConnection server, string table)
    {
        using var command = new NpgsqlCommand("SELECT column_name, udt_name, is_identity FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table", server);
        command.Parameters.AddWithValue("@table", table);
        using var reader = command.ExecuteReader();
        var columns = new Dictionary<string, (NpgsqlDbType, bool)>(StringComparer.Ordinal);
        while (reader.Read())
        {
            var type = reader.GetString(1) switch
            {
                "text" or "varchar" => NpgsqlDbType.Text,
                "int8" => NpgsqlDbType.Bigint,
                "int4" => NpgsqlDbType.Integer,
                "float8" => NpgsqlDbType.Double,
                "bool" => NpgsqlDbType.Boolean,
                "uuid" => NpgsqlDbType.Uuid,
                "bytea" => NpgsqlDbType.Bytea,
                var other => throw new InvalidOperationException($"No file holds a column of type {other}."),
            };
            columns[reader.GetString(0)] = (type, reader.GetString(2) == "YES");
        }

        return columns;
    }
}

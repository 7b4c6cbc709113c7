using System.Data;
using System.Data.Common;

namespace Framevet.Data.Stores;

/// <summary>A write transaction: the context and plain commands on the same connection. Commands live as long as the scope.</summary>
internal sealed class WriteScope(FramevetDb db, DbTransaction transaction) : IDisposable
{
    private readonly List<DbCommand> _commands = [];

    public FramevetDb Db => db;

    /// <summary>The connection that the transaction is on.</summary>
    public DbConnection Connection => transaction.Connection!;

    /// <summary>A command to run often with other values: parameters are declared once and set by <see cref="DbCommands.With"/>.</summary>
    public DbCommand Command(string sql)
    {
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Every caller passes a constant; values travel as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        _commands.Add(command);
        return command;
    }

    public void Dispose() => _commands.ForEach(c => c.Dispose());
}

/// <summary>Short forms for commands.</summary>
internal static class DbCommands
{
    /// <summary>Sets a parameter (adds it the first time). Null becomes NULL of the type that the caller would give, times become ticks, enums their names.</summary>
    public static DbCommand With<T>(this DbCommand command, string name, T value)
    {
        DbParameter parameter;
        if (command.Parameters.Contains(name))
        {
            parameter = command.Parameters[name];
        }
        else
        {
            parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        parameter.Value = ToColumn(value);
        if (value is null && TypeOf(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T)) is { } type)
        {
            // A server plans a statement before it sees values, and a NULL alone says nothing of its type.
            parameter.DbType = type;
        }

        return command;
    }

    /// <summary>The first column of the first row, or null when there is no row or it holds NULL.</summary>
    public static async Task<long?> NumberAsync(this DbCommand command, CancellationToken ct) =>
        await command.ExecuteScalarAsync(ct).ConfigureAwait(false) switch
        {
            long number => number,
            int number => number,
            _ => null,
        };

    /// <summary>The id in the first column of the first row, or null when there is no row.</summary>
    public static async Task<Guid?> IdAsync(this DbCommand command, CancellationToken ct) => await command.ExecuteScalarAsync(ct).ConfigureAwait(false) switch
    {
        Guid id => id,
        string text => Guid.Parse(text),
        _ => null,
    };

    private static DbType? TypeOf(Type type) =>
        type == typeof(string) || type == typeof(Pipeline.Runs.RunId) || type.IsEnum ? DbType.String
        : type == typeof(long) || type == typeof(DateTimeOffset) ? DbType.Int64
        : type == typeof(int) ? DbType.Int32
        : type == typeof(double) || type == typeof(float) ? DbType.Double
        : type == typeof(bool) ? DbType.Boolean
        : type == typeof(Guid) ? DbType.Guid
        : null;

    /// <summary>A value as its column holds it.</summary>
    public static object ToColumn(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset time => time.UtcTicks,
        Pipeline.Runs.RunId id => id.ToString(),
        Enum name => name.ToString(),
        _ => value,
    };
}

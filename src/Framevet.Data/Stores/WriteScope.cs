using System.Data.Common;

namespace Framevet.Data.Stores;

/// <summary>A write transaction: the context and plain commands on the same connection. Commands live as long as the scope.</summary>
internal sealed class WriteScope(FramevetDb db, DbTransaction transaction) : IDisposable
{
    private readonly List<DbCommand> _commands = [];

    public FramevetDb Db => db;

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
    /// <summary>Sets a parameter (adds it the first time). Null becomes NULL, times become ticks, enums their names.</summary>
    public static DbCommand With(this DbCommand command, string name, object? value)
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
        return command;
    }

    /// <summary>The first column of the first row, or null when there is no row or it holds NULL.</summary>
    public static async Task<long?> NumberAsync(this DbCommand command, CancellationToken ct) =>
        await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is long number ? number : null;

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

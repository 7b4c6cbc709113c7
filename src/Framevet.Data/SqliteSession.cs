using System.Data.Common;
using Framevet.Data.Tables;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Framevet.Data;

/// <summary>
/// What every connection needs. WAL is a property of the file and set once at start (<see cref="DatabaseStart"/>).
/// synchronous=NORMAL: with WAL a power cut may lose the last commits but never damages the file, and a killed process loses nothing.
/// busy_timeout covers writers that do not pass through <see cref="Stores.WriteGate"/> (Identity, another process).
/// </summary>
internal sealed class SqliteSession : DbConnectionInterceptor
{
    public static SqliteSession Instance { get; } = new();

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Prepare((SqliteConnection)connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken)
    {
        Prepare((SqliteConnection)connection);
        return Task.CompletedTask;
    }

    private static void Prepare(SqliteConnection connection)
    {
        // SQLite's own upper() knows ASCII only; searches ignore case in every script.
        connection.CreateFunction("upper", (string? text) => text?.ToUpperInvariant(), isDeterministic: true);
        connection.CreateFunction("change_tags", (string? tags, string? add, string? remove) => TagText.Change(tags, add, remove), isDeterministic: true);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout=5000; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384;";
        command.ExecuteNonQuery();
    }
}

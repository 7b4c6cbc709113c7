using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;

namespace Framevet.Data;

/// <summary>Where the database is.</summary>
public sealed record DataOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Data";

    /// <summary>Folder of the database file; relative to the current folder. Made when missing.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; init; } = "data";

    /// <summary>SQLite connection string; wins over <see cref="Folder"/>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Whether the whole file is checked at start (reads all of it; a damaged file stops the start).</summary>
    public bool CheckIntegrity { get; init; }

    /// <summary>The database file.</summary>
    public string DatabaseFile() => Connection.DataSource;

    /// <summary>The connection string that counts.</summary>
    internal SqliteConnectionStringBuilder Connection => string.IsNullOrWhiteSpace(ConnectionString)
        ? new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(Path.Combine(Folder, "framevet.db")) }
        : new SqliteConnectionStringBuilder(ConnectionString);
}

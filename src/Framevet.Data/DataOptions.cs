using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Framevet.Data;

/// <summary>The databases that can hold the data.</summary>
public enum DatabaseKind
{
    /// <summary>A file; one process works on it.</summary>
    Sqlite,

    /// <summary>A server; several processes on several machines may work on it.</summary>
    Postgres,
}

/// <summary>Where the database is.</summary>
public sealed record DataOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Data";

    /// <summary>Said when a server is wanted and none is named.</summary>
    internal const string NoServer = "Data:Provider is postgres, so Data:ConnectionString must name the server, e.g. Host=localhost;Database=framevet;Username=framevet;Password=...";

    // Statements repeat a thousandfold; the server plans each once a connection. Several nodes share its connections. What is given comes later and wins.
    private const string Ours = "Max Auto Prepare=100;Maximum Pool Size=40;Application Name=framevet";

    /// <summary>Sqlite (a file) or postgres (a server).</summary>
    [EnumDataType(typeof(DatabaseKind), ErrorMessage = "Data:Provider is sqlite or postgres.")]
    public DatabaseKind Provider { get; init; } = DatabaseKind.Sqlite;

    /// <summary>Folder of the database file; relative to the current folder. Made when missing.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; init; } = "data";

    /// <summary>Connection string of the provider. With sqlite it wins over <see cref="Folder"/>; postgres needs one.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Whether the whole file is checked at start (reads all of it; a damaged file stops the start). SQLite only.</summary>
    public bool CheckIntegrity { get; init; }

    /// <summary>The database file.</summary>
    public string DatabaseFile() => Connection.DataSource;

    /// <summary>The connection string of a server.</summary>
    /// <exception cref="VettingException">InvalidRequest: there is none, or it is none.</exception>
    public string ServerConnection() => Server.ToString();

    /// <summary>The connection string that counts with SQLite.</summary>
    internal SqliteConnectionStringBuilder Connection => string.IsNullOrWhiteSpace(ConnectionString) || Provider != DatabaseKind.Sqlite
        ? new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(Path.Combine(Folder, "framevet.db")) }
        : new SqliteConnectionStringBuilder(ConnectionString);

    /// <summary>The connection string that counts with PostgreSQL; what it leaves open is set for this program.</summary>
    internal NpgsqlConnectionStringBuilder Server
    {
        get
        {
            if (string.IsNullOrWhiteSpace(ConnectionString))
            {
                throw new VettingException(FailureCode.InvalidRequest, NoServer);
            }

            try
            {
                var given = new NpgsqlConnectionStringBuilder($"{Ours};{ConnectionString}");
                if (string.IsNullOrEmpty(given.Host))
                {
                    throw new VettingException(FailureCode.InvalidRequest, NoServer);
                }

                return given;
            }
            catch (ArgumentException e)
            {
                throw new VettingException(FailureCode.InvalidRequest, $"Data:ConnectionString is no connection string for PostgreSQL: {e.Message}", null, e);
            }
        }
    }
}

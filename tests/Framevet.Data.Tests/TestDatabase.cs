using System.Text;
using Framevet.Pipeline.Webhooks;
using Framevet.TestKit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Framevet.Data.Tests;

/// <summary>
/// A real database of its own, migrated, with everything registered as in the server; removed afterwards. A test class whose name ends with OnPostgres gets one on a server, every other a SQLite file.
/// </summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private const string TemplateName = "framevet_template";

    private static readonly Lazy<Task<byte[]>> Template = new(MigrateFileAsync);
    private static readonly Lazy<Task> ServerTemplate = new(MigrateServerAsync);
    private static int _count;

    private readonly string _folder = Directory.CreateTempSubdirectory("framevet-data-").FullName;
    private readonly ServiceProvider _services;
    private readonly string? _server;
    private readonly bool _isOwner;

    private TestDatabase(string? server = null, bool isOwner = true)
    {
        (_server, _isOwner) = (server, isOwner);
        Configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(server is null ? [new("Data:Folder", _folder)] : [new("Data:Provider", "postgres"), new("Data:ConnectionString", server), new("Data:Folder", _folder)]).Build();
        _services = new ServiceCollection().AddSingleton<TimeProvider>(Clock).AddSingleton<ISecretSeal, MarkedSeal>().AddFramevetData(Configuration).BuildServiceProvider(validateScopes: true);
    }

    public IConfiguration Configuration { get; }

    public ManualClock Clock { get; } = new();

    /// <summary>Connection string of the server.</summary>
    public string Server => _server ?? throw new InvalidOperationException("It is a file.");

    public string File => Path.Combine(_folder, "framevet.db");

    /// <summary>Whether the running test wants a server.</summary>
    public static bool OnServer => TestContext.Current.TestClass?.TestClassName.EndsWith("OnPostgres", StringComparison.Ordinal) ?? false;

    /// <summary>A migrated database. The migrations run once; every test gets a copy.</summary>
    public static async Task<TestDatabase> MigratedAsync(CancellationToken ct)
    {
        if (OnServer)
        {
            await ServerTemplate.Value.WaitAsync(ct);
            var name = NextName();
            await OnClusterAsync($"CREATE DATABASE {name} TEMPLATE {TemplateName} STRATEGY FILE_COPY");
            return new TestDatabase((await PostgresCluster.SharedAsync()).Connection(name));
        }

        var content = await Template.Value.WaitAsync(ct);
        var database = new TestDatabase();
        await System.IO.File.WriteAllBytesAsync(database.File, content, ct);
        return database;
    }

    /// <summary>A database that is not there yet.</summary>
    public static async Task<TestDatabase> EmptyAsync() => new(OnServer ? (await PostgresCluster.SharedAsync()).Connection(NextName()) : null);

    /// <summary>A database on a server, not there yet, whatever the running test's class says.</summary>
    public static async Task<TestDatabase> EmptyServerAsync() => new((await PostgresCluster.SharedAsync()).Connection(NextName()));

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public FramevetDb Context() => Get<IDbContextFactory<FramevetDb>>().CreateDbContext();

    public IServiceScope Scope() => _services.CreateScope();

    /// <summary>Runs SQL past every store.</summary>
    public async Task<int> ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var db = Context();
        return await db.Database.ExecuteSqlRawAsync(sql, ct);
    }

    /// <summary>Reads one number past every store.</summary>
    public async Task<long> NumberAsync(string sql, CancellationToken ct)
    {
        await using var db = Context();
        return (await db.Database.SqlQueryRaw<long>(sql).ToListAsync(ct)).Single();
    }

    /// <summary>All that is stored, byte by byte, journal of a file included.</summary>
    public async Task<string> StoredAsync(CancellationToken ct)
    {
        var text = new StringBuilder();
        await ExecuteAsync(_server is null ? "PRAGMA wal_checkpoint(PASSIVE)" : "CHECKPOINT", ct);
        foreach (var file in _server is null ? [File, File + "-wal"] : await ServerFilesAsync(ct))
        {
            if (System.IO.File.Exists(file))
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var reader = new StreamReader(stream, Encoding.Latin1);
                text.Append(await reader.ReadToEndAsync(ct));
            }
        }

        return text.ToString();
    }

    /// <summary>Opens what a process that is killed now would leave: a copy of the files, or the same server.</summary>
    public TestDatabase CopyAsIfKilled()
    {
        if (_server is not null)
        {
            return new TestDatabase(_server, isOwner: false);
        }

        var copy = new TestDatabase();
        foreach (var suffix in (ReadOnlySpan<string>)["", "-wal"])
        {
            System.IO.File.Copy(File + suffix, copy.File + suffix);
        }

        return copy;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_server is not null && !_isOwner)
        {
            // The owner drops it.
        }
        else if (_server is not null)
        {
            await using var connection = new NpgsqlConnection(new DataOptions { Provider = DatabaseKind.Postgres, ConnectionString = _server }.ServerConnection());
            NpgsqlConnection.ClearPool(connection);
            await OnClusterAsync($"DROP DATABASE IF EXISTS {connection.Database} WITH (FORCE)");
        }
        else
        {
            await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={File}");
            Microsoft.Data.Sqlite.SqliteConnection.ClearPool(connection);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string[]> ServerFilesAsync(CancellationToken ct)
    {
        await using var db = Context();
        return [.. await db.Database.SqlQueryRaw<string>("""
            SELECT current_setting('data_directory') || '/' || pg_relation_filepath(oid) AS "Value" FROM pg_class WHERE relkind IN ('r', 't', 'i') AND relnamespace::regnamespace::text IN ('public', 'pg_toast')
            """).ToListAsync(ct)];
    }

    private static string NextName() => $"framevet_{Interlocked.Increment(ref _count)}";

    private static async Task<byte[]> MigrateFileAsync()
    {
        await using var database = new TestDatabase();
        await database.Get<DatabaseStart>().MigrateAsync(CancellationToken.None);
        await database.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)", CancellationToken.None);
        return await System.IO.File.ReadAllBytesAsync(database.File);
    }

    private static async Task MigrateServerAsync()
    {
        // Not disposed of: that would drop it. Nobody may be connected to a database that is copied.
        var database = new TestDatabase((await PostgresCluster.SharedAsync()).Connection(TemplateName));
        await database.Get<DatabaseStart>().MigrateAsync(CancellationToken.None);
        await using var connection = new NpgsqlConnection(new DataOptions { Provider = DatabaseKind.Postgres, ConnectionString = database._server }.ServerConnection());
        NpgsqlConnection.ClearPool(connection);
        await OnClusterAsync($"ALTER DATABASE {TemplateName} WITH ALLOW_CONNECTIONS FALSE");
        await database._services.DisposeAsync();
        Directory.Delete(database._folder, recursive: true);
    }

    private static async Task OnClusterAsync(string sql)
    {
        await using var connection = new NpgsqlConnection((await PostgresCluster.SharedAsync()).Connection("postgres"));
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names that this class makes.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>Says who sealed and for whom instead of encrypting: what encrypts needs the server's keys and is tested there.</summary>
internal sealed class MarkedSeal : ISecretSeal
{
    public string Seal(string owner, string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{owner}|{text}"));

    public string? Open(string owner, string sealedText) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(sealedText)).Split('|', 2) is [var name, var text] && name == owner ? text : null;
}

/// <summary>A clock that stands still until it is moved. Thread-safe.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).UtcTicks;

    public DateTimeOffset Now => GetUtcNow();

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}

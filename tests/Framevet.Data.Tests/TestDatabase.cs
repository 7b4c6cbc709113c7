using System.Text;
using Framevet.Pipeline.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Data.Tests;

/// <summary>A real SQLite file in a folder of its own, migrated, with everything registered as in the server; removed afterwards.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<byte[]>> Template = new(MigrateAsync);

    private readonly string _folder = Directory.CreateTempSubdirectory("framevet-data-").FullName;
    private readonly ServiceProvider _services;

    private TestDatabase()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data:Folder", _folder)]).Build();
        _services = new ServiceCollection().AddSingleton<TimeProvider>(Clock).AddSingleton<ISecretSeal, MarkedSeal>().AddFramevetData(configuration).BuildServiceProvider(validateScopes: true);
    }

    public ManualClock Clock { get; } = new();

    public string File => Path.Combine(_folder, "framevet.db");

    /// <summary>A migrated database. The migrations run once; every test gets a copy of the file.</summary>
    public static async Task<TestDatabase> MigratedAsync(CancellationToken ct)
    {
        var content = await Template.Value.WaitAsync(ct);
        var database = new TestDatabase();
        await System.IO.File.WriteAllBytesAsync(database.File, content, ct);
        return database;
    }

    public static TestDatabase Empty() => new();

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

    /// <summary>Copies the files as they are at this moment, as a power cut would leave them, and opens the copy.</summary>
    public TestDatabase CopyAsIfKilled()
    {
        var copy = new TestDatabase();
        foreach (var suffix in (ReadOnlySpan<string>)["", "-wal"])
        {
            System.IO.File.Copy(File + suffix, copy.File + suffix);
        }

        return copy;
    }

    private static async Task<byte[]> MigrateAsync()
    {
        await using var database = new TestDatabase();
        await database.Get<DatabaseStart>().MigrateAsync(CancellationToken.None);
        await database.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)", CancellationToken.None);
        return await System.IO.File.ReadAllBytesAsync(database.File);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={File}"))
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearPool(connection);
        }

        Directory.Delete(_folder, recursive: true);
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

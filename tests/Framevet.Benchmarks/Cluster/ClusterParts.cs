using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Framevet.Data;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Framevet.Benchmarks.Cluster;

/// <summary>
/// <c>cluster-parts [--seconds S]</c>: what the parts of a cluster cost, one by one, on a PostgreSQL that writes as it does in earnest: rows of frames by the size of their group and the number of writers,
/// leases of runs, NOTIFY by the number of those who tell and who listen, and files of a folder.
/// </summary>
internal static class ClusterParts
{
    private static readonly string[] Scores = ["sharpness", "edge-strength", "contrast", "brightness", "entropy", "motion", "noise", "colorfulness", "clipping", "quality"];
    private static readonly TimeBase Clock = new(1, 12800);

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var ct = CancellationToken.None;
        var span = TimeSpan.FromSeconds(arguments.Number("--seconds", 4));
        var server = await PostgresCluster.OwnAsync(BenchCluster.InEarnest);
        try
        {
            var connection = server.Connection("parts");
            await using var services = new ServiceCollection().AddLogging()
                .AddFramevetData(new ConfigurationBuilder().AddInMemoryCollection([new("Data:Provider", "postgres"), new("Data:ConnectionString", connection), new("Data:Folder", Path.GetTempPath())]).Build())
                .BuildServiceProvider();
            await services.GetRequiredService<DatabaseStart>().MigrateAsync(ct);
            var store = services.GetRequiredService<IRunStore>();
            var costs = new ServerCosts(server, connection);
            await costs.DoAsync("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", ct);
            Console.WriteLine("| what | each | a second | µs of PostgreSQL's processors | µs of the writers' | log bytes |\n|---|---|---|---|---|---|");
            foreach (var (writers, group) in new[] { (1, 10), (1, 50), (1, 250), (4, 50), (16, 50) })
            {
                await CountAsync($"rows of frames, groups of {group}, {writers} writers", "row", costs, span, writers, await RowsAsync(store, writers, group, ct), ct);
            }

            foreach (var workers in new[] { 1, 16 })
            {
                await CountAsync($"a run taken and given back, {workers} workers", "lease", costs, span, workers, await LeasesAsync(store, workers, ct), ct);
            }

            foreach (var (tellers, listeners, notes) in new[] { (1, 0, 1), (8, 0, 1), (8, 10, 1), (8, 100, 1), (8, 100, 20) })
            {
                await using var ears = await Ears.OpenAsync(connection, listeners, ct);
                await using var source = NpgsqlDataSource.Create(connection);
                await CountAsync($"notes, {notes} a statement, {tellers} tellers, {listeners} listeners", "note", costs, span, tellers, (_, token) => TellAsync(source, notes, token), ct);
            }

            using var folder = new TemporaryFolder();
            var blobs = new DiskBlobStore(folder.Path);
            var picture = new byte[8 << 10];
            var number = 0;
            foreach (var writers in new[] { 1, 4 })
            {
                await CountAsync($"files of 8 KiB into a folder of this machine, {writers} writers", "file", costs, span, writers, async (_, token) =>
                {
                    await blobs.PutAsync(string.Create(CultureInfo.InvariantCulture, $"thumbs/{Interlocked.Increment(ref number) / 1000}/{number}.jpg"), picture, token);
                    return 1;
                }, ct);
            }

            return 0;
        }
        finally
        {
            server.Stop();
        }
    }

    // Each of so many at the same time does it again and again; it says how many it did.
    private static async Task CountAsync(string what, string unit, ServerCosts costs, TimeSpan span, int together, Func<int, CancellationToken, Task<int>> once, CancellationToken ct)
    {
        await once(0, ct);
        await costs.ResetAsync(ct);
        var own = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        long done = 0;
        await Task.WhenAll(Enumerable.Range(0, together).Select(i => Task.Run(async () =>
        {
            while (watch.Elapsed < span)
            {
                Interlocked.Add(ref done, await once(i, ct));
            }
        }, ct)));
        var seconds = watch.Elapsed.TotalSeconds;
        var (cpu, wal) = await costs.ReadAsync(ct);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {unit} | {done / seconds:F0} | {cpu * 1e6 / done:F1} | {(Environment.CpuUsage.TotalTime - own).TotalMicroseconds / done:F1} | {(double)wal / done:F0} |"));
    }

    private static async Task<Func<int, CancellationToken, Task<int>>> RowsAsync(IRunStore store, int writers, int group, CancellationToken ct)
    {
        var (runs, next) = (new ConcurrentDictionary<int, RunId>(), new int[writers]);
        for (var i = 0; i < writers; i++)
        {
            runs[i] = (await AddAsync(store, ct)).Id;
        }

        return async (writer, token) =>
        {
            var first = next[writer];
            next[writer] += group;
            await store.SaveCandidatesAsync(runs[writer], [.. Enumerable.Range(first, group).Select(n => Frame(runs[writer], n))], new Funnel(Decoded: next[writer], Sampled: next[writer]), token);
            return group;
        };
    }

    private static async Task<Func<int, CancellationToken, Task<int>>> LeasesAsync(IRunStore store, int workers, CancellationToken ct)
    {
        var runs = new List<RunId>();
        for (var i = 0; i < workers; i++)
        {
            runs.Add((await AddAsync(store, ct)).Id);
        }

        return async (worker, token) =>
        {
            var node = new WorkNode(string.Create(CultureInfo.InvariantCulture, $"w{worker}"), TimeSpan.FromSeconds(15), false);
            await store.ReleaseAsync(await store.TryTakeAsync(runs[worker], node, token) ?? throw new InvalidOperationException("Somebody else has the run."), token);
            return 1;
        };
    }

    private static async Task<int> TellAsync(NpgsqlDataSource source, int notes, CancellationToken ct)
    {
        await using var command = source.CreateCommand("SELECT count(pg_notify('framevet_news', '0|n|frames|0190a3f05e8b7c3e9a2b4d5e6f708192 ' || clock_timestamp() || i)) FROM generate_series(1, $1) i");
        command.Parameters.Add(new NpgsqlParameter { Value = notes });
        await command.ExecuteNonQueryAsync(ct);
        return notes;
    }

    private static async Task<Run> AddAsync(IRunStore store, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var run = new Run
        {
            Id = RunId.New(now), OwnerId = "nobody", SourceName = "parts.mp4", MediaSha256 = new string('0', 64), MediaKey = "media/none", MediaBytes = 1, Recipe = BuiltInRecipes.BestFrames,
            State = RunState.Running, Reason = "", CreatedAt = now,
        };
        await store.AddAsync(run, ct);
        return run;
    }

    private static Candidate Frame(RunId run, int i) => new(
        new Pts(i * 512L, Clock), i, Scores.ToImmutableSortedDictionary(s => s, s => ((i * 37 % 1000) + s.Length) / 10f, StringComparer.Ordinal), unchecked((ulong)i * 0x9E3779B97F4A7C15),
        string.Create(CultureInfo.InvariantCulture, $"thumbs/{run}/{i * 512}.jpg"), [], new Judgement(new Verdict(Decision.Allow, "Nothing seen.", "policy"), []));

    /// <summary>Connections that listen, and read what comes.</summary>
    private sealed class Ears(List<NpgsqlConnection> open, CancellationTokenSource end, List<Task> reading) : IAsyncDisposable
    {
        public static async Task<Ears> OpenAsync(string connection, int count, CancellationToken ct)
        {
            var (open, end, reading) = (new List<NpgsqlConnection>(), new CancellationTokenSource(), new List<Task>());
            for (var i = 0; i < count; i++)
            {
                var ear = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ToString());
                await ear.OpenAsync(ct);
                await using var listen = new NpgsqlCommand("LISTEN framevet_news", ear);
                await listen.ExecuteNonQueryAsync(ct);
                open.Add(ear);
                reading.Add(ReadAsync(ear, end.Token));
            }

            return new Ears(open, end, reading);
        }

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            await Task.WhenAll(reading);
            foreach (var ear in open)
            {
                await ear.DisposeAsync();
            }

            end.Dispose();
        }

        private static async Task ReadAsync(NpgsqlConnection ear, CancellationToken ct)
        {
            try
            {
                while (true)
                {
                    await ear.WaitAsync(ct);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // Enough.
            }
        }
    }
}

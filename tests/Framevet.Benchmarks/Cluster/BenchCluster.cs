using System.Diagnostics;
using System.Globalization;
using Framevet.Benchmarks.Serving;
using Framevet.Data.Cluster;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;

namespace Framevet.Benchmarks.Cluster;

/// <summary>A web node and some workers as processes on one database of a PostgreSQL that writes as it does in earnest, with one run at a time in each worker.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    /// <summary>Settings of a server that keeps what it said is stored, and that counts.</summary>
    public static readonly string[] InEarnest =
        ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=512MB", "max_wal_size=4GB", "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=on", "max_connections=400"];

    private readonly string _folder = Directory.CreateTempSubdirectory("framevet-bench-").FullName;
    private readonly List<BenchServer> _workers = [];
    private BenchServer _web = null!;

    private BenchCluster(ServerCosts costs) => Costs = costs;

    /// <summary>What the server has to do.</summary>
    public ServerCosts Costs { get; }

    /// <summary>Its files.</summary>
    public string Blobs => Path.Combine(_folder, "blobs");

    /// <summary>Starts them on a database of their own, with these settings besides.</summary>
    public static async Task<BenchCluster> StartAsync(PostgresCluster server, string database, int workers, Action<string> tell, CancellationToken ct, params string[] settings)
    {
        var connection = server.Connection(database);
        var cluster = new BenchCluster(new ServerCosts(server, connection));
        string[] Node(string role, int number) =>
        [
            "--Data:Provider=postgres", $"--Data:ConnectionString={connection}", $"--Framevet:Node:Role={role}", string.Create(CultureInfo.InvariantCulture, $"--Framevet:Node:Name={role}-{number}"),
            "--Framevet:Jobs:CpuSlots=1", "--Moderation:ReuseDecisions=false", .. settings,
        ];
        cluster._web = await BenchServer.StartAsync(cluster._folder, ct, Node("web", 1));
        for (var i = 1; i <= workers; i++)
        {
            cluster._workers.Add(await BenchServer.StartWorkerAsync(cluster._folder, ct, Node("worker", i)));
        }

        await cluster.Costs.DoAsync("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", ct);
        tell($"a web node and {workers} workers are ready");
        return cluster;
    }

    /// <summary>Gives each worker a processor of its own, as if it were a machine with one; whatever it starts from now on stays there, too.</summary>
    public async Task PinAsync(CancellationToken ct)
    {
        foreach (var (worker, i) in _workers.Select((w, i) => (w, i)))
        {
            using var pin = Process.Start(new ProcessStartInfo("taskset", ["-a", "-c", "-p", string.Create(CultureInfo.InvariantCulture, $"{i % Environment.ProcessorCount}"), string.Create(CultureInfo.InvariantCulture, $"{worker.Id}")]) { RedirectStandardOutput = true })!;
            _ = await pin.StandardOutput.ReadToEndAsync(ct);
            await pin.WaitForExitAsync(ct);
            if (pin.ExitCode != 0)
            {
                throw new InvalidOperationException($"taskset ended with {pin.ExitCode}.");
            }
        }
    }

    /// <summary>Submits the files while the workers rest.</summary>
    public async Task SubmitAsync(string file, int count, Recipe recipe, CancellationToken ct)
    {
        await WishAsync(NodeWish.Drain, ct);
        await UntilAsync("""SELECT count(*) FROM "Runs" WHERE "Worker" IS NOT NULL""", ct);
        for (var i = 0; i < count; i++)
        {
            await _web.SubmitAsync(file, recipe, ct);
        }
    }

    /// <summary>Lets the workers work until nothing is left.</summary>
    public async Task WorkAsync(CancellationToken ct)
    {
        await WishAsync(NodeWish.Work, ct);
        await UntilAsync("""SELECT count(*) FROM "Runs" WHERE "State" NOT IN ('Done', 'Failed', 'Cancelled')""", ct);
    }

    /// <summary>Processor seconds so far: of the web node, of the workers' own programs, of the tools that they started.</summary>
    public (double Web, double Workers, double Tools) Cpu() => (ProcessorTime.Family(_web.Id), _workers.Sum(w => ProcessorTime.Own(w.Id)), _workers.Sum(w => ProcessorTime.Family(w.Id) - ProcessorTime.Own(w.Id)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _workers.Append(_web).Where(n => n is not null))
        {
            await node.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    // As an admin does on the page: the row, and a word to each.
    private Task WishAsync(NodeWish wish, CancellationToken ct) => Costs.DoAsync($"""
        UPDATE "Nodes" SET "Wish" = '{wish}' WHERE "Role" = 'worker';
        SELECT count(pg_notify('framevet_news', '0|bench|wish|' || "Id")) FROM "Nodes" WHERE "Role" = 'worker'
        """, ct);

    private async Task UntilAsync(string sql, CancellationToken ct)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (await Costs.NumberAsync(sql, ct) == 0)
            {
                return;
            }

            await Task.Delay(200, ct);
        }

        throw new TimeoutException($"{sql} does not come to nothing. {string.Join('\n', _workers.Select(w => w.Output))}");
    }
}

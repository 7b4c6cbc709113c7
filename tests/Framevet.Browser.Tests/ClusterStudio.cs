using System.Globalization;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Npgsql;

namespace Framevet.Browser.Tests;

/// <summary>Two web nodes behind nginx and a worker on a PostgreSQL of their own, an admin signed in at nginx.</summary>
public sealed class ClusterStudio : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, AppServer> _nodes = [];
    private PostgresCluster? _server;
    private string _data = "";
    private string? _cookies;

    /// <summary>nginx.</summary>
    public NginxDoor Door { get; private set; } = null!;

    /// <summary>The browser.</summary>
    public Browser Browser { get; private set; } = null!;

    /// <summary>Clips of this class.</summary>
    public ClipFactory Clips { get; } = new();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var ct = CancellationToken.None;
        Browser = await Browser.StartAsync();
        _server = await PostgresCluster.OwnAsync();
        _data = _server.Connection("cluster");
        await Task.WhenAll(StartAsync("web-1", ct), StartAsync("worker-1", ct));
        await StartAsync("web-2", ct);
        Door = await NginxDoor.StartAsync(_nodes["web-1"].Address.Port, _nodes["web-2"].Address.Port, ct);

        // Each web node that starts makes the first admin's link anew.
        var link = new Uri(await _nodes["web-2"].SetupLinkAsync(ct)).PathAndQuery;
        await using var visitor = await Browser.VisitAsync(Door.Address);
        await visitor.Page.GotoAsync(link);
        await visitor.By("setup-name").FillAsync(Studio.Admin);
        await visitor.Page.Locator("input[type=password]").FillAsync(Studio.Password);
        await visitor.By("setup-submit").ClickAsync();
        await visitor.By("home-submit").First.WaitForAsync();
        _cookies = await visitor.Page.Context.StorageStateAsync();
    }

    /// <summary>The admin at a page of their own, at nginx.</summary>
    public Task<Visitor> AdminAsync(int width = 1440, int height = 900, bool isDark = false) => Browser.VisitAsync(Door.Address, width, height, isDark, _cookies);

    /// <summary>What a node printed so far.</summary>
    public string Said(string node) => _nodes[node].Output;

    /// <summary>The web node that answered the last request for this path.</summary>
    public string NodeOf(string path) => _nodes.Single(n => n.Value.Address.Port == Door.Passages().Last(p => p.Path == path && p.Status == 200).Port).Key;

    /// <summary>Ends a node at once.</summary>
    public Task KillAsync(string node) => _nodes[node].KillAsync();

    /// <summary>Starts a node of this name anew on its port.</summary>
    public Task StartAgainAsync(string node, CancellationToken ct) => _nodes[node].StartAgainAsync(ct);

    /// <summary>Writes nodes past the servers, as if they had spoken so long ago, or spoke all the time; they stay until <see cref="ForgetAsync"/>.</summary>
    public async Task PretendAsync(IEnumerable<PretendedNode> nodes, CancellationToken ct)
    {
        foreach (var n in nodes)
        {
            await SqlAsync(string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO "Nodes" ("Id", "Role", "Groups", "Version", "StartedAt", "SeenAt", "SkewMs", "Wish")
                SELECT '{n.Id}', '{n.Role}', '{n.Groups}', coalesce(nullif('{n.Version}', ''), "Version"), "SeenAt" - 36000000000, "SeenAt" - {(n.Silence == default ? -600 : (long)n.Silence.TotalSeconds)} * 10000000::bigint, {n.SkewMs}, '{n.Wish}' FROM "Nodes" WHERE "Id" = 'worker-1'
                ON CONFLICT ("Id") DO UPDATE SET "SeenAt" = EXCLUDED."SeenAt"
                """), ct);
        }
    }

    /// <summary>Takes the pretended nodes away.</summary>
    public Task ForgetAsync(CancellationToken ct) => SqlAsync("""DELETE FROM "Nodes" WHERE "Id" LIKE 'x-%'""", ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        if (Door is not null)
        {
            await Door.DisposeAsync();
        }

        foreach (var node in _nodes.Values)
        {
            await node.DisposeAsync();
        }

        _server?.Stop();
        Clips.Dispose();
        _folder.Dispose();
    }

    /// <summary>Starts a further node; its role is what its name begins with.</summary>
    public async Task StartAsync(string name, CancellationToken ct)
    {
        var node = await AppServer.StartNodeAsync(_folder.Path, ct, "--Data:Provider=postgres", $"--Data:ConnectionString={_data}", $"--Framevet:Node:Role={name.Split('-')[0]}", $"--Framevet:Node:Name={name}",
            "--Framevet:Jobs:CpuSlots=1", "--Framevet:TrustedProxies:0=127.0.0.1", "--FanOut:MinMinutes=5", "--FanOut:PartMinutes=1");
        lock (_nodes)
        {
            _nodes[name] = node;
        }
    }

    private async Task SqlAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(_data);
        await connection.OpenAsync(ct);
#pragma warning disable CA2100 // Texts of tests with names of tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A node that is only a row. Its name begins with x-.</summary>
    public sealed record PretendedNode(string Id, string Role = "worker", string Groups = "io 1, cpu 2", string? Version = null, TimeSpan Silence = default, double SkewMs = 3, string Wish = "Work");
}

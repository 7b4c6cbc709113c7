using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Hosting;
using Framevet.Web.Tests.Jobs;
using Framevet.Web.Tests.Live;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Framevet.Web.Tests.Cluster;

/// <summary>Two web nodes and two workers as real processes on one PostgreSQL and one folder of files.</summary>
public sealed class ClusterRig : IAsyncLifetime
{
    /// <summary>Short, so that a test that waits for a lease to run out need not wait for long.</summary>
    private const int LeaseSeconds = 4;

    private static readonly string[] Names = ["web-a", "web-b", "worker-a", "worker-b"];

    private readonly TemporaryFolder _folder = new();
    private readonly ClipFactory _clips = new();
    private AccountsHost? _accounts;
    private string _server = "";
    private string _key = "";

    /// <summary>Node by name: web-a, web-b, worker-a, worker-b.</summary>
    internal ImmutableDictionary<string, ServerProcess> Nodes { get; private set; } = ImmutableDictionary<string, ServerProcess>.Empty;

    /// <summary>The server; of its own, since it is stopped and started.</summary>
    internal PostgresCluster Server { get; private set; } = null!;

    /// <summary>A signed-in admin's calls to a node.</summary>
    public HttpClient On(string node) => Calls(node, _key);

    public async ValueTask InitializeAsync()
    {
        var ct = CancellationToken.None;
        Server = await PostgresCluster.OwnAsync();
        _server = Server.Connection("cluster");
        Nodes = Names.ToImmutableDictionary(n => n, n => new ServerProcess(_folder.Path,
            "--Data:Provider=postgres", $"--Data:ConnectionString={_server}", $"--Framevet:Node:Role={n.Split('-')[0]}", $"--Framevet:Node:Name={n}", $"--Framevet:Node:LeaseSeconds={LeaseSeconds}",
            "--Framevet:Jobs:CpuSlots=1", "--Framevet:Jobs:RetrySeconds=1", "--Moderation:ReuseDecisions=false"));

        // Two at the same time: one of them migrates, and the other waits.
        await Task.WhenAll(Nodes["web-a"].StartAsync(ct), Nodes["worker-a"].StartAsync(ct));
        await Task.WhenAll(Nodes["web-b"].StartAsync(ct), Nodes["worker-b"].StartAsync(ct));
        _accounts = new AccountsHost(_server, _folder.Path);
        _key = await _accounts.KeyAsync("ada", [Roles.Admin], [.. Scopes.All], ct);
    }

    /// <summary>Calls of a moderator with an account of its own.</summary>
    public async Task<HttpClient> ModeratorAsync(string name, string node, CancellationToken ct) => Calls(node, await _accounts!.KeyAsync(name, [Roles.Moderator], [Scopes.Review], ct));

    /// <summary>A hub connection to a node.</summary>
    public async Task<HubConnection> HubAsync(string node, CancellationToken ct)
    {
        var builder = new HubConnectionBuilder().AddJsonProtocol(o => PipelineJson.Configure(o.PayloadSerializerOptions));
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(new Uri(Nodes[node].Address.Replace("http", "ws", StringComparison.Ordinal) + WebPaths.RunHub)));
        builder.Services.AddSingleton<IConnectionFactory>(new SocketFactory(async (uri, token) =>
        {
            var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", $"Bearer {_key}");
            await socket.ConnectAsync(uri, token);
            return socket;
        }));
        var hub = builder.Build();
        await hub.StartAsync(ct);
        return hub;
    }

    /// <summary>A clip of 25 frames a second, and a recipe that scores each: so there is something to lose at any moment.</summary>
    public async Task<RunId> SubmitAsync(string node, int seconds, CancellationToken ct)
    {
        var clip = await _clips.MakeAsync($"clip{seconds}.mp4", $"testsrc2=s=640x360:r=25:d={seconds}", ["-pix_fmt", "yuv420p", "-preset", "ultrafast", "-g", "50"], ct);
        var recipe = BuiltInRecipes.TopTenth with { Name = "Every frame", Sampler = new PartSpec("interval").With("seconds", 0.04), Selector = new PartSpec("top").With("count", 10) };
        using var client = On(node);
        return await client.SubmitAsync(clip, new() { ["recipeJson"] = System.Text.Json.JsonSerializer.Serialize(recipe, PipelineJson.Options) }, ct);
    }

    /// <summary>Two seconds of which every frame goes to people; submitted and waiting for them.</summary>
    public async Task<RunId> WaitingForPeopleAsync(CancellationToken ct)
    {
        using var client = On("web-a");
        var run = await client.SubmitAsync(await ApiRun.ClipAsync(_clips, ct), new() { ["recipeJson"] = ApiRun.PeopleDecide }, ct);
        await client.WaitAsync(run, ct, RunState.AwaitingReview);
        return run;
    }

    /// <summary>Waits for the end; the rows as text: PTS, index, state, rank, loss and all scores.</summary>
    public async Task<List<string>> FinishAsync(RunId id, string node, CancellationToken ct)
    {
        using var client = On(node);
        await client.WaitAsync(id, ct, RunState.Done);
        var rows = new List<string>();
        PageBody<FrameItem> page;
        do
        {
            page = await client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames?skip={rows.Count}&take=500", ct);
            rows.AddRange(page.Items.Select(f => $"{f.Pts} {f.Index} {f.State} {f.Rank} {f.LossReason} {string.Join(' ', f.Scores.Select(s => $"{s.Key}={s.Value:R}"))}"));
        }
        while (rows.Count < page.Total);
        return rows;
    }

    /// <summary>Waits until a worker has stored frames of the run but not all; its name.</summary>
    public async Task<string> InTheMiddleAsync(RunId id, CancellationToken ct)
    {
        while (true)
        {
            var stored = await NumberAsync($"""SELECT count(*) FROM "Frames" WHERE "RunId" = '{id}'""", ct);
            if (stored > 0 && await TextAsync($"""SELECT "Worker" FROM "Runs" WHERE "Id" = '{id}' AND "State" = 'Running'""", ct) is { } worker)
            {
                return worker;
            }

            (await TextAsync($"""SELECT "State" FROM "Runs" WHERE "Id" = '{id}'""", ct)).ShouldBeOneOf("Queued", "Running");
            await Task.Delay(20, ct);
        }
    }

    /// <summary>Asks the database until the answer is what is wanted; two minutes at most, unless said otherwise.</summary>
    public async Task UntilAsync(string sql, Func<string?, bool> isIt, CancellationToken ct, TimeSpan? atMost = null)
    {
        string? answer = null;
        for (var i = 0; i < (atMost ?? TimeSpan.FromMinutes(2)).TotalMilliseconds / 50; i++)
        {
            if (isIt(answer = await TextAsync(sql, ct)))
            {
                return;
            }

            await Task.Delay(50, ct);
        }

        throw new TimeoutException($"{sql} still answers '{answer}'.\n{string.Join("\n\n", Nodes.Select(n => $"{n.Key}:\n{n.Value.Output}"))}");
    }

    public async Task<long> NumberAsync(string sql, CancellationToken ct) => long.Parse(await TextAsync(sql, ct) ?? "0", System.Globalization.CultureInfo.InvariantCulture);

    public async Task<string?> TextAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync(ct);
#pragma warning disable CA2100 // Texts of tests with ids of tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return Convert.ToString(await command.ExecuteScalarAsync(ct), System.Globalization.CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes.Values)
        {
            await node.DisposeAsync();
        }

        if (_accounts is not null)
        {
            await _accounts.DisposeAsync();
        }

        Server?.Stop();
        _clips.Dispose();
        _folder.Dispose();
    }

    private HttpClient Calls(string node, string key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromSeconds(1) }) { BaseAddress = new Uri(Nodes[node].Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>One more web node, in this process: it makes accounts and keys.</summary>
    private sealed class AccountsHost(string server, string folder) : AppHost
    {
        public override string Folder => folder;

        protected override ImmutableDictionary<string, string> Settings => base.Settings.Add("Data:Provider", "postgres").Add("Data:ConnectionString", server)
            .Add("Framevet:Node:Role", "web").Add("Framevet:Node:Name", "accounts");
    }
}

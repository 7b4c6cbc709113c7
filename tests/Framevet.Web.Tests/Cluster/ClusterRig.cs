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
using Framevet.Web.Tests.Operation;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Framevet.Web.Tests.Cluster;

/// <summary>The classes that share one such cluster: five processes and a database are dear to start.</summary>
[CollectionDefinition]
public sealed class ClusterCollection : ICollectionFixture<ClusterRig>;

/// <summary>Two web nodes behind nginx and three workers as real processes on one PostgreSQL and one folder of files. People and programs come through nginx alone.</summary>
public sealed class ClusterRig : IAsyncLifetime
{
    /// <summary>Short, so that a test that waits for a lease to run out need not wait for long.</summary>
    private const int LeaseSeconds = 4;

    private static readonly string[] Names = ["web1", "web2", "worker1", "worker2", "worker3"];

    private readonly TemporaryFolder _folder = new();
    private readonly ClipFactory _clips = new();
    private AccountsHost? _accounts;
    private string _server = "";
    private string _key = "";
    private ImmutableDictionary<string, string> _routes = ImmutableDictionary<string, string>.Empty;

    /// <summary>Name of every worker.</summary>
    public static ImmutableArray<string> Workers { get; } = [.. Names.Where(n => n.StartsWith("worker", StringComparison.Ordinal))];

    /// <summary>Node by name: web1, web2, worker1, worker2, worker3.</summary>
    internal ImmutableDictionary<string, ServerProcess> Nodes { get; private set; } = ImmutableDictionary<string, ServerProcess>.Empty;

    /// <summary>The server; of its own, since it is stopped and started.</summary>
    internal PostgresCluster Server { get; private set; } = null!;

    /// <summary>nginx, before the two web nodes.</summary>
    internal NginxDoor Door { get; private set; } = null!;

    /// <summary>An admin's calls, which nginx passes on to this web node while it is there.</summary>
    public HttpClient On(string node) => Calls(node, _key);

    /// <summary>Files of the store: what the runs had written.</summary>
    internal StoredFiles Files => new(Path.Combine(_folder.Path, "blobs"));

    public async ValueTask InitializeAsync()
    {
        var ct = CancellationToken.None;
        Server = await PostgresCluster.OwnAsync();
        _server = Server.Connection("cluster");
        Nodes = Names.ToImmutableDictionary(n => n, n => new ServerProcess(_folder.Path,
            $"--Framevet:Node:LeaseSeconds={LeaseSeconds}", "--Framevet:Jobs:CpuSlots=1", "--Framevet:Jobs:RetrySeconds=1", "--Framevet:Jobs:SweepSeconds=2", "--FanOut:MinMinutes=3", "--FanOut:PartMinutes=0.25", "--Moderation:ReuseDecisions=false") { Variables = Variables(n) });

        // Two at the same time: one of them migrates, and the other waits.
        await Task.WhenAll(Nodes["web1"].StartAsync(ct), Nodes["worker1"].StartAsync(ct));
        await Task.WhenAll(Nodes["web2"].StartAsync(ct), Nodes["worker2"].StartAsync(ct), Nodes["worker3"].StartAsync(ct));
        Door = await NginxDoor.StartAsync(Nodes["web1"].Port, Nodes["web2"].Port, ct);
        _routes = ImmutableDictionary<string, string>.Empty.Add("web1", await Door.RouteToAsync(Nodes["web1"].Port, ct)).Add("web2", await Door.RouteToAsync(Nodes["web2"].Port, ct));
        _accounts = new AccountsHost(_server, _folder.Path);
        _key = await _accounts.KeyAsync("ada", [Roles.Admin], [.. Scopes.All], ct);
    }

    /// <summary>Calls of a moderator with an account of its own.</summary>
    public async Task<HttpClient> ModeratorAsync(string name, string node, CancellationToken ct) => Calls(node, await _accounts!.KeyAsync(name, [Roles.Moderator], [Scopes.Review], ct));

    /// <summary>Somebody's browser at nginx, signed in with a password: it keeps its cookies, and so its node.</summary>
    public async Task<HttpClient> BrowserAsync(string name, CancellationToken ct)
    {
        await _accounts!.CreateUserAsync(name, Roles.Submitter);
        var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Door.Address };
        using var answer = await AppHost.PostFormAsync(browser, WebPaths.Login, WebPaths.Login, new() { ["name"] = name, ["password"] = AppHost.Password }, ct);
        answer.Headers.Location!.ToString().ShouldBe("/");
        await AppHost.TakeCsrfTokenAsync(browser, ct);
        return browser;
    }

    /// <summary>The web node that nginx passed the last request for this path on to.</summary>
    public async Task<string> PassedToAsync(string path, int status, CancellationToken ct)
    {
        for (var i = 0; i < 400; i++)
        {
            // It writes its line when the answer is out.
            if (Door.Passages().LastOrDefault(p => p.Path == path && p.Status == status) is { } passage)
            {
                return Nodes.Single(n => n.Value.Port == passage.Port).Key;
            }

            await Task.Delay(10, ct);
        }

        throw new TimeoutException($"nginx passed nothing on for {path} with {status}.");
    }

    /// <summary>Waits until nginx has seen the end of so many live connections, of both web nodes.</summary>
    public async Task UntilHubsEndedAsync(int count, CancellationToken ct)
    {
        for (var i = 0; i < 3000; i++)
        {
            var ended = Door.Passages().Where(p => p.Path == WebPaths.RunHub && p.Status == (int)HttpStatusCode.SwitchingProtocols).ToArray();
            if (ended.Length >= count && ended.Select(p => p.Port).Distinct().Count() == 2)
            {
                return;
            }

            await Task.Delay(10, ct);
        }

        throw new TimeoutException($"nginx saw no end of {count} live connections of two nodes, but {string.Join(", ", Door.Passages().Where(p => p.Path == WebPaths.RunHub))}.");
    }

    /// <summary>A hub connection, which nginx passes on to this web node.</summary>
    public async Task<HubConnection> HubAsync(string node, CancellationToken ct)
    {
        var builder = new HubConnectionBuilder().AddJsonProtocol(o => PipelineJson.Configure(o.PayloadSerializerOptions));
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(new UriBuilder(Door.Address) { Scheme = "ws", Path = WebPaths.RunHub }.Uri));
        builder.Services.AddSingleton<IConnectionFactory>(new SocketFactory(async (uri, token) =>
        {
            var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", $"Bearer {_key}");
            socket.Options.SetRequestHeader("Cookie", $"{NginxDoor.RouteCookie}={_routes[node]}");
            await socket.ConnectAsync(uri, token);
            return socket;
        }));
        var hub = builder.Build();
        await hub.StartAsync(ct);
        return hub;
    }

    /// <summary>25 frames a second of 640 x 360.</summary>
    public Task<string> ClipAsync(int seconds, CancellationToken ct) =>
        _clips.MakeAsync($"clip{seconds}.mp4", $"testsrc2=s=640x360:r=25:d={seconds}", ["-pix_fmt", "yuv420p", "-preset", "ultrafast", "-g", "50"], ct);

    /// <summary>A clip of 25 frames a second, and a recipe that scores each: so there is something to lose at any moment.</summary>
    public async Task<RunId> SubmitAsync(string node, int seconds, CancellationToken ct)
    {
        var clip = await ClipAsync(seconds, ct);
        var recipe = BuiltInRecipes.TopTenth with { Name = "Every frame", Sampler = new PartSpec("interval").With("seconds", 0.04), Selector = new PartSpec("top").With("count", 10) };
        using var client = On(node);
        return await client.SubmitAsync(clip, new() { ["recipeJson"] = System.Text.Json.JsonSerializer.Serialize(recipe, PipelineJson.Options) }, ct);
    }

    /// <summary>A film that is long enough to be shared: small pictures, five of a second scored, with scenes.</summary>
    public async Task<RunId> SubmitLongAsync(string node, CancellationToken ct)
    {
        var clip = Path.Combine(_clips.Folder, "long.mp4");
        if (!File.Exists(clip))
        {
            await _clips.MakeAsync("long.mp4", "testsrc2=s=320x180:r=25:d=200,hue=h=40*floor(t/7)", ["-pix_fmt", "yuv420p", "-preset", "ultrafast", "-g", "50", "-bf", "2"], ct);
        }

        var recipe = BuiltInRecipes.TopTenth with { Name = "Long", Sampler = new PartSpec("interval").With("seconds", 0.2), Metrics = [.. BuiltInRecipes.TopTenth.Metrics.Where(m => m.Id != "motion"), new PartSpec("motion")], Scenes = new PartSpec("content"), Selector = new PartSpec("top").With("count", 10) };
        using var client = On(node);
        return await client.SubmitAsync(clip, new() { ["recipeJson"] = System.Text.Json.JsonSerializer.Serialize(recipe, PipelineJson.Options) }, ct);
    }

    /// <summary>Results of parts of a run that lie in the store.</summary>
    public IEnumerable<string> PartsOf(RunId run) =>
        Directory.Exists(_folder["blobs/segments"]) ? Directory.GetFiles(_folder["blobs/segments"], $"{run}*") : [];

    /// <summary>Two seconds of which every frame goes to people; submitted and waiting for them.</summary>
    public async Task<RunId> WaitingForPeopleAsync(CancellationToken ct)
    {
        using var client = On("web1");
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
        if (Door is not null)
        {
            await Door.DisposeAsync();
        }

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

    // As docker-compose.yml starts them; only the server and the proxy are where they are here, and there is one worker more.
    private ImmutableDictionary<string, string> Variables(string node)
    {
        var theirs = ComposeFile.EnvironmentOf(ComposeFile.Services.ContainsKey(node) ? node : "worker2");
        theirs["Data__ConnectionString"].ShouldContain("Host=postgres;");
        return theirs.SetItem("Framevet__Node__Name", node).SetItem("Data__ConnectionString", _server).SetItem("Framevet__TrustedProxies__0", "127.0.0.1");
    }

    private HttpClient Calls(string node, string key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Door.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        client.DefaultRequestHeaders.Add("Cookie", $"{NginxDoor.RouteCookie}={_routes[node]}");
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

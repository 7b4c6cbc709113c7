using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Framevet.TestKit;
using Framevet.Web.Tests.Architecture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Framevet.Web.Tests.Operation;

/// <summary>The configuration of the cluster's nginx, in a real nginx before two small servers that say who they are.</summary>
public sealed class NginxSpecs : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx", "/usr/local/bin/nginx"];

    private readonly TemporaryFolder _folder = new();
    private readonly List<WebApplication> _nodes = [];
    private Process? _nginx;
    private Uri _door = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var program = Places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "Needs nginx (Debian: nginx-light).");
        var ports = new List<int>();
        foreach (var name in new[] { "one", "two" })
        {
            _nodes.Add(Node(name));
            await _nodes[^1].StartAsync(Ct);
            ports.Add(new Uri(_nodes[^1].Urls.Single()).Port);
        }

        var port = FreePort();
        var ours = (await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "build", "nginx", "cluster.conf"), Ct))
            .Replace("web1:8080", $"127.0.0.1:{ports[0]}", StringComparison.Ordinal).Replace("web2:8080", $"127.0.0.1:{ports[1]}", StringComparison.Ordinal)
            .Replace("listen 8080;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal);
        var conf = $$"""
            daemon off; worker_processes 1; pid {{_folder["pid"]}}; error_log {{_folder["errors"]}};
            events { worker_connections 256; }
            http {
              access_log off;
              client_body_temp_path {{_folder["a"]}}; proxy_temp_path {{_folder["b"]}}; fastcgi_temp_path {{_folder["c"]}}; uwsgi_temp_path {{_folder["d"]}}; scgi_temp_path {{_folder["e"]}};
              {{ours}}
            }
            """;
        _folder.Write("nginx.conf", Encoding.UTF8.GetBytes(conf));
        _nginx = Process.Start(new ProcessStartInfo(program!) { ArgumentList = { "-c", _folder["nginx.conf"], "-p", _folder.Path, "-e", _folder["errors"] } })!;
        _door = new Uri($"http://127.0.0.1:{port}/");
        await ListeningAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nginx is { HasExited: false })
        {
            // The master takes its workers along.
            using var stop = Process.Start("kill", ["-TERM", _nginx.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await _nginx.WaitForExitAsync(CancellationToken.None);
        }

        _nginx?.Dispose();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_browser_stays_with_one_node_and_all_together_use_both()
    {
        var met = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            using var browser = new HttpClient { BaseAddress = _door };
            var first = await browser.GetStringAsync("who", Ct);
            met.Add(first);
            (await browser.GetStringAsync("who", Ct)).ShouldBe(first);
            (await browser.GetStringAsync("who", Ct)).ShouldBe(first);
        }

        met.ShouldBe(["one", "two"], ignoreOrder: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_live_connection_goes_through_and_to_the_node_of_its_page()
    {
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = _door };
        var page = await browser.GetStringAsync("who", Ct);
        cookies.GetCookies(_door).ShouldContain(c => c.Name == "framevet_route" && c.HttpOnly);

        using var socket = new ClientWebSocket();
        socket.Options.Cookies = cookies;
        await socket.ConnectAsync(new UriBuilder(_door) { Scheme = "ws", Path = "live" }.Uri, Ct);
        var buffer = new byte[64];
        var said = await socket.ReceiveAsync(buffer, Ct);

        Encoding.UTF8.GetString(buffer, 0, said.Count).ShouldBe(page);
    }

    [Fact(Timeout = 60_000)]
    public async Task Large_uploads_stream_and_nobody_can_say_that_they_come_from_elsewhere()
    {
        using var browser = new HttpClient { BaseAddress = _door };
        using var upload = new StreamContent(new MemoryStream(new byte[40 << 20]));
        using var answer = await browser.PostAsync("upload", upload, Ct);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldBe((40 << 20).ToString(System.Globalization.CultureInfo.InvariantCulture));

        using var liar = new HttpRequestMessage(HttpMethod.Get, "from") { Headers = { { "X-Forwarded-For", "203.0.113.9" }, { "Forwarded", "for=203.0.113.9" }, { "X-Forwarded-Host", "evil.example" } } };
        using var told = await browser.SendAsync(liar, Ct);
        (await told.Content.ReadAsStringAsync(Ct)).ShouldBe($"127.0.0.1|http||{_door.Authority}|");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_is_gone_is_replaced_by_the_other()
    {
        using var browser = new HttpClient { BaseAddress = _door };
        var first = await browser.GetStringAsync("who", Ct);

        await _nodes[first == "one" ? 0 : 1].StopAsync(Ct);

        (await browser.GetStringAsync("who", Ct)).ShouldBe(first == "one" ? "two" : "one");
    }

    private static WebApplication Node(string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(o =>
        {
            o.Limits.MaxRequestBodySize = null;
            o.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/who", () => name);
        app.MapGet("/from", (HttpContext http) => string.Join('|', http.Request.Headers["X-Forwarded-For"], http.Request.Headers["X-Forwarded-Proto"], http.Request.Headers["X-Forwarded-Host"], http.Request.Host, http.Request.Headers["Forwarded"]));
        app.MapPost("/upload", async (HttpContext http) =>
        {
            var bytes = new byte[1 << 16];
            long total = 0;
            while (await http.Request.Body.ReadAsync(bytes, http.RequestAborted) is > 0 and var count)
            {
                total += count;
            }

            return total.ToString(System.Globalization.CultureInfo.InvariantCulture);
        });
        app.MapGet("/live", async (HttpContext http) =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync(Encoding.UTF8.GetBytes(name), WebSocketMessageType.Text, true, http.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
        });
        return app;
    }

    private async Task ListeningAsync(int port)
    {
        for (var i = 0; i < 200; i++)
        {
            _nginx!.HasExited.ShouldBeFalse(File.Exists(_folder["errors"]) ? File.ReadAllText(_folder["errors"]) : "nginx ended");
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, Ct);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, Ct);
            }
        }

        throw new TimeoutException("nginx does not listen.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

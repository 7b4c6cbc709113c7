using System.Net;
using System.Net.WebSockets;
using System.Text;
using Framevet.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Framevet.Web.Tests.Operation;

/// <summary>The configuration of the cluster's nginx, in a real nginx before two small servers that say who they are.</summary>
public sealed class NginxSpecs : IAsyncLifetime
{
    private readonly List<WebApplication> _nodes = [];
    private NginxDoor? _door;

    private Uri Address => _door!.Address;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var ports = new List<int>();
        foreach (var name in new[] { "one", "two" })
        {
            _nodes.Add(Node(name));
            await _nodes[^1].StartAsync(Ct);
            ports.Add(new Uri(_nodes[^1].Urls.Single()).Port);
        }

        _door = await NginxDoor.StartAsync(ports[0], ports[1], Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_door is not null)
        {
            await _door.DisposeAsync();
        }

        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_browser_stays_with_one_node_and_all_together_use_both()
    {
        var met = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            using var browser = new HttpClient { BaseAddress = Address };
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
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = Address };
        var page = await browser.GetStringAsync("who", Ct);
        cookies.GetCookies(Address).ShouldContain(c => c.Name == NginxDoor.RouteCookie && c.HttpOnly);

        using var socket = new ClientWebSocket();
        socket.Options.Cookies = cookies;
        await socket.ConnectAsync(new UriBuilder(Address) { Scheme = "ws", Path = "live" }.Uri, Ct);
        var buffer = new byte[64];
        var said = await socket.ReceiveAsync(buffer, Ct);

        Encoding.UTF8.GetString(buffer, 0, said.Count).ShouldBe(page);
    }

    [Fact(Timeout = 60_000)]
    public async Task Large_uploads_stream_and_nobody_can_say_that_they_come_from_elsewhere()
    {
        using var browser = new HttpClient { BaseAddress = Address };
        using var upload = new StreamContent(new MemoryStream(new byte[40 << 20]));
        using var answer = await browser.PostAsync("upload", upload, Ct);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldBe((40 << 20).ToString(System.Globalization.CultureInfo.InvariantCulture));

        using var liar = new HttpRequestMessage(HttpMethod.Get, "from") { Headers = { { "X-Forwarded-For", "203.0.113.9" }, { "Forwarded", "for=203.0.113.9" }, { "X-Forwarded-Host", "evil.example" } } };
        using var told = await browser.SendAsync(liar, Ct);
        (await told.Content.ReadAsStringAsync(Ct)).ShouldBe($"127.0.0.1|http||{Address.Authority}|");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_is_gone_is_replaced_by_the_other()
    {
        using var browser = new HttpClient { BaseAddress = Address };
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
}

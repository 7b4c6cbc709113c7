using System.Net;
using System.Net.Sockets;
using System.Text;
using Framevet.Pipeline.Outbound;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Outbound;

/// <summary>A program behind the proxy reaches what the wall lets it reach, and nothing else.</summary>
public sealed class EgressProxySpecs
{
    private const int Timeout = 60_000;

    private static readonly OutboundOptions Loopback = new() { AllowAddresses = ["127.0.0.0/8"], DenyAddresses = ["127.0.0.66/32"], AllowPorts = [0] };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Timeout)]
    public async Task A_plain_request_passes_without_what_is_meant_for_the_proxy()
    {
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File("film"u8.ToArray()));
        await using var proxy = EgressProxy.Start(Wall(), 1 << 20);
        using var client = Through(proxy);

        (await client.GetStringAsync(server.At("/a?b=c"), Ct)).ShouldBe("film");

        server.Requests.Single().ShouldStartWith("GET /a?b=c HTTP/1.1\r\n");
        server.Requests.Single().ShouldNotContain("Proxy-", Case.Insensitive);
        proxy.Refusals.ShouldBeEmpty();
    }

    [Fact(Timeout = Timeout)]
    public async Task A_tunnel_carries_both_ways()
    {
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File("film"u8.ToArray()));
        await using var proxy = EgressProxy.Start(Wall(), 1 << 20);

        var answer = await AskAsync(proxy, $"CONNECT 127.0.0.1:{server.Port} HTTP/1.1\r\n{Credentials(proxy)}\r\n\r\n", "GET /in-tunnel HTTP/1.1\r\nHost: x\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 200 ");
        answer.ShouldEndWith("film");
    }

    [Theory(Timeout = Timeout)]
    [InlineData("CONNECT 127.0.0.66:443 HTTP/1.1")]
    [InlineData("CONNECT 169.254.169.254:443 HTTP/1.1")]
    [InlineData("CONNECT [::1]:443 HTTP/1.1")]
    [InlineData("CONNECT 0x7f000042:443 HTTP/1.1")]
    [InlineData("GET http://127.0.0.66/ HTTP/1.1")]
    [InlineData("GET http://[::ffff:10.0.0.1]/ HTTP/1.1")]
    [InlineData("GET file:///etc/passwd HTTP/1.1")]
    [InlineData("GET /etc/passwd HTTP/1.1")]
    public async Task What_the_wall_forbids_is_refused_and_told(string request)
    {
        await using var proxy = EgressProxy.Start(Wall(), 1 << 20);

        (await AskAsync(proxy, $"{request}\r\n{Credentials(proxy)}\r\n\r\n")).ShouldStartWith("HTTP/1.1 403 ");

        proxy.Refusals.Length.ShouldBe(1);
    }

    [Theory(Timeout = Timeout)]
    [InlineData("")]
    [InlineData("Proxy-Authorization: Basic ZnJhbWV2ZXQ6d3Jvbmc=\r\n")]
    public async Task Another_program_does_not_get_in(string credentials)
    {
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File("film"u8.ToArray()));
        await using var proxy = EgressProxy.Start(Wall(), 1 << 20);

        (await AskAsync(proxy, $"GET {server.At("/")} HTTP/1.1\r\n{credentials}\r\n")).ShouldStartWith("HTTP/1.1 407 ");

        server.Connections.ShouldBe(0);
    }

    [Fact(Timeout = Timeout)]
    public async Task More_bytes_than_allowed_are_cut_off()
    {
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File(new byte[1 << 20]));
        await using var proxy = EgressProxy.Start(Wall(), 100_000);
        using var client = Through(proxy);

        await Should.ThrowAsync<HttpRequestException>(() => client.GetByteArrayAsync(server.At("/"), Ct));

        proxy.IsExceeded.ShouldBeTrue();
    }

    private static OutboundWall Wall() => new(Microsoft.Extensions.Options.Options.Create(Loopback));

    private static HttpClient Through(EgressProxy proxy) => new(new SocketsHttpHandler
    {
        UseProxy = true,
        Proxy = new WebProxy(new Uri(proxy.Address.GetLeftPart(UriPartial.Scheme) + proxy.Address.Authority)) { Credentials = new NetworkCredential("framevet", proxy.Address.UserInfo.Split(':')[1]) },
        PreAuthenticate = true,
    });

    private static string Credentials(EgressProxy proxy) => $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes(proxy.Address.UserInfo))}";

    private static async Task<string> AskAsync(EgressProxy proxy, string head, string? inside = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Address.Port, Ct);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Ct);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        if (inside is not null)
        {
            answer.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, Ct)));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(inside), Ct);
        }

        while (await stream.ReadAsync(buffer, Ct) is var read and > 0)
        {
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }
}

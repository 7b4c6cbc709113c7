using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Framevet.TestKit;

/// <summary>A real nginx with the product's own <c>build/nginx/cluster.conf</c> before two web nodes on loopback. Only the addresses in it are others, and what it passed on is written down.</summary>
public sealed class NginxDoor : IAsyncDisposable
{
    /// <summary>Name of the cookie that says which node a browser stays with.</summary>
    public const string RouteCookie = "framevet_route";

    private static readonly string[] Places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx", "/usr/local/bin/nginx"];

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = Loopback.FreePort();
    private Process? _nginx;

    private NginxDoor()
    {
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://127.0.0.1:{_port}/");

    /// <summary>Starts it before the two ports and waits until it listens; skips the running test where there is none.</summary>
    public static async Task<NginxDoor> StartAsync(int first, int second, CancellationToken ct)
    {
        var program = Places.FirstOrDefault(File.Exists);
        Xunit.Assert.SkipWhen(program is null, "Needs nginx (Debian: nginx-light); ./test installs it.");
        var door = new NginxDoor();
        try
        {
            await door.StartAsync(program!, first, second, ct).ConfigureAwait(false);
            return door;
        }
        catch
        {
            await door.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What it passed on so far: the browser's cookie (- for none), the port of the node that answered, the status, method and path.</summary>
    public IReadOnlyList<Passage> Passages()
    {
        using var file = new StreamReader(new FileStream(_folder["passages"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var read = new List<Passage>();
        while (file.ReadLine() is { } line)
        {
            if (line.Split('|') is [var route, var nodes, var status, var method, var path])
            {
                read.Add(new Passage(route, int.Parse(nodes.Split(':')[^1], CultureInfo.InvariantCulture), int.Parse(status, CultureInfo.InvariantCulture), method, path));
            }
        }

        return read;
    }

    /// <summary>A value of the cookie that leads to the node on this port.</summary>
    public async Task<string> RouteToAsync(int port, CancellationToken ct)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
        for (var i = 0; i < 200; i++)
        {
            var route = $"to-{port}-{i}";
            using var question = new HttpRequestMessage(HttpMethod.Get, "healthz") { Headers = { { "Cookie", $"{RouteCookie}={route}" } } };
            using var answer = await client.SendAsync(question, ct).ConfigureAwait(false);

            // It writes its line when the answer is out.
            Passage? passage = null;
            for (var n = 0; n < 400 && (passage = Passages().FirstOrDefault(p => p.Route == route)) is null; n++)
            {
                await Task.Delay(5, ct).ConfigureAwait(false);
            }

            if (passage?.Port == port)
            {
                return route;
            }
        }

        throw new InvalidOperationException($"No cookie leads to the node on port {port}; nginx passed on to {string.Join(", ", Passages().Select(p => p.Port).Distinct())}.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_nginx is { HasExited: false })
        {
            // The master takes its workers along.
            using var stop = Process.Start("kill", ["-TERM", _nginx.Id.ToString(CultureInfo.InvariantCulture)]);
            await _nginx.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _nginx?.Dispose();
        _folder.Dispose();
    }

    private async Task StartAsync(string program, int first, int second, CancellationToken ct)
    {
        var ours = (await File.ReadAllTextAsync(Repository.Path("build", "nginx", "cluster.conf"), ct).ConfigureAwait(false))
            .Replace("web1:8080", $"127.0.0.1:{first}", StringComparison.Ordinal).Replace("web2:8080", $"127.0.0.1:{second}", StringComparison.Ordinal)
            .Replace("listen 8080;", $"listen 127.0.0.1:{_port};", StringComparison.Ordinal);
        var conf = $$"""
            daemon off; worker_processes 1; pid {{_folder["pid"]}}; error_log {{_folder["errors"]}};
            events { worker_connections 512; }
            http {
              log_format passages "$cookie_{{RouteCookie}}|$upstream_addr|$status|$request_method|$uri";
              access_log {{_folder["passages"]}} passages;
              client_body_temp_path {{_folder["a"]}}; proxy_temp_path {{_folder["b"]}}; fastcgi_temp_path {{_folder["c"]}}; uwsgi_temp_path {{_folder["d"]}}; scgi_temp_path {{_folder["e"]}};
              {{ours}}
            }
            """;
        _folder.Write("nginx.conf", Encoding.UTF8.GetBytes(conf));
        _nginx = Process.Start(new ProcessStartInfo(program) { ArgumentList = { "-c", _folder["nginx.conf"], "-p", _folder.Path, "-e", _folder["errors"] } })!;
        for (var i = 0; i < 200; i++)
        {
            if (_nginx.HasExited)
            {
                throw new InvalidOperationException(File.Exists(_folder["errors"]) ? await File.ReadAllTextAsync(_folder["errors"], ct).ConfigureAwait(false) : "nginx ended at once.");
            }

            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(System.Net.IPAddress.Loopback, _port, ct).ConfigureAwait(false);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, ct).ConfigureAwait(false);
            }
        }

        throw new TimeoutException("nginx does not listen.");
    }

    /// <summary>One request that was passed on. Of a node that did not answer and one that did, <paramref name="Port"/> is the latter's.</summary>
    public sealed record Passage(string Route, int Port, int Status, string Method, string Path);
}

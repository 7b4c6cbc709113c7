using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Tests.Moderation.Remote;

/// <summary>A real web server on a free port of the loopback that answers as a test says and keeps what it was sent.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app) => _app = app;

    /// <summary>Requests in order, with their bodies.</summary>
    public ConcurrentQueue<(string Method, string Path, Dictionary<string, string> Headers, byte[] Body)> Requests { get; } = new();

    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts; <paramref name="answer"/> gets the number of the request from 0, its headers and body.</summary>
    public static async Task<LoopbackServer> StartAsync(Func<int, Dictionary<string, string>, byte[], (int Status, string Body)> answer, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new LoopbackServer(app);
        var count = -1;
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            var headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            server.Requests.Enqueue((http.Request.Method, http.Request.Path + http.Request.QueryString, headers, body.ToArray()));
            var (status, text) = answer(Interlocked.Increment(ref count), headers, body.ToArray());
            if (status == 0)
            {
                http.Abort();
                return;
            }

            if (status < 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted);
            }

            http.Response.StatusCode = status;
            await http.Response.WriteAsync(text, http.RequestAborted);
        });
        await app.StartAsync(ct);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

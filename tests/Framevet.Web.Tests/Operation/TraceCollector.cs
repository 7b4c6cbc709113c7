using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Framevet.Web.Tests.Operation;

/// <summary>Takes traces (OTLP over HTTP) on loopback and keeps their bytes; texts in them are plain UTF-8.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> _bodies = new();
    private readonly WebApplication _app;

    private TraceCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var memory = new MemoryStream();
            await request.Body.CopyToAsync(memory);
            _bodies.Enqueue(memory.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
    }

    public string Address => _app.Urls.First();

    /// <summary>Everything that came, as Latin-1, so that any text in it can be looked for.</summary>
    public string Text => string.Concat(_bodies.Select(Encoding.Latin1.GetString));

    public static async Task<TraceCollector> StartAsync(CancellationToken ct)
    {
        var collector = new TraceCollector();
        await collector._app.StartAsync(ct);
        return collector;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

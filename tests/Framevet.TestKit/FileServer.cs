using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Framevet.TestKit;

/// <summary>A web server on a free port of this machine that gives files, well or badly as told.</summary>
public sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ServedFile> _files = new();

    private FileServer(WebApplication app) => _app = app;

    /// <summary>Where it listens, ending with a slash.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Starts a server.</summary>
    public static async Task<FileServer> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FileServer(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync(ct);
        server.Address = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/");
        return server;
    }

    /// <summary>Gives <paramref name="content"/> under a path without leading slash; change what is returned to make it misbehave.</summary>
    public ServedFile Serve(string path, byte[] content) => _files[$"/{path}"] = new ServedFile { Address = new Uri(Address, path), Content = content };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        if (!_files.TryGetValue(http.Request.Path, out var file))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        file.Requests.Enqueue(new FileRequest(http.Request.Headers.Range.ToString(), http.Request.Headers.IfRange.ToString()));
        if (file.Redirect is { } elsewhere)
        {
            http.Response.Redirect(elsewhere.ToString());
        }
        else if (file.HidesLength)
        {
            await http.Response.BodyWriter.WriteAsync(file.Content, http.RequestAborted);
        }
        else if (file.Breaks.TryDequeue(out var after))
        {
            await BreakAsync(http, file, after);
        }
        else
        {
            await Results.Bytes(file.Content, "application/octet-stream", enableRangeProcessing: !file.IgnoresRange, entityTag: new EntityTagHeaderValue(file.Tag)).ExecuteAsync(http);
        }
    }

    // The head promises everything, the body ends after some bytes: at once, or when the gate opens, with a reset connection.
    private static async Task BreakAsync(HttpContext http, ServedFile file, int after)
    {
        var guard = http.Request.Headers.IfRange.ToString();
        var from = guard.Length == 0 || guard == file.Tag ? http.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0 : 0;
        if (from > 0)
        {
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{file.Content.Length - 1}/{file.Content.Length}");
        }

        http.Response.ContentLength = file.Content.Length - from;
        http.Response.Headers.ETag = file.Tag;
        await http.Response.Body.WriteAsync(file.Content.AsMemory((int)from, after), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await file.Gate.WaitAsync(http.RequestAborted);
        http.Abort();
    }
}

/// <summary>A file that a <see cref="FileServer"/> gives, and how.</summary>
public sealed class ServedFile
{
    /// <summary>Where it is.</summary>
    public required Uri Address { get; init; }

    /// <summary>The bytes.</summary>
    public required byte[] Content { get; set; }

    /// <summary>Entity tag, with quotes.</summary>
    public string Tag { get; set; } = "\"one\"";

    /// <summary>Whether range requests are answered with everything.</summary>
    public bool IgnoresRange { get; set; }

    /// <summary>Whether no length is told.</summary>
    public bool HidesLength { get; set; }

    /// <summary>Another address instead of bytes.</summary>
    public Uri? Redirect { get; set; }

    /// <summary>For the next answers: after how many bytes the connection breaks.</summary>
    public ConcurrentQueue<int> Breaks { get; } = new();

    /// <summary>What a broken answer waits for before it breaks.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>All requests so far.</summary>
    public ConcurrentQueue<FileRequest> Requests { get; } = new();
}

/// <summary>Headers of a request; empty when there was none.</summary>
public sealed record FileRequest(string Range, string IfRange);

using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Framevet.Benchmarks.Browsing;

/// <summary>
/// A page of the server open in a circuit, without a browser: it is fetched, its WebSocket opened, its components started, every batch acknowledged and every call of a script answered as the
/// pages' own scripts would; only nothing is drawn. Where a grid of frames attaches, it is told of a window of <see cref="Columns"/> columns.
/// </summary>
internal sealed partial class Circuit : IAsyncDisposable
{
    /// <summary>Columns of the window.</summary>
    public const int Columns = 6;

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<object?>> _calls = new();
    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<ReadOnlyMemory<byte>>? _onBatch;
    private readonly byte[]? _wantedText;
    private Task _reading = Task.CompletedTask;
    private int _next;

    private Circuit(Action<ReadOnlyMemory<byte>>? onBatch, string? wanted) => (_onBatch, _wantedText) = (onBatch, wanted is null ? null : Encoding.UTF8.GetBytes(wanted));

    /// <summary>Batches drawn so far.</summary>
    public int Batches { get; private set; }

    /// <summary>Scripts' functions that the server called, for finding what is missing here.</summary>
    public ConcurrentDictionary<string, int> Called { get; } = new();

    /// <summary>
    /// Opens a page and waits until a batch holds the text <paramref name="wanted"/> (null: not). <paramref name="onBatch"/> sees each batch as it arrives.
    /// </summary>
    /// <exception cref="InvalidOperationException">The page has no components, or the server refused them.</exception>
    public static async Task<Circuit> OpenAsync(HttpClient client, string cookies, string path, string? wanted, Action<ReadOnlyMemory<byte>>? onBatch, CancellationToken ct)
    {
        var html = await client.GetStringAsync(new Uri(path, UriKind.Relative), ct);
        var markers = Marker().Matches(html).Select(m => JsonDocument.Parse(m.Groups[1].Value).RootElement).Where(m => m.TryGetProperty("type", out _)).ToList();
        if (markers.Count == 0)
        {
            throw new InvalidOperationException($"{path} has no components.");
        }

        var circuit = new Circuit(onBatch, wanted);
        await circuit.ConnectAsync(client.BaseAddress!, cookies, ct);
        var address = new Uri(client.BaseAddress!, path).ToString();
        if (await circuit.InvokeAsync("StartCircuit", client.BaseAddress!.ToString(), address, "[]", "") is not string { Length: > 0 })
        {
            throw new InvalidOperationException($"The server started no circuit for {path}.");
        }

        var operations = markers.Select((marker, i) => $$"""{"type":"add","ssrComponentId":{{i + 1}},"marker":{{marker.GetRawText()}}}""");
        var state = State().Match(html) is { Success: true } found ? found.Groups[1].Value : "";
        await circuit.SendAsync("UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state);
        if (wanted is not null)
        {
            await circuit._wanted.Task.WaitAsync(TimeSpan.FromMinutes(2), ct);
        }

        return circuit;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stopping.Dispose();
        _sending.Dispose();
    }

    private async Task ConnectAsync(Uri server, string cookies, CancellationToken ct)
    {
        _socket.Options.SetRequestHeader("Cookie", cookies);
        await _socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "_blazor" }.Uri, ct);
        await _socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Binary, true, ct);
        _reading = ReadAsync();
    }

    private async Task<object?> InvokeAsync(string target, params object?[] arguments)
    {
        var id = Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);
        var answer = _calls[id] = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteAsync(WirePack.Write([1, new Dictionary<string, string>(), id, target, arguments]));
        return await answer.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }

    private Task SendAsync(string target, params object?[] arguments) => WriteAsync(WirePack.Write([1, new Dictionary<string, string>(), null, target, arguments]));

    private async Task WriteAsync(byte[] message)
    {
        await _sending.WaitAsync(_stopping.Token);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, true, _stopping.Token);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var (buffer, filled, shaken) = (new byte[64 * 1024], 0, false);
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var received = await _socket.ReceiveAsync(buffer.AsMemory(filled), _stopping.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    Fail(new IOException("The server closed the circuit."));
                    return;
                }

                filled += received.Count;
                ReadOnlyMemory<byte> arrived = buffer.AsMemory(0, filled);
                if (!shaken && arrived.Span.IndexOf((byte)0x1E) is >= 0 and var end)
                {
                    (shaken, arrived) = (true, arrived[(end + 1)..]);
                }

                while (shaken && WirePack.TryRead(ref arrived) is { } message)
                {
                    await TakeAsync(message);
                }

                arrived.CopyTo(buffer);
                filled = arrived.Length;
            }
        }
        catch (Exception e) when (_stopping.IsCancellationRequested || e is WebSocketException or InvalidDataException or InvalidOperationException)
        {
            Fail(e);
        }
    }

    private void Fail(Exception trouble)
    {
        _wanted.TrySetException(trouble);
        foreach (var call in _calls.Values)
        {
            call.TrySetException(trouble);
        }
    }

    private async Task TakeAsync(object?[] message)
    {
        switch (message)
        {
            case [1L, _, _, "JS.RenderBatch", object?[] and [long id, ReadOnlyMemory<byte> batch], ..]:
                Batches++;
                _onBatch?.Invoke(batch);
                if (_wantedText is not null && batch.Span.IndexOf(_wantedText) >= 0)
                {
                    _wanted.TrySetResult();
                }

                await SendAsync("OnRenderCompleted", id, null);
                break;
            case [1L, _, _, "JS.BeginInvokeJS", object?[] and [long handle, string name, var arguments, long kind, ..], ..]:
                await AnswerAsync(handle, name, arguments as string ?? "[]", kind);
                break;
            case [1L, _, _, "JS.Error", object?[] and [var text, ..], ..]:
                throw new InvalidOperationException($"The circuit broke: {text}");
            case [3L, _, string id, long kind, .. var rest] when _calls.TryRemove(id, out var call):
                if (kind == 1)
                {
                    call.TrySetException(new InvalidOperationException($"The server refused: {rest.FirstOrDefault()}"));
                }
                else
                {
                    call.TrySetResult(rest.FirstOrDefault());
                }

                break;
            case [6L, ..]:
                await WriteAsync(WirePack.Write([6]));
                break;
            default:
                break;
        }
    }

    // As the scripts answer: modules are objects, numbers and flags what a wide window gives.
    private async Task AnswerAsync(long handle, string name, string arguments, long kind)
    {
        Called.AddOrUpdate(name, 1, (_, n) => n + 1);
        if (handle == 0)
        {
            return;
        }

        var result = (kind, name) switch
        {
            (1, _) => $$"""{"__jsObjectId":{{handle}}}""",
            (_, "isWide" or "areLettersOn") => "true",
            (_, "bind") => "1",
            _ => "null",
        };
        await SendAsync("EndInvokeJSFromDotNet", handle, true, $"[{handle},true,{result}]");
        if (name == "attach" && Target().Match(arguments) is { Success: true } target && arguments.Contains("mayMark", StringComparison.Ordinal))
        {
            var call = Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);
            await SendAsync("BeginInvokeDotNetFromJS", call, null, "OnViewportAsync", long.Parse(target.Groups[1].Value, CultureInfo.InvariantCulture), $"[{Columns},148,0,12]");
        }
    }

    [GeneratedRegex("<!--Blazor:(\\{.*?\\})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();

    [GeneratedRegex("\"__dotNetObject\":(\\d+)")]
    private static partial Regex Target();
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Framevet.Benchmarks.Browsing;

/// <summary>A page of headless Chromium over its debugging connection (https://chromedevtools.github.io/devtools-protocol), with an empty profile.</summary>
internal sealed class ChromePage : IAsyncDisposable
{
    private static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
    ];

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private Task _reading = Task.CompletedTask;
    private int _next;

    private ChromePage(Process process, string profile) => (_process, _profile) = (process, profile);

    /// <summary>Process id of the browser.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Hears of every event: name and parameters.</summary>
    public Action<string, JsonElement>? OnEvent { get; set; }

    /// <summary>Starts Chromium with a page of this size and these cookies.</summary>
    /// <exception cref="InvalidOperationException">There is no Chromium.</exception>
    public static async Task<ChromePage> StartAsync(int width, int height, Uri server, IEnumerable<Cookie> cookies, CancellationToken ct)
    {
        var program = new[] { Environment.GetEnvironmentVariable("FRAMEVET_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("Chromium is not installed.");
        var profile = Directory.CreateTempSubdirectory("framevet-chromium-").FullName;
        var start = new ProcessStartInfo(program, [.. Flags, $"--user-data-dir={profile}", "about:blank"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var page = new ChromePage(process, profile);
        await page.ConnectAsync(ct);
        await page.CallAsync("Page.enable", new { });
        await page.CallAsync("Network.enable", new { });
        await page.CallAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });
        foreach (var cookie in cookies)
        {
            await page.CallAsync("Network.setCookie", new { name = cookie.Name, value = cookie.Value, url = server.ToString(), httpOnly = true });
        }

        return page;
    }

    /// <summary>Goes to an address.</summary>
    public Task GoAsync(Uri address) => CallAsync("Page.navigate", new { url = address.ToString() });

    /// <summary>The value of an expression, awaited where it is a promise.</summary>
    /// <exception cref="InvalidOperationException">The expression threw.</exception>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        return answer.TryGetProperty("exceptionDetails", out var trouble) ? throw new InvalidOperationException(trouble.ToString()) : answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Waits until an expression is true.</summary>
    /// <exception cref="TimeoutException">It never was.</exception>
    public async Task WaitAsync(string expression, CancellationToken ct, int seconds = 60)
    {
        for (var i = 0; i < seconds * 10; i++)
        {
            if ((await EvaluateAsync($"Boolean({expression})")).ValueKind == JsonValueKind.True)
            {
                return;
            }

            await Task.Delay(100, ct);
        }

        throw new TimeoutException($"Never true: {expression}");
    }

    /// <summary>Calls a method of the protocol.</summary>
    /// <exception cref="InvalidOperationException">Chromium refused.</exception>
    public async Task<JsonElement> CallAsync(string method, object parameters)
    {
        var id = Interlocked.Increment(ref _next);
        var answer = _calls[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["id"] = id, ["method"] = method, ["params"] = parameters });
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, true, _stopping.Token);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(TimeSpan.FromMinutes(3));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _stopping.Dispose();
        _sending.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A child of Chromium may still write; the folder is a temporary one.
        }
    }

    private async Task ConnectAsync(CancellationToken ct)
    {
        var file = Path.Combine(_profile, "DevToolsActivePort");
        for (var i = 0; i < 300 && !(File.Exists(file) && (await File.ReadAllTextAsync(file, ct)).Contains('\n', StringComparison.Ordinal)); i++)
        {
            await Task.Delay(100, ct);
        }

        var port = int.Parse((await File.ReadAllLinesAsync(file, ct))[0], CultureInfo.InvariantCulture);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var list = JsonDocument.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list"), ct));
        var page = list.RootElement.EnumerateArray().First(t => t.GetProperty("type").GetString() == "page");
        await _socket.ConnectAsync(new Uri(page.GetProperty("webSocketDebuggerUrl").GetString()!), ct);
        _reading = ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (buffer, filled) = (new byte[1 << 20], 0);
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var received = await _socket.ReceiveAsync(buffer.AsMemory(filled), _stopping.Token);
                filled += received.Count;
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                if (received.EndOfMessage)
                {
                    Take(JsonDocument.Parse(Encoding.UTF8.GetString(buffer, 0, filled)).RootElement);
                    filled = 0;
                }
            }
        }
        catch (Exception e) when (_stopping.IsCancellationRequested || e is WebSocketException)
        {
            foreach (var call in _calls.Values)
            {
                call.TrySetException(new InvalidOperationException("Chromium is gone.", e));
            }
        }
    }

    private void Take(JsonElement message)
    {
        if (message.TryGetProperty("id", out var id) && _calls.TryRemove(id.GetInt32(), out var call))
        {
            if (message.TryGetProperty("error", out var error))
            {
                call.TrySetException(new InvalidOperationException(error.ToString()));
            }
            else
            {
                call.TrySetResult(message.GetProperty("result"));
            }
        }
        else if (message.TryGetProperty("method", out var method))
        {
            OnEvent?.Invoke(method.GetString()!, message.GetProperty("params"));
        }
    }
}

using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Framevet.Web;

namespace Framevet.Benchmarks.Browsing;

/// <summary>When each frame of a run was stored, as the server's hub says right after storing it.</summary>
internal sealed class StoredNews : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _reading = Task.CompletedTask;

    /// <summary>By PTS.</summary>
    public ConcurrentDictionary<long, DateTimeOffset> At { get; } = new();

    /// <summary>Frames in each message.</summary>
    public ConcurrentQueue<int> Groups { get; } = new();

    /// <summary>Follows a run.</summary>
    public static async Task<StoredNews> FollowAsync(Uri server, string cookies, string run, CancellationToken ct)
    {
        var news = new StoredNews();
        news._socket.Options.SetRequestHeader("Cookie", cookies);
        await news._socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = WebPaths.RunHub }.Uri, ct);
        await news.SendAsync("""{"protocol":"json","version":1}""", ct);
        await news.SendAsync($$"""{"type":1,"invocationId":"1","target":"Subscribe","arguments":["{{run}}",0]}""", ct);
        news._reading = news.ReadAsync();
        return news;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private Task SendAsync(string message, CancellationToken ct) => _socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, true, ct);

    private async Task ReadAsync()
    {
        var (buffer, text) = (new byte[256 * 1024], new List<byte>());
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), _stopping.Token);
                text.AddRange(buffer.AsSpan(0, received.Count));
                while (text.IndexOf(0x1E) is >= 0 and var end)
                {
                    Take(Encoding.UTF8.GetString([.. text.Take(end)]));
                    text.RemoveRange(0, end + 1);
                }
            }
        }
        catch (Exception e) when (_stopping.IsCancellationRequested || e is WebSocketException)
        {
            // The measurement is over.
        }
    }

    private void Take(string message)
    {
        using var json = JsonDocument.Parse(message);
        if (json.RootElement.TryGetProperty("target", out var target) && target.GetString() == "Frames")
        {
            var news = json.RootElement.GetProperty("arguments")[0];
            var (at, frames) = (news.GetProperty("at").GetDateTimeOffset(), news.GetProperty("frames").EnumerateArray().ToList());
            Groups.Enqueue(frames.Count);
            foreach (var frame in frames)
            {
                At.TryAdd(frame.GetProperty("pts").GetInt64(), at);
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Framevet.TestKit;

/// <summary>A small HTTP/1.1 server on 127.0.0.1 that counts who comes; one answer per connection.</summary>
public sealed class CountingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, LoopbackAnswer> _answer;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<Task> _serving = new();
    private readonly Task _accepting;
    private int _connections;

    private CountingServer(Func<string, LoopbackAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far, whatever was said on them.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Heads of the requests so far.</summary>
    public string[] Requests => [.. _requests];

    /// <summary>Starts one; <paramref name="answer"/> gets the target of the request line.</summary>
    public static CountingServer Start(Func<string, LoopbackAnswer> answer) => new(answer);

    /// <summary>An address on it.</summary>
    public Uri At(string path, string host = "127.0.0.1") => new($"http://{host}:{Port}{path}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _serving.Enqueue(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped; between two acceptances the listener says so with an InvalidOperationException.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = await HeadAsync(stream);
                if (head.Length == 0)
                {
                    return;
                }

                _requests.Enqueue(head);
                var answer = _answer(head.Split(' ')[1]);
                var text = new StringBuilder($"HTTP/1.1 {answer.Status} Answer\r\nConnection: close\r\n");
                foreach (var (name, value) in answer.Headers)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
                }

                await stream.WriteAsync(Encoding.ASCII.GetBytes(text.Append("\r\n").ToString()), _stop.Token);
                await stream.WriteAsync(answer.Body, _stop.Token);
                if (answer.Hangs)
                {
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // the other side went away, or the test is over
            }
        }
    }

    private async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return "";
            }

            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}

/// <summary>What a <see cref="CountingServer"/> says. <paramref name="Hangs"/>: it keeps the connection open after the body and says no more.</summary>
public sealed record LoopbackAnswer(int Status, (string Name, string Value)[] Headers, ReadOnlyMemory<byte> Body = default, bool Hangs = false)
{
    /// <summary>A file.</summary>
    public static LoopbackAnswer File(ReadOnlyMemory<byte> body, string type = "video/mp4") =>
        new(200, [("Content-Type", type), ("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture))], body);

    /// <summary>A redirect.</summary>
    public static LoopbackAnswer To(string location, int status = 302) => new(status, [("Location", location), ("Content-Length", "0")]);
}

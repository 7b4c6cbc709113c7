using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Framevet.Pipeline.Outbound;

/// <summary>
/// An HTTP proxy on loopback for one run of one program: whatever that program asks for goes through the wall, and all of it together is bounded. A password
/// of its own keeps other programs out. Disposing it cuts everything off.
/// </summary>
public sealed class EgressProxy : IAsyncDisposable
{
    private const string User = "framevet";
    private const int BufferBytes = 1 << 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly OutboundWall _wall;
    private readonly long _maxBytes;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _serving = new();
    private readonly ConcurrentQueue<string> _refusals = new();
    private readonly byte[] _credentials;
    private readonly Task _accepting;
    private long _bytes;

    private EgressProxy(OutboundWall wall, long maxBytes)
    {
        (_wall, _maxBytes) = (wall, maxBytes);
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _credentials = Encoding.ASCII.GetBytes($"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{User}:{password}"))}");
        _listener.Start();
        Address = new Uri($"http://{User}:{password}@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, with its password.</summary>
    public Uri Address { get; }

    /// <summary>Bytes that came in from outside so far.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether more came than was allowed.</summary>
    public bool IsExceeded => Bytes > _maxBytes;

    /// <summary>What the wall refused so far, one sentence each; at most 100.</summary>
    public string[] Refusals => [.. _refusals];

    /// <summary>Starts one that lets in at most <paramref name="maxBytes"/>.</summary>
    public static EgressProxy Start(OutboundWall wall, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(wall);
        return new EgressProxy(wall, maxBytes);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_serving.Keys).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                var serving = ServeAsync(client);
                _serving[serving] = true;
                _ = serving.ContinueWith(done => _serving.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException || (e is InvalidOperationException && _stop.IsCancellationRequested))
        {
            // Stopped. A listener that is stopped between two acceptances says that it is not listening.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await ProxyRequest.ReadAsync(stream, Patience, _stop.Token).ConfigureAwait(false) is { } request)
                {
                    await AnswerAsync(stream, request).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One side went away; the program notices by itself.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream client, ProxyRequest request)
    {
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(request.Credentials), _credentials))
        {
            await SayAsync(client, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"framevet\"").ConfigureAwait(false);
            return;
        }

        Stream outside;
        try
        {
            if (request.Target is null)
            {
                throw new VettingException(FailureCode.SourceRefused, "The program asked for something that is no address.");
            }

            _wall.CheckUrl(request.Target);
            outside = await _wall.ConnectAsync(request.Target.IdnHost, request.Target.Port, _stop.Token).ConfigureAwait(false);
        }
        catch (VettingException e)
        {
            if (e.Code == FailureCode.SourceRefused && _refusals.Count < 100)
            {
                _refusals.Enqueue(e.Message);
            }

            await SayAsync(client, e.Code == FailureCode.SourceRefused ? "403 Forbidden" : "502 Bad Gateway").ConfigureAwait(false);
            return;
        }

        await using (outside.ConfigureAwait(false))
        {
            if (request.IsTunnel)
            {
                await client.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
            }
            else
            {
                await outside.WriteAsync(Encoding.Latin1.GetBytes(request.Forwarded), _stop.Token).ConfigureAwait(false);
            }

            await JoinAsync(client, outside).ConfigureAwait(false);
        }
    }

    private async Task JoinAsync(Stream client, Stream outside)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var outward = CopyAsync(client, outside, isInward: false, end.Token);
        var inward = CopyAsync(outside, client, isInward: true, end.Token);
        await Task.WhenAny(outward, inward).ConfigureAwait(false);

        // What is still on its way in arrives; a client that has said all must not cut its answer off.
        if (!inward.IsCompleted)
        {
            await Task.WhenAny(inward, Task.Delay(Patience * 4, end.Token)).ConfigureAwait(false);
        }

        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(outward, inward).ConfigureAwait(false);
    }

    private async Task CopyAsync(Stream from, Stream to, bool isInward, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await from.ReadAsync(buffer, ct).ConfigureAwait(false) is var read and > 0)
            {
                if (isInward && Interlocked.Add(ref _bytes, read) > _maxBytes)
                {
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is over, however it ended.
        }
    }

    private async Task SayAsync(NetworkStream client, string status) =>
        await client.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), _stop.Token).ConfigureAwait(false);
}

using System.Net;
using System.Net.Sockets;

namespace Framevet.TestKit;

/// <summary>
/// A wire before a server on loopback that does damage on request: it breaks the next connections after so many bytes in one direction, or turns one byte round. All else passes as it is.
/// </summary>
public sealed class FaultyWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<Task> _passing = [];
    private readonly int _target;
    private readonly Task _accepting;
    private (bool IsUp, bool IsCut, int After, int Times) _fault;

    /// <summary>Starts to pass on to a port.</summary>
    public FaultyWire(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients go.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Faults that were done.</summary>
    public int Done { get; private set; }

    /// <summary>Breaks a connection once so many bytes of one message (request or answer) have passed, so many times.</summary>
    public void Cut(bool isUp, int after, int times) => Set((isUp, true, after, times));

    /// <summary>Turns the byte at this place of a message round, so many times.</summary>
    public void Damage(bool isUp, int at, int times) => Set((isUp, false, at, times));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_passing);
        _stopping.Dispose();
    }

    private void Set((bool IsUp, bool IsCut, int After, int Times) fault)
    {
        lock (_gate)
        {
            _fault = fault;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                _passing.Add(PassAsync(client));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                var bytes = new Tally();
                var (up, down) = (CopyAsync(client, server, true, bytes, both.Token), CopyAsync(server, client, false, bytes, both.Token));
                await Task.WhenAny(up, down);
                await both.CancelAsync();
                await Task.WhenAll(up, down);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or IOException)
            {
                // Broken, as wanted or by one of the two.
            }
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool isUp, Tally tally, CancellationToken ct)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, ct) is > 0 and var count)
            {
                var passed = tally.Add(isUp, count);
                if (Take(isUp, passed, count) is { } fault)
                {
                    if (fault.IsCut)
                    {
                        from.Client.LingerState = to.Client.LingerState = new LingerOption(true, 0);
                        return;
                    }

                    buffer[fault.After - (passed - count)] ^= 0xFF;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), ct);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // As above.
        }
    }

    private (bool IsUp, bool IsCut, int After, int Times)? Take(bool isUp, int passed, int count)
    {
        lock (_gate)
        {
            if (_fault.Times == 0 || _fault.IsUp != isUp || passed <= _fault.After || passed - count > _fault.After)
            {
                return null;
            }

            var fault = _fault;
            _fault.Times--;
            Done++;
            return fault;
        }
    }

    // Connections are kept open: a message begins where the direction changes.
    private sealed class Tally
    {
        private readonly Lock _lock = new();
        private bool _wasUp;
        private int _passed;

        public int Add(bool isUp, int count)
        {
            lock (_lock)
            {
                _passed = (_wasUp == isUp ? _passed : 0) + count;
                _wasUp = isUp;
                return _passed;
            }
        }
    }
}

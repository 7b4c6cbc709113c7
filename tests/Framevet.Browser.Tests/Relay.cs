using System.Net;
using System.Net.Sockets;

namespace Framevet.Browser.Tests;

/// <summary>A wire between browser and server that can be cut: what goes in at its port comes out at the server's, until <see cref="CutAsync"/>.</summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _target;
    private readonly Task _accepting;
    private CancellationTokenSource _open = new();
    private volatile bool _isCut;

    /// <summary>Starts to pass on.</summary>
    public Relay(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        _target = server.Port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where browsers go.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Breaks every connection, and every new one, until <see cref="Mend"/>.</summary>
    public async Task CutAsync()
    {
        _isCut = true;
        await _open.CancelAsync();
    }

    /// <summary>Passes on again.</summary>
    public void Mend()
    {
        _open = new CancellationTokenSource();
        _isCut = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _open.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
        _open.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                if (_isCut)
                {
                    client.Dispose();
                }
                else
                {
                    _ = PassAsync(client, _open.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(TcpClient client, CancellationToken ct)
    {
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, ct);
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), ct), server.GetStream().CopyToAsync(client.GetStream(), ct));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // One end is gone; the other must notice.
        }
        finally
        {
            client.Dispose();
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Webhooks;

/// <summary>Which addresses of the network may be reached from here on somebody's wish: those of the open internet, and the loopback where an operator allows it.</summary>
public static class PublicAddress
{
    /// <summary>Whether an address belongs to the open internet. IPv4 inside IPv6 counts as what it is.</summary>
    public static bool IsPublic(IPAddress address) => AddressWall.IsPublic(address);

    /// <summary>
    /// Connects to a host by an address that was checked, so that a name cannot mean one thing when asked and another when used.
    /// </summary>
    /// <exception cref="HttpRequestException">The host does not resolve, or resolves to nothing that may be reached.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool allowLoopback, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(host);
        var addresses = await Dns.GetHostAddressesAsync(host.Host, ct).ConfigureAwait(false);
        var open = addresses.Where(a => IsPublic(a) || (allowLoopback && IPAddress.IsLoopback(a))).ToArray();
        if (open.Length == 0 || open.Length < addresses.Length)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"{host.Host} is no public address");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, host.Port, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

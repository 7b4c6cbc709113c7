using System.Net;
using System.Net.Sockets;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// Keeps fetches out of this machine and private networks: a host is resolved once, every address that is not public is refused, and the
/// connection goes to the very address that was looked at. Since it stands where connections are made, it holds for every hop of a redirect.
/// </summary>
public static class AddressWall
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(15);

    // Everything that the IANA special-purpose registries (RFC 6890 and its successors) do not call globally reachable.
    private static readonly IPNetwork[] Special =
    [
        .. "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
            .Split(' ').Select(IPNetwork.Parse),
    ];

    // Of IPv6 only 2000::/3 is given out; within it tunnels and documentation lead elsewhere.
    private static readonly IPNetwork Public6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] Special6 = [.. "2001::/23 2001:db8::/32 2002::/16 3fff::/20".Split(' ').Select(IPNetwork.Parse)];

    /// <summary>A client handler behind the wall, without proxy, cookies and automatic unpacking; at most five redirects, never from HTTPS to HTTP.</summary>
    public static SocketsHttpHandler Handler(bool allowsPrivate) => new()
    {
        ConnectCallback = (context, ct) => ConnectAsync(context.DnsEndPoint, allowsPrivate, ct),
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxAutomaticRedirections = 5,
        ConnectTimeout = ConnectTime,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };

    /// <summary>Whether the address belongs to the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? !Special.Any(n => n.Contains(plain))
            : Public6.Contains(plain) && !Special6.Any(n => n.Contains(plain));
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool allowsPrivate, CancellationToken ct)
    {
        var addresses = await Dns.GetHostAddressesAsync(host.Host, ct).ConfigureAwait(false);
        if (!allowsPrivate && addresses.FirstOrDefault(a => !IsPublic(a)) is { } inside)
        {
            // A name with one inner address among public ones is no accident.
            throw new VettingException(FailureCode.SourceRefused, $"{host.Host} leads to {inside}, an address within this machine or a private network.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

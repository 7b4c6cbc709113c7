using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Framevet.Pipeline.Outbound;

/// <summary>
/// Which addresses are not the public internet. IPv4: everything that the IANA special-purpose registry does not mark as globally reachable. IPv6: only 2000::/3
/// is public at all, and of that not what the registry sets aside; addresses that carry an IPv4 address are judged by that one, too. Pure, thread-safe.
/// </summary>
/// <remarks>Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates), RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo), RFC 5214 (ISATAP).</remarks>
public static class AddressRules
{
    private static readonly ImmutableArray<(IPNetwork Range, string What)> Special =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "this network"),
        (IPNetwork.Parse("10.0.0.0/8"), "a private network"),
        (IPNetwork.Parse("100.64.0.0/10"), "a provider's own network"),
        (IPNetwork.Parse("127.0.0.0/8"), "this machine"),
        (IPNetwork.Parse("169.254.0.0/16"), "a link-local network"),
        (IPNetwork.Parse("172.16.0.0/12"), "a private network"),
        (IPNetwork.Parse("192.0.0.0/24"), "a protocol assignment"),
        (IPNetwork.Parse("192.0.2.0/24"), "documentation"),
        (IPNetwork.Parse("192.88.99.0/24"), "a 6to4 relay"),
        (IPNetwork.Parse("192.168.0.0/16"), "a private network"),
        (IPNetwork.Parse("198.18.0.0/15"), "benchmarking"),
        (IPNetwork.Parse("198.51.100.0/24"), "documentation"),
        (IPNetwork.Parse("203.0.113.0/24"), "documentation"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),

        // A public address by its number, but the metadata service of a cloud's virtual machines by its use.
        (IPNetwork.Parse("168.63.129.16/32"), "a cloud's own service"),

        (IPNetwork.Parse("::/128"), "this network"),
        (IPNetwork.Parse("::1/128"), "this machine"),
        (IPNetwork.Parse("64:ff9b:1::/48"), "a local translation of IPv4"),
        (IPNetwork.Parse("100::/64"), "discard only"),
        (IPNetwork.Parse("2001::/32"), "a Teredo tunnel"),
        (IPNetwork.Parse("2001::/23"), "a protocol assignment"),
        (IPNetwork.Parse("2001:db8::/32"), "documentation"),
        (IPNetwork.Parse("2002::/16"), "a 6to4 tunnel"),
        (IPNetwork.Parse("3fff::/20"), "documentation"),
        (IPNetwork.Parse("5f00::/16"), "segment routing"),
        (IPNetwork.Parse("fc00::/7"), "a private network"),
        (IPNetwork.Parse("fe80::/10"), "a link-local network"),
        (IPNetwork.Parse("fec0::/10"), "a private network"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
    ];

    private static readonly IPNetwork PublicV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    /// <summary>What the address is when it is not public, e.g. <c>a private network</c>; null when it is.</summary>
    public static string? SpecialUse(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetwork)
        {
            return Find(plain);
        }

        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return "no internet address";
        }

        // A scope names an interface of this machine; only addresses that are no public ones have any.
        plain = plain.ScopeId == 0 ? plain : new IPAddress(plain.GetAddressBytes());
        if (Find(plain) is { } special)
        {
            return special;
        }

        if (Translated.Contains(plain))
        {
            return Find(Embedded(plain, 12)) is { } behind ? $"{behind}, translated" : null;
        }

        if (Compatible.Contains(plain) || !PublicV6.Contains(plain))
        {
            return "not assigned to the public internet";
        }

        return IsIsatap(plain) && Find(Embedded(plain, 12)) is { } tunnelled ? $"{tunnelled}, tunnelled" : null;
    }

    private static string? Find(IPAddress address) => Special.FirstOrDefault(s => s.Range.Contains(address)).What;

    private static IPAddress Embedded(IPAddress address, int at) => new(address.GetAddressBytes().AsSpan(at, 4));

    // Interface id 0000:5efe or 0200:5efe, then the IPv4 address of the tunnel's end.
    private static bool IsIsatap(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes().AsSpan(8)) is 0x0000_5EFE or 0x0200_5EFE;
}

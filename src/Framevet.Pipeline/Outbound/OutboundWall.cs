using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Outbound;

/// <summary>All addresses of a host name.</summary>
/// <exception cref="SocketException">There is no such host.</exception>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken ct);

/// <summary>A connection to an address that was checked.</summary>
/// <exception cref="SocketException">Nobody answers.</exception>
public delegate Task<Stream> DialAddress(IPEndPoint address, CancellationToken ct);

/// <summary>
/// Decides what may be reached. A host name is resolved once, every address of the answer is checked, and the connection goes to one of exactly these: a
/// resolver that answers differently later changes nothing. Thread-safe.
/// </summary>
public sealed class OutboundWall
{
    private readonly OutboundOptions _options;
    private readonly ImmutableArray<IPNetwork> _allowed;
    private readonly ImmutableArray<IPNetwork> _denied;
    private readonly ResolveHost _resolve;
    private readonly DialAddress _dial;

    /// <summary>A wall with the system's resolver and sockets.</summary>
    public OutboundWall(IOptions<OutboundOptions> options)
        : this(options?.Value ?? throw new ArgumentNullException(nameof(options)), Dns.GetHostAddressesAsync, DialAsync)
    {
    }

    internal OutboundWall(OutboundOptions options, ResolveHost resolve, DialAddress dial)
    {
        _options = options;
        _allowed = [.. options.AllowAddresses.Select(r => IPNetwork.Parse(r))];
        _denied = [.. options.DenyAddresses.Select(r => IPNetwork.Parse(r))];
        (_resolve, _dial) = (resolve, dial);
    }

    /// <summary>The options in force.</summary>
    internal OutboundOptions Options => _options;

    /// <summary>
    /// The same wall for addresses that an admin chose, not a user: any port unless ports are listed, and <paramref name="ranges"/> beside the allowed ones. What is denied stays denied.
    /// </summary>
    internal OutboundWall ForAdmins(params string[] ranges) =>
        new(_options with { AllowAddresses = [.. _options.AllowAddresses, .. ranges], AllowPorts = _options.AllowPorts.Length == 0 ? [0] : _options.AllowPorts }, _resolve, _dial);

    /// <summary>A transport behind the wall: without proxy, cookies and unpacking; every hop of a redirect meets the wall again, and none leads from https to http.</summary>
    internal SocketsHttpHandler Transport(int redirects) => new()
    {
        ConnectCallback = async (context, ct) => await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, ct).ConfigureAwait(false),
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        AllowAutoRedirect = redirects > 0,
        MaxAutomaticRedirections = Math.Max(1, redirects),
        ConnectTimeout = TimeSpan.FromSeconds(_options.ConnectSeconds),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };

    /// <summary>Checks everything about an address that needs no resolver: scheme, credentials, port, host lists, and the host itself where it is an address.</summary>
    /// <exception cref="VettingException">SourceRefused, with the host and why.</exception>
    public void CheckUrl(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!_options.Enabled)
        {
            throw Refused("This server reaches nothing outside (Outbound:Enabled is off).");
        }

        if (!url.IsAbsoluteUri || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && _options.AllowHttp)))
        {
            throw Refused($"Only {(_options.AllowHttp ? "http and https" : "https")} addresses can be reached{(url.IsAbsoluteUri ? $", not {url.Scheme}" : "")}.");
        }

        if (url.UserInfo.Length > 0)
        {
            throw Refused("An address must not carry a name or a password.");
        }

        CheckHost(url.IdnHost, url.Port);
    }

    /// <summary>Checks a host and a port without resolving anything.</summary>
    /// <exception cref="VettingException">SourceRefused.</exception>
    public void CheckHost(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (!_options.Enabled)
        {
            throw Refused("This server reaches nothing outside (Outbound:Enabled is off).");
        }

        if (!(_options.AllowPorts.Length == 0 ? port is 80 or 443 : _options.AllowPorts.Contains(port) || _options.AllowPorts.Contains(0)))
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"Port {port} of {Shown(host)} may not be reached."));
        }

        var name = host.TrimEnd('.').ToLowerInvariant();
        if (Literal(name) is { } address)
        {
            CheckAddress(address, name);
            CheckLists(name);
            return;
        }

        if (name.Length == 0 || Uri.CheckHostName(name) != UriHostNameType.Dns || LooksLikeNumber(name))
        {
            throw Refused($"{Shown(host)} is no host name.");
        }

        CheckLists(name);
    }

    /// <summary>Resolves a host, checks all its addresses and connects to one of them.</summary>
    /// <exception cref="VettingException">SourceRefused (wall), SourceUnavailable (no such host, nobody answers in time).</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken ct)
    {
        CheckHost(host, port);
        var name = host.TrimEnd('.').ToLowerInvariant();
        var addresses = await ResolveAsync(name, ct).ConfigureAwait(false);
        SocketException? last = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(_options.ConnectSeconds));
        foreach (var address in addresses)
        {
            try
            {
                return await _dial(new IPEndPoint(address, port), limit.Token).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                last = e;
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new VettingException(FailureCode.SourceUnavailable, $"{Shown(host)} did not answer within {_options.ConnectSeconds} s.", null, e);
            }
        }

        throw new VettingException(FailureCode.SourceUnavailable, $"{Shown(host)} cannot be reached: {last?.Message ?? "it has no address"}", null, last);
    }

    private async Task<IPAddress[]> ResolveAsync(string name, CancellationToken ct)
    {
        IPAddress[] addresses;
        try
        {
            addresses = Literal(name) is { } literal ? [literal] : await _resolve(name, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{Shown(name)} is not known: {e.Message}", null, e);
        }

        // One forbidden address condemns the answer: a name that points inside as well as outside is a trick.
        foreach (var address in addresses)
        {
            CheckAddress(address, name);
        }

        return addresses;
    }

    private void CheckAddress(IPAddress address, string host)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (_denied.Any(r => r.Contains(plain)))
        {
            throw Refused($"{Shown(host)} is an address that this server may not reach.");
        }

        if (AddressRules.SpecialUse(address) is { } use && !_allowed.Any(r => r.Contains(plain)))
        {
            throw Refused($"{Shown(host)} is no public address ({use}).");
        }
    }

    private void CheckLists(string name)
    {
        if (_options.DenyHosts.Any(h => IsUnder(name, h)))
        {
            throw Refused($"{Shown(name)} is on the list of hosts that may not be reached.");
        }

        if (_options.AllowHosts.Length > 0 && !_options.AllowHosts.Any(h => IsUnder(name, h)))
        {
            throw Refused($"{Shown(name)} is not on the list of hosts that may be reached.");
        }
    }

    private static bool IsUnder(string name, string listed)
    {
        listed = listed.TrimEnd('.').ToLowerInvariant();
        return name == listed || (name.Length > listed.Length && name.EndsWith(listed, StringComparison.Ordinal) && name[^(listed.Length + 1)] == '.');
    }

    private static IPAddress? Literal(string host) =>
        IPAddress.TryParse(host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host, out var address) ? address : null;

    // Such a name is an address in one of the old notations that some resolvers understand (a number, octal, hexadecimal) and that nobody needs.
    private static bool LooksLikeNumber(string name)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return last.Length == 0 || last.All(char.IsAsciiDigit) || (last.StartsWith("0x", StringComparison.Ordinal) && last[2..].All(char.IsAsciiHexDigit));
    }

    private static VettingException Refused(string sentence) => new(FailureCode.SourceRefused, sentence);

    // The host comes from outside: what is shown of it is short and plain.
    private static string Shown(string host)
    {
        var clean = new string([.. host.Where(c => !char.IsControl(c) && !char.IsWhiteSpace(c)).Take(100)]);
        return clean.Length == 0 ? "The host" : clean;
    }

    private static async Task<Stream> DialAsync(IPEndPoint address, CancellationToken ct)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

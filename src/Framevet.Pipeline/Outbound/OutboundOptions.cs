using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Framevet.Pipeline.Outbound;

/// <summary>What this server may reach outside (deployment, not a user's choice); section <c>Outbound</c>.</summary>
public sealed record OutboundOptions : IValidatableObject
{
    /// <summary>Section in the configuration.</summary>
    public const string Section = "Outbound";

    /// <summary>False = nothing goes out at all (a server without a network).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Hosts that may be reached, with all hosts below them (<c>example.org</c> also means <c>www.example.org</c>); empty = every public host.</summary>
    public string[] AllowHosts { get; init; } = [];

    /// <summary>Hosts that may not be reached, with all below them; wins over <see cref="AllowHosts"/>.</summary>
    public string[] DenyHosts { get; init; } = [];

    /// <summary>Ranges such as <c>10.1.0.0/16</c> that may be reached although they are not public: an operator's own store or receiver.</summary>
    public string[] AllowAddresses { get; init; } = [];

    /// <summary>Ranges that may not be reached although they are public; wins over <see cref="AllowAddresses"/>.</summary>
    public string[] DenyAddresses { get; init; } = [];

    /// <summary>Ports that may be reached; empty = 80 and 443, a 0 among them = every port (only sensible with <see cref="AllowHosts"/>).</summary>
    public int[] AllowPorts { get; init; } = [];

    /// <summary>Whether http is allowed beside https.</summary>
    public bool AllowHttp { get; init; } = true;

    /// <summary>Most redirects of one request.</summary>
    [Range(0, 20)]
    public int MaxRedirects { get; init; } = 5;

    /// <summary>Seconds until a connection must stand.</summary>
    [Range(1, 120)]
    public int ConnectSeconds { get; init; } = 10;

    /// <summary>Seconds without a byte after which a transfer ends.</summary>
    [Range(1, 600)]
    public int StallSeconds { get; init; } = 30;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var range in AllowAddresses.Concat(DenyAddresses).Where(r => !IPNetwork.TryParse(r, out _)))
        {
            yield return new ValidationResult($"'{range}' is no range of addresses such as 10.1.0.0/16 or fd00::/8");
        }

        foreach (var host in AllowHosts.Concat(DenyHosts).Where(h => Uri.CheckHostName(h.TrimEnd('.')) != UriHostNameType.Dns))
        {
            yield return new ValidationResult($"'{host}' is no host name such as example.org");
        }

        foreach (var port in AllowPorts.Where(p => p is < 0 or > 65535))
        {
            yield return new ValidationResult($"{port} is no port");
        }
    }
}

using System.ComponentModel.DataAnnotations;
using Framevet.Web.Demo;
using Framevet.Web.Jobs;

namespace Framevet.Web.Hosting;

/// <summary>What the operator decides about this server; section <c>Framevet</c>. A key that is not here stops the start.</summary>
public sealed record FramevetOptions
{
    /// <summary>Section in the configuration.</summary>
    public const string Section = "Framevet";

    /// <summary>Folder of databases, files and keys; created when missing. Relative to the working directory.</summary>
    [Required(AllowEmptyStrings = false)]
    public string DataFolder { get; init; } = "data";

    /// <summary>Address under which people reach the server, for links; null = the first address it listens on.</summary>
    [Url]
    public string? PublicUrl { get; init; }

    /// <summary>Addresses or ranges (<c>10.0.0.5</c>, <c>10.1.0.0/16</c>) of reverse proxies whose X-Forwarded-For, -Proto and -Host are believed; of nobody else's.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>
    /// Seals the keys of cookies and stored secrets in the database: 32 characters or more, the same on all nodes, e.g. from <c>openssl rand -base64 32</c>; null = the keys lie in the data folder, which nodes
    /// must share then.
    /// </summary>
    [MinLength(32, ErrorMessage = "has 32 characters or more, or is left out.")]
    public string? KeySecret { get; init; }

    /// <summary>The demo at the first start.</summary>
    public DemoOptions Demo { get; init; } = new();

    /// <summary>This process among others on the same data.</summary>
    public Cluster.NodeOptions Node { get; init; } = new();

    /// <summary>How much work runs at the same time.</summary>
    public JobsOptions Jobs { get; init; } = new();

    /// <summary>How often the API may be called.</summary>
    public Api.ApiLimitOptions ApiLimits { get; init; } = new();

    /// <summary>Links for guests.</summary>
    public Api.GuestOptions Guests { get; init; } = new();

    /// <summary>Sign-in.</summary>
    public Identity.SignInOptions SignIn { get; init; } = new();

    /// <summary>Sign-in with the organisation's provider.</summary>
    public Identity.OidcOptions Oidc { get; init; } = new();
}

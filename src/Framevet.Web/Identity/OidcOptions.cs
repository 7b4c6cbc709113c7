using System.ComponentModel.DataAnnotations;

namespace Framevet.Web.Identity;

/// <summary>Sign-in with an OpenID Connect provider (authorization code with PKCE).</summary>
public sealed record OidcOptions
{
    /// <summary>Issuer's address, e.g. <c>https://login.example.org/realms/main</c>; null = only local accounts.</summary>
    [Url]
    public string? Authority { get; init; }

    /// <summary>This server's name at the provider.</summary>
    public string ClientId { get; init; } = "framevet";

    /// <summary>This server's secret there, rather as the environment variable <c>Framevet__Oidc__ClientSecret</c>; null for a public client.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Text of the button.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Title { get; init; } = "Sign in with your organisation";

    /// <summary>What is asked for; <c>openid</c> always is.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Claim that gives a new account its name.</summary>
    [Required(AllowEmptyStrings = false)]
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>Claim that holds groups or roles.</summary>
    [Required(AllowEmptyStrings = false)]
    public string RoleClaim { get; init; } = "roles";

    /// <summary>Our role for a value of that claim; roles follow it at each sign-in. Empty = roles are given here, on the page of users.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether somebody unknown gets an account; else only those sign in whose account is linked.</summary>
    public bool CreateAccounts { get; init; } = true;

    /// <summary>Role of a new account where <see cref="Roles"/> gives none; null or empty = such people are refused.</summary>
    public string? DefaultRole { get; init; } = Identity.Roles.Submitter;

    /// <summary>Whether local passwords still sign in.</summary>
    public bool LocalSignIn { get; init; } = true;

    /// <summary>Whether the provider may be reached without TLS; for trying things out on one machine.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>The role of those to whom the provider gives none; null = they are refused.</summary>
    internal string? UsualRole => string.IsNullOrEmpty(DefaultRole) ? null : DefaultRole;

    /// <summary>Whether there is a provider.</summary>
    internal bool IsOn => Authority is not null;
}

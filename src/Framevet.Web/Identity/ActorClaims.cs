using System.Security.Claims;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Identity;

/// <summary>Reads an <see cref="Actor"/> out of the claims of a request or a circuit.</summary>
public static class ActorClaims
{
    /// <summary>Claim type of a scope; only principals of an API key carry any.</summary>
    public const string Scope = "framevet:scope";

    /// <summary>Claim type of the API key's id; only principals of an API key carry it.</summary>
    public const string KeyId = "framevet:key";

    /// <summary>Claim type of the session's id; only principals of a cookie carry it.</summary>
    public const string Session = "framevet:session";

    /// <summary>Claim type of how the session began.</summary>
    public const string Method = "framevet:method";

    /// <summary>Claim of somebody whose role needs a second step that is not set up yet.</summary>
    public const string MustEnrol = "framevet:must-enrol";

    /// <summary>Who acts. An account that is not signed in has no id and no rights.</summary>
    public static Actor ToActor(this ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var id = user.FindFirstValue(ClaimTypes.NameIdentifier);
        return id is null
            ? new Actor("", "", Rights.None)
            : new Actor(id, user.Identity?.Name ?? id, Roles.RightsOf(user.FindAll(ClaimTypes.Role).Select(c => c.Value)));
    }

    /// <summary>The session of a principal that came with a cookie; null for others.</summary>
    public static Guid? SessionId(this ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Guid.TryParseExact(user.FindFirstValue(Session), "N", out var id) ? id : null;
    }

    /// <summary>Whether an API key has the scope; true for people who signed in.</summary>
    public static bool HasScope(this ClaimsPrincipal user, string scope)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Identity?.AuthenticationType != ApiKeyScheme.Name || user.HasClaim(Scope, scope);
    }
}

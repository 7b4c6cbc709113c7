using System.Security.Claims;
using System.Text.Encodings.Web;
using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>Authentication by <c>Authorization: Bearer fv_…</c>: the key's user, with the key's scopes.</summary>
internal sealed class ApiKeyScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    ApiKeyStore keys, UserManager<FramevetUser> users) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>Name of the scheme and authentication type of its principals.</summary>
    public const string Name = "ApiKey";

    private const string Bearer = "Bearer ";

    /// <summary>Whether the request brings a key, valid or not.</summary>
    public static bool IsUsed(HttpContext http) => http.Request.Headers.Authorization.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!IsUsed(Context))
        {
            return AuthenticateResult.NoResult();
        }

        var secret = Request.Headers.Authorization.ToString()[Bearer.Length..].Trim();
        if (await keys.FindAsync(secret, Context.RequestAborted) is not { } owner || await users.FindByIdAsync(owner.UserId) is not { } user)
        {
            return AuthenticateResult.Fail("This API key is unknown, revoked or expired.");
        }

        await keys.TouchAsync(owner.KeyId, Context.RequestAborted);
        var identity = new ClaimsIdentity(Name, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, user.Id));
        identity.AddClaim(new Claim(ActorClaims.KeyId, owner.KeyId.ToString("N")));
        identity.AddClaim(new Claim(ClaimTypes.Name, user.UserName ?? user.Id));
        identity.AddClaims((await users.GetRolesAsync(user)).Select(role => new Claim(ClaimTypes.Role, role)));
        identity.AddClaims(owner.Scopes.Select(scope => new Claim(ActorClaims.Scope, scope)));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }
}

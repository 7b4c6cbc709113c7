using System.Security.Claims;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Framevet.Web.Identity;

/// <summary>
/// Sign-in with the organisation's provider. An account belongs to a subject of the provider and to nothing else: never to an e-mail address or a name.
/// Scoped.
/// </summary>
internal sealed class CompanySignIn(UserManager<FramevetUser> users, SignInManager<FramevetUser> signIn, SessionSignIn session, IAuditTrail audit, IOptions<FramevetOptions> options, TimeProvider time)
{
    /// <summary>Name of the scheme and of the provider in links.</summary>
    public const string Scheme = "oidc";

    private const string Subject = "sub";
    private const string LinkTo = "framevet.link-to";

    /// <summary>Signatures by the provider's private keys only: a shared secret could sign for the provider, "none" for anybody.</summary>
    private static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private readonly OidcOptions _oidc = options.Value.Oidc;

    /// <summary>Words that a page may show: a link could bring any others along.</summary>
    private static readonly string[] Sentences = [WhoIsIt, SignInAgain, Taken, NoRole, NoAccount, NameExists, Deactivated];

    private const string WhoIsIt = "The organisation's sign-in did not tell who you are.";
    private const string SignInAgain = "Sign in again, then link the account.";
    private const string Taken = "This sign-in belongs to another account already.";
    private const string NoRole = "Your organisation gave you no role here. Ask an admin.";
    private const string NoAccount = "There is no account for you here yet. Ask an admin.";
    private const string NameExists = "An account of your name exists here. Sign in with its password and link the two on the account page.";
    private const string Deactivated = "This account is deactivated.";

    /// <summary>The sentence when it is one of ours.</summary>
    public static string Known(string sentence) => Sentences.Contains(sentence) ? sentence : "The organisation's sign-in did not work. Try again.";

    /// <summary>Registers the protocol.</summary>
    public static void Register(AuthenticationBuilder authentication, OidcOptions options)
    {
        if (!options.IsOn)
        {
            return;
        }

        if (options.Roles.Values.Append(options.UsualRole ?? Roles.Submitter).Except(Roles.All).FirstOrDefault() is { } unknown)
        {
            throw new ConfigurationException($"Framevet:Oidc: there is no role '{unknown}'; there are: {string.Join(", ", Roles.All)}.");
        }

        authentication.AddOpenIdConnect(Scheme, o =>
        {
            o.Authority = options.Authority;
            o.RequireHttpsMetadata = !options.AllowHttp;
            o.ClientId = options.ClientId;
            o.ClientSecret = options.ClientSecret;
            o.ResponseType = OpenIdConnectResponseType.Code;

            // Not a form of the provider's: our cookies do not travel with posts of other sites.
            o.ResponseMode = OpenIdConnectResponseMode.Query;
            o.UsePkce = true;
            o.MapInboundClaims = false;
            o.SignInScheme = IdentityConstants.ExternalScheme;
            o.SignOutScheme = IdentityConstants.ApplicationScheme;
            o.SignedOutRedirectUri = WebPaths.Login;
            o.SaveTokens = true;

            // The provider sends the browser back by a plain redirect, with which such cookies travel.
            o.CorrelationCookie.SameSite = o.NonceCookie.SameSite = SameSiteMode.Lax;
            o.CorrelationCookie.SecurePolicy = o.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            o.Scope.Clear();
            o.Scope.Add("openid");
            o.Scope.Add("profile");
            options.Scopes.ToList().ForEach(o.Scope.Add);
            o.TokenValidationParameters.NameClaimType = options.NameClaim;
            o.TokenValidationParameters.RoleClaimType = options.RoleClaim;
            o.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);
            o.TokenValidationParameters.ValidAlgorithms = Algorithms;

            // The provider that was configured, whatever its own document says of itself.
            var issuer = options.Authority!.TrimEnd('/');
            o.TokenValidationParameters.IssuerValidator = (told, _, _) => told?.TrimEnd('/') == issuer
                ? told
                : throw new SecurityTokenInvalidIssuerException("The token is of another provider than the configured one.");
            o.Events.OnTokenResponseReceived = context =>
            {
                // In the code flow the framework takes tokens without a signature, because the provider itself handed them out. We want one all the same.
                if (context.TokenEndpointResponse.IdToken is not { Length: > 0 } idToken || !Algorithms.Contains(new JsonWebToken(idToken).Alg))
                {
                    context.Fail("The id token is not signed as it must be.");
                }

                return Task.CompletedTask;
            };
            o.Events.OnRemoteFailure = context =>
            {
                // The provider's words may come from anybody; the log has them.
                context.Response.Redirect($"{WebPaths.Login}?error=company");
                context.HandleResponse();
                return Task.CompletedTask;
            };
        });
    }

    /// <summary>Begins the sign-in; <paramref name="linkTo"/>: the account that wants to be linked, or null.</summary>
    public static AuthenticationProperties Begin(string returnUrl, string? linkTo)
    {
        var properties = new AuthenticationProperties { RedirectUri = $"{WebPaths.CompanyBack}?returnUrl={Uri.EscapeDataString(returnUrl)}" };
        if (linkTo is not null)
        {
            properties.Items[LinkTo] = linkTo;
        }

        return properties;
    }

    /// <summary>Ends it: links, or signs in. A fault in words, or null.</summary>
    public async Task<string?> FinishAsync(ClaimsPrincipal present, CancellationToken ct)
    {
        var answer = await signIn.Context.AuthenticateAsync(IdentityConstants.ExternalScheme);
        await signIn.Context.SignOutAsync(IdentityConstants.ExternalScheme);
        if (answer.Principal?.FindFirstValue(Subject) is not { Length: > 0 } subject)
        {
            return WhoIsIt;
        }

        return answer.Properties!.Items.TryGetValue(LinkTo, out var wanted)
            ? await LinkAsync(present, wanted!, subject, ct)
            : await EnterAsync(answer, subject, ct);
    }

    private async Task<string?> LinkAsync(ClaimsPrincipal present, string wanted, string subject, CancellationToken ct)
    {
        // Whoever began the linking must still be the one who sits here.
        if (users.GetUserId(present) != wanted || await users.GetUserAsync(present) is not { } user)
        {
            return SignInAgain;
        }

        if (await users.FindByLoginAsync(Scheme, subject) is { } other)
        {
            return other.Id == user.Id ? null : Taken;
        }

        (await users.AddLoginAsync(user, new UserLoginInfo(Scheme, subject, _oidc.Title))).MustSucceed();
        await audit.AppendAsync(present.ToActor(), "account.linked", $"user/{user.Id}", null, null, ct);
        return null;
    }

    private async Task<string?> EnterAsync(AuthenticateResult answer, string subject, CancellationToken ct)
    {
        var roles = RolesOf(answer.Principal!);
        if (roles.Length == 0 && _oidc.Roles.Count > 0 && _oidc.UsualRole is null)
        {
            return NoRole;
        }

        var user = await users.FindByLoginAsync(Scheme, subject);
        if (user is null)
        {
            if (!_oidc.CreateAccounts || (roles.Length == 0 && _oidc.UsualRole is null))
            {
                return NoAccount;
            }

            var name = answer.Principal!.FindFirstValue(_oidc.NameClaim) is { Length: > 0 } told ? told : subject;
            user = new FramevetUser { UserName = name, DisplayName = answer.Principal!.FindFirstValue("name") ?? "", CreatedAt = time.GetUtcNow(), LockoutEnabled = true };
            if (await users.CreateAsync(user) is { Succeeded: false } faults)
            {
                return faults.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.DuplicateUserName))
                    ? NameExists
                    : faults.Sentence();
            }

            (await users.AddLoginAsync(user, new UserLoginInfo(Scheme, subject, _oidc.Title))).MustSucceed();
            await audit.AppendAsync(new Actor(user.Id, name, Rights.None), "account.from-organisation", $"user/{user.Id}", null, null, ct);
        }

        if (!user.IsActive)
        {
            return Deactivated;
        }

        await FollowRolesAsync(user, roles, ct);
        var properties = new AuthenticationProperties();
        if (answer.Properties!.GetTokenValue("id_token") is { } idToken)
        {
            // The provider asks for it when the session ends there.
            properties.StoreTokens([new AuthenticationToken { Name = "id_token", Value = idToken }]);
        }

        await session.BeginAsync(user, SignInMethods.Company, ct, properties);
        return null;
    }

    /// <summary>With a map, the provider says who has which role; without one, an admin does, and only an account without any gets the usual one.</summary>
    private async Task FollowRolesAsync(FramevetUser user, string[] roles, CancellationToken ct)
    {
        var before = await users.GetRolesAsync(user);
        var wanted = roles.Length > 0 ? roles : _oidc.Roles.Count == 0 && before.Count > 0 ? [.. before] : _oidc.UsualRole is { } usual ? [usual] : [];
        var (gone, added) = (before.Except(wanted).ToArray(), wanted.Except(before).ToArray());
        if (gone.Length + added.Length == 0)
        {
            return;
        }

        (await users.RemoveFromRolesAsync(user, gone)).MustSucceed();
        (await users.AddToRolesAsync(user, added)).MustSucceed();
        await audit.AppendAsync(Actor.System, "user.roles", $"user/{user.Id}", System.Text.Json.JsonSerializer.Serialize(before), System.Text.Json.JsonSerializer.Serialize(wanted), ct);
    }

    private string[] RolesOf(ClaimsPrincipal principal) =>
        [.. principal.FindAll(_oidc.RoleClaim).Select(c => _oidc.Roles.GetValueOrDefault(c.Value)).OfType<string>().Where(Roles.All.Contains).Distinct()];
}

/// <summary>The two addresses around the provider's pages.</summary>
internal static class CompanyRoutes
{
    public static void MapCompany(this IEndpointRouteBuilder app, OidcOptions options)
    {
        if (!options.IsOn)
        {
            return;
        }

        app.MapGet(WebPaths.Company, (HttpContext http, UserManager<FramevetUser> users, string? returnUrl = null, string? link = null) => TypedResults.Challenge(
            CompanySignIn.Begin(AccountRoutes.LocalOr(returnUrl, link == "1" ? WebPaths.Account : "/"), link == "1" ? users.GetUserId(http.User) : null), [CompanySignIn.Scheme]))
            .AllowAnonymous().ExcludeFromDescription();
        app.MapGet(WebPaths.CompanyBack, async (HttpContext http, CompanySignIn company, string? returnUrl = null) =>
            TypedResults.LocalRedirect(await company.FinishAsync(http.User, http.RequestAborted) is { } fault
                ? $"{WebPaths.Login}?error=company&why={Uri.EscapeDataString(fault)}"
                : AccountRoutes.LocalOr(returnUrl, "/")))
            .AllowAnonymous().ExcludeFromDescription();
    }
}

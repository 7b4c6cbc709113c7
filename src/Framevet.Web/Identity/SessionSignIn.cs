using System.Security.Claims;
using Framevet.Data.Tables;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Web.Identity;

/// <summary>Puts the session into the cookie and looks at each request whether it still lives. Scoped.</summary>
internal sealed partial class SessionSignIn(SignInManager<FramevetUser> signIn, UserManager<FramevetUser> users, SessionDesk sessions, TimeProvider time, ILogger<SessionSignIn> log)
{
    /// <summary>Signs in with a session of its own; one that the browser had before ends.</summary>
    public async Task BeginAsync(FramevetUser user, string method, CancellationToken ct, AuthenticationProperties? properties = null)
    {
        if (signIn.Context.User.SessionId() is { } before)
        {
            await sessions.CloseAsync(before, ct);
        }

        var id = await sessions.BeginAsync(user.Id, DeviceWords.Of(signIn.Context.Request.Headers.UserAgent), method, ct);
        LogBegan(user.Id, method, signIn.Context.Connection.RemoteIpAddress);
        user.LastSeenAt = time.GetUtcNow();
        await users.UpdateAsync(user);
        properties ??= new AuthenticationProperties();
        properties.IsPersistent = true;
        await signIn.SignInWithClaimsAsync(user, properties, Claims(id, method));
    }

    /// <summary>A new cookie for the session that goes on, after the account's stamp changed; all others of the account end.</summary>
    public async Task GoOnAloneAsync(FramevetUser user, CancellationToken ct)
    {
        var now = signIn.Context.User;
        if (now.SessionId() is not { } id)
        {
            return;
        }

        await sessions.EndAllAsync(user.Id, id, ct);
        var ticket = await signIn.Context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        await signIn.SignInWithClaimsAsync(user, ticket.Properties ?? new AuthenticationProperties { IsPersistent = true }, Claims(id, now.FindFirstValue(ActorClaims.Method) ?? ""));
    }

    /// <summary>Ends all sessions of an account.</summary>
    public Task EndAllAsync(FramevetUser user, CancellationToken ct) => sessions.EndAllAsync(user.Id, null, ct);

    /// <summary>Signs out: the session is over, not only its cookie.</summary>
    public async Task EndAsync(CancellationToken ct)
    {
        if (signIn.Context.User.SessionId() is { } id)
        {
            await sessions.CloseAsync(id, ct);
        }

        await signIn.SignOutAsync();
    }

    /// <summary>For each request with a cookie: first whether its session lives, then (every half minute) whether the account still is what it was.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var sessions = context.HttpContext.RequestServices.GetRequiredService<SessionDesk>();
        var id = context.Principal?.SessionId();
        if (id is null || !await sessions.IsAliveAsync(id.Value, context.HttpContext.RequestAborted))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
            return;
        }

        await SecurityStampValidator.ValidatePrincipalAsync(context);
        if (context.Principal is null)
        {
            await sessions.CloseAsync(id.Value, context.HttpContext.RequestAborted);
        }
    }

    /// <summary>A principal that is made anew keeps what its sign-in gave it.</summary>
    public static Task KeepAsync(SecurityStampRefreshingPrincipalContext context)
    {
        if (context is { CurrentPrincipal: { } before, NewPrincipal.Identity: ClaimsIdentity after })
        {
            after.AddClaims(before.Claims.Where(c => c.Type is ActorClaims.Session or ActorClaims.Method).Select(c => new Claim(c.Type, c.Value)));
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "Account {User} signed in by {Method} from {Address}.")]
    private partial void LogBegan(string user, string method, System.Net.IPAddress? address);

    private static Claim[] Claims(Guid id, string method) => [new(ActorClaims.Session, id.ToString("N")), new(ActorClaims.Method, method)];
}

/// <summary>How a session can begin; stored and shown.</summary>
internal static class SignInMethods
{
    public const string Password = "password";
    public const string Code = "password+code";
    public const string Recovery = "recovery code";
    public const string Link = "link";
    public const string Company = "oidc";
}

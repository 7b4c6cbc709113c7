using System.Security.Claims;
using Framevet.Data.Tables;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>
/// Signs an open circuit out: at once when its session ends, and within half a minute when its account is not what it was. Its pages then go to the
/// sign-in, which closes the circuit.
/// </summary>
internal sealed class LiveAuthState(ILoggerFactory logs, IServiceScopeFactory scopes, SessionDesk sessions, IOptions<IdentityOptions> options) : RevalidatingServerAuthenticationStateProvider(logs)
{
    private static readonly AuthenticationState Nobody = new(new ClaimsPrincipal(new ClaimsIdentity()));
    private IDisposable? _watch;

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    public override Task<AuthenticationState> GetAuthenticationStateAsync() => WatchedAsync(base.GetAuthenticationStateAsync());

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authenticationState);
        if (authenticationState.User.SessionId() is not { } session || !await sessions.IsAliveAsync(session, cancellationToken))
        {
            return false;
        }

        // A scope of its own: the circuit's would hold the account as it was when first read.
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>();
        return await users.GetUserAsync(authenticationState.User) is { IsActive: true } user
            && authenticationState.User.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType) == await users.GetSecurityStampAsync(user);
    }

    protected override void Dispose(bool disposing)
    {
        _watch?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Watches the session of whoever the circuit belongs to, from the first time that anybody asks.</summary>
    private async Task<AuthenticationState> WatchedAsync(Task<AuthenticationState> asked)
    {
        var state = await asked;
        if (_watch is null && state.User.SessionId() is { } session)
        {
            _watch = sessions.Watch(session, () => SetAuthenticationState(Task.FromResult(Nobody)));
        }

        return state;
    }
}

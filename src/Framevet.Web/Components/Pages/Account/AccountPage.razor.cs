using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Web.Components.Shared;
using Framevet.Web.Hosting;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Components.Pages.Account;

/// <summary>One's own account: profile, ways to sign in, sessions, keys.</summary>
public sealed partial class AccountPage : PageComponent
{
    private OwnAccount? _account;
    private ImmutableArray<SessionRow> _sessions = [];
    private ImmutableArray<ApiKeyRow> _keys = [];
    private Guid? _current;
    private string _displayName = "";

    [Inject]
    private UserDesk Desk { get; set; } = default!;

    [Inject]
    private SessionDesk Sessions { get; set; } = default!;

    [Inject]
    private ApiKeysQuery KeysQuery { get; set; } = default!;

    [Inject]
    private IOptions<FramevetOptions> Options { get; set; } = default!;

    [Inject]
    private AuthenticationStateProvider Authentication { get; set; } = default!;

    private OidcOptions Oidc => Options.Value.Oidc;

    private string Keys => _keys.Count(k => !k.IsRevoked && (k.ExpiresAt is null || k.ExpiresAt > Clock.GetUtcNow())) switch
    {
        0 => "None in use",
        1 => "One in use",
        var count => $"{count} in use",
    };

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _current = (await Authentication.GetAuthenticationStateAsync()).User.SessionId();
        _account = await Desk.OwnAsync(Actor, ct);
        _displayName = _account.DisplayName;
        _sessions = await Sessions.OfAsync(Actor, ct);
        _keys = await KeysQuery.ForUserAsync(Actor.Id, ct);
    }

    private async Task RenameAsync()
    {
        if (await TryAsync(ct => Desk.RenameAsync(_displayName, Actor, ct), "Saved"))
        {
            await ReloadAsync();
        }
    }

    private async Task EndAsync(SessionRow session)
    {
        if (await TryAsync(ct => Sessions.EndAsync(session.Id, Actor, ct), $"{session.Device} is signed out"))
        {
            await ReloadAsync();
        }
    }

    private async Task EndOthersAsync()
    {
        if (_current is { } current && await TryAsync(ct => Sessions.EndOthersAsync(current, Actor, ct), "All others are signed out"))
        {
            await ReloadAsync();
        }
    }
}

using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Web.Components.Shared;
using Framevet.Web.Identity;
using Framevet.Data.Stores;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Keys;

/// <summary>The user's own API keys.</summary>
public sealed partial class KeysPage : PageComponent
{
    private ImmutableArray<ApiKeyRow> _keys = [];
    private NewApiKey? _made;
    private string _name = "";
    private ImmutableSortedSet<string> _scopes = [Scopes.RunsRead, Scopes.RunsWrite];
    private int _days = 90;
    private bool _isCreating;

    [Inject]
    private ApiKeysQuery Query { get; set; } = default!;

    [Inject]
    private ApiKeyDesk Desk { get; set; } = default!;

    protected override async Task LoadAsync(CancellationToken ct) => _keys = await Query.ForUserAsync(Actor.Id, ct);

    private async Task CreateAsync()
    {
        var ends = _days > 0 ? Clock.GetUtcNow().AddDays(_days) : (DateTimeOffset?)null;
        if (await TryAsync(async ct => _made = await Desk.CreateAsync(_name.Trim(), [.. _scopes], ends, Actor, ct)))
        {
            (_name, _isCreating) = ("", false);
            await ReloadAsync();
        }
    }

    private async Task RevokeAsync(ApiKeyRow key)
    {
        if (await TryAsync(ct => Desk.RevokeAsync(key.Id, Actor, ct), $"{key.Name} does not work any more"))
        {
            _made = _made?.Row.Id == key.Id ? null : _made;
            await ReloadAsync();
        }
    }
}

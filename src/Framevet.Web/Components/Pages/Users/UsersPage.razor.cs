using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Web.Components.Shared;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Users;

/// <summary>Accounts: who may do what.</summary>
public sealed partial class UsersPage : PageComponent
{
    private const int PageSize = 25;
    private Page<UserRow> _page = new([], 0);
    private InviteLink? _link;
    private string _linkName = "";
    private string _name = "";
    private string? _email;
    private ImmutableArray<string> _roles = [Roles.Submitter];
    private string? _edited;
    private ImmutableArray<string> _editedRoles = [];
    private bool _isCreating;
    private string? _quotaOf;
    private Quota _quota = Quota.None;
    private QuotaStanding? _standing;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    [Inject]
    private UsersQuery Query { get; set; } = default!;

    [Inject]
    private QuotaDesk Quotas { get; set; } = default!;

    [Inject]
    private UserDesk Desk { get; set; } = default!;

    protected override object LoadKey => (Text, Page);

    private int PageNumber => Math.Max(0, (Page ?? 1) - 1);

    protected override async Task LoadAsync(CancellationToken ct) => _page = await Query.PageAsync(Text, PageNumber * PageSize, PageSize, ct);

    private async Task CreateAsync()
    {
        if (await TryAsync(async ct => _link = await Desk.CreateAsync(_name.Trim(), string.IsNullOrWhiteSpace(_email) ? null : _email.Trim(), _roles, Actor, ct)))
        {
            (_linkName, _name, _email, _roles, _isCreating) = (_name.Trim(), "", null, [Roles.Submitter], false);
            await ReloadAsync();
        }
    }

    private Task<bool> InviteAsync(UserRow user) => TryAsync(async ct => (_link, _linkName) = (await Desk.InviteAsync(user.Id, Actor, ct), user.Name));

    private void Edit(UserRow user) => (_edited, _editedRoles) = (_edited == user.Id ? null : user.Id, user.Roles);

    private async Task SaveRolesAsync(UserRow user)
    {
        if (await TryAsync(ct => Desk.ChangeRolesAsync(user.Id, _editedRoles, Actor, ct), $"{user.Name}: roles saved"))
        {
            _edited = null;
            await ReloadAsync();
        }
    }

    private async Task EditQuotaAsync(UserRow user)
    {
        if (_quotaOf == user.Id)
        {
            _quotaOf = null;
            return;
        }

        _standing = await Quotas.StandingAsync(user.Id, Stopping);
        (_quotaOf, _quota) = (user.Id, _standing?.Own ?? Quota.None);
    }

    private async Task SaveQuotaAsync(UserRow user)
    {
        if (await TryAsync(ct => Quotas.SetAsync(user.Id, _quota, Actor, ct), $"{user.Name}: quota saved"))
        {
            _quotaOf = null;
        }
    }

    private async Task SwitchAsync(UserRow user)
    {
        if (await TryAsync(ct => Desk.SetActiveAsync(user.Id, !user.IsActive, Actor, ct), user.IsActive ? $"{user.Name} is signed out and deactivated" : $"{user.Name} may sign in again"))
        {
            await ReloadAsync();
        }
    }

    private async Task ResetTwoStepAsync(UserRow user)
    {
        if (await TryAsync(ct => Desk.ResetTwoStepAsync(user.Id, Actor, ct), $"{user.Name} signs in with the password alone now"))
        {
            await ReloadAsync();
        }
    }

    private Task<bool> EndSessionsAsync(UserRow user) => TryAsync(ct => Desk.EndSessionsAsync(user.Id, Actor, ct), $"{user.Name} is signed out everywhere");

    private void Search(string? text) => Navigation.NavigateTo(string.IsNullOrWhiteSpace(text) ? "users" : $"users?q={Uri.EscapeDataString(text.Trim())}");

    private void GoTo(int page) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("page", page > 0 ? page + 1 : null));
}

using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Runs;

/// <summary>All runs the user may see; the whole filter lives in the address.</summary>
public sealed partial class RunsPage : LiveComponent
{
    private const int PageSize = 25;
    private readonly Dictionary<RunId, RunProgressed> _progress = [];
    private ImmutableSortedDictionary<RunState, int> _counts = ImmutableSortedDictionary<RunState, int>.Empty;
    private Page<RunRow> _page = new([], 0);

    [Inject]
    private RunsQuery Query { get; set; } = default!;

    [Inject]
    private RunDesk Desk { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "mine")]
    private bool IsMine { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    protected override object LoadKey => (Text, State, IsMine, Page);

    protected override TimeSpan RefreshEvery => TimeSpan.FromSeconds(1);

    private RunState? Selected => Enum.TryParse<RunState>(State, ignoreCase: true, out var state) ? state : null;

    private bool IsFiltered => !string.IsNullOrEmpty(Text) || Selected is not null || IsMine;

    private int PageNumber => Math.Max(0, (Page ?? 1) - 1);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var owner = IsMine || !Actor.Has(Rights.SeeAllRuns) ? Actor.Id : null;
        _counts = await Query.CountsAsync(owner, ct);
        var states = Selected is { } state ? [state] : (ImmutableArray<RunState>?)null;
        _page = await Query.PageAsync(RunAccess.Narrow(new RunsFilter(owner, Text, states), Actor), PageNumber * PageSize, PageSize, ct);
    }

    protected override NewsEffect OnNews(RunEvent news)
    {
        switch (news)
        {
            case RunProgressed progress:
                _progress[progress.RunId] = progress;
                return NewsEffect.Render;
            case RunStateChanged:
                return NewsEffect.Refresh;
            default:
                return NewsEffect.Ignore;
        }
    }

    private bool MayChange(RunRow run) => run.OwnerId == Actor.Id || Actor.Has(Rights.Administer);

    private Task<bool> CancelAsync(RunRow run) => TryAsync(ct => Desk.CancelAsync(run.Id, Actor, ct), $"Stopping {run.SourceName}");

    private Task<bool> RetryAsync(RunRow run) => TryAsync(ct => Desk.RetryAsync(run.Id, Actor, ct), $"Queued {run.SourceName} again");

    // An empty text or state takes that filter away; any change of a filter goes back to the first page.
    private void GoTo(string? text = null, string? state = null, bool? mine = null, int? page = null) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters("runs", new Dictionary<string, object?>
        {
            ["q"] = (text ?? Text) is { Length: > 0 } q ? q : null,
            ["state"] = (state ?? State) is { Length: > 0 } s ? s : null,
            ["mine"] = (mine ?? IsMine) ? true : null,
            ["page"] = page is > 0 ? page + 1 : null,
        }));

    private static string Name(RunState state) => char.ToLowerInvariant(state.ToString()[0]) + state.ToString()[1..];

    private static string Pressed(bool value) => value ? "true" : "false";
}

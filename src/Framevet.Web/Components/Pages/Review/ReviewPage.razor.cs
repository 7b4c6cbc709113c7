using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>The queue: how much waits, how long, and who has what.</summary>
public sealed partial class ReviewPage : LiveComponent
{
    private const int PageSize = 25;
    private static readonly ImmutableArray<ReviewState> DecidedStates = [ReviewState.Decided];
    private ReviewSummary? _summary;
    private Page<ReviewRow> _page = new([], 0);

    [SupplyParameterFromQuery(Name = "show")]
    private string? Show { get; set; }

    [SupplyParameterFromQuery(Name = "end")]
    private bool IsEnd { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    [Inject]
    private ReviewQuery Query { get; set; } = default!;

    [Inject]
    private ReviewDesk Desk { get; set; } = default!;

    protected override object LoadKey => (Show, Page);

    private bool IsDecided => Show == "decided";

    private int PageNumber => Math.Max(0, (Page ?? 1) - 1);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _summary = await Query.SummaryAsync(ct);
        _page = await Query.PageAsync(IsDecided ? DecidedStates : null, PageNumber * PageSize, PageSize, ct);
    }

    protected override NewsEffect OnNews(RunEvent news) => news is ReviewChanged ? NewsEffect.Refresh : NewsEffect.Ignore;

    private Task<bool> StartAsync() => TryAsync(async ct =>
        Navigation.NavigateTo(await Desk.ClaimNextAsync(Actor, [], ct) is { } item ? $"review/{item.Id:N}" : "review?end=true"));

    private void GoTo(int page) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("page", page > 0 ? page + 1 : null));
}

using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Shared;
using Framevet.Web.Live;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>
/// The queues: how much waits, how long, and who has what. Counts are always those of now; the list keeps its rows where they are while the
/// pointer is over it, and only says what became of them.
/// </summary>
public sealed partial class ReviewPage : LiveComponent
{
    private const int PageSize = 25;
    private static readonly ImmutableArray<ReviewState> DecidedStates = [ReviewState.Decided];
    private QueueBoard? _board;
    private ImmutableArray<ExposureState> _exposure = [];
    private Page<ReviewRow> _page = new([], 0);
    private IDisposable? _visit;
    private string? _visited;
    private DateTimeOffset _now;
    private bool _isPointerInside;
    private bool _waitingNews;

    [SupplyParameterFromQuery(Name = "show")]
    private string? Show { get; set; }

    [SupplyParameterFromQuery(Name = "queue")]
    private string? Queue { get; set; }

    [SupplyParameterFromQuery(Name = "severity")]
    private string? Severity { get; set; }

    [SupplyParameterFromQuery(Name = "end")]
    private bool IsEnd { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    [Inject]
    private ReviewQuery Query { get; set; } = default!;

    [Inject]
    private QueuesQuery Queues { get; set; } = default!;

    [Inject]
    private ReviewCare Care { get; set; } = default!;

    [Inject]
    private ReviewDesk Desk { get; set; } = default!;

    [Inject]
    private PreferencesStore Preferences { get; set; } = default!;

    [Inject]
    private Presence Places { get; set; } = default!;

    protected override object LoadKey => (Show, Queue, Severity, IsEnd, Page);

    protected override TimeSpan RefreshEvery => TimeSpan.FromMilliseconds(200);

    private bool IsDecided => Show == "decided";

    private bool IsPlain => Show is null && Queue is null && Severity is null;

    private int PageNumber => Math.Max(0, (Page ?? 1) - 1);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        await LoadBoardAsync(ct);
        _page = await FindAsync(ct);
        _waitingNews = false;
        if (_visited != (Queue ?? ""))
        {
            _visited = Queue ?? "";
            _visit?.Dispose();
            _visit = Queue is null ? null : Places.Enter(Actor.Id, Actor.Name, Presence.Queue(Queue));
        }
    }

    protected override NewsEffect OnNews(RunEvent news) => news is ReviewChanged ? NewsEffect.Refresh : NewsEffect.Ignore;

    // Nothing moves under the pointer: rows stay, their states follow, and new ones wait until the pointer is gone.
    protected override async Task RefreshAsync(CancellationToken ct)
    {
        if (!_isPointerInside)
        {
            await LoadAsync(ct);
            return;
        }

        var shown = _board;
        await LoadBoardAsync(ct);
        var fresh = await FindAsync(ct);
        _board = shown is null ? _board : _board! with { Queues = [.. shown.Queues.Select(q => _board.Queues.FirstOrDefault(n => n.Queue == q.Queue) ?? q with { Pending = 0, SlaShare = 0 })] };
        _waitingNews = !fresh.Rows.Select(r => r.Item.Id).SequenceEqual(_page.Rows.Select(r => r.Item.Id));
        _page = _page with { Rows = await Query.RowsAsync([.. _page.Rows.Select(r => r.Item.Id)], ct) };
    }

    private async Task LoadBoardAsync(CancellationToken ct)
    {
        _now = Clock.GetUtcNow();
        _board = await Queues.BoardAsync(Actor, ct);
        _exposure = await Care.TodayAsync(Actor, ct);
    }

    private Task<Page<ReviewRow>> FindAsync(CancellationToken ct) => Query.ListAsync(
        new ReviewFilter
        {
            States = IsDecided ? DecidedStates : null,
            Queue = Queue,
            Severity = ReviewAddress.SeverityOf(Severity),
            KeptFor = Show == "mine" ? Actor.Id : null,
        },
        PageNumber * PageSize,
        PageSize,
        ct);

    private async Task OnPointerLeaveAsync()
    {
        _isPointerInside = false;
        if (_waitingNews)
        {
            await ReloadAsync();
        }
    }

    private Task ShowNewsAsync() => ReloadAsync();

    private Task<bool> StartAsync(string? queue) => TryAsync(async ct =>
        Navigation.NavigateTo(await Desk.ClaimNextAsync(Actor, ReviewAddress.Choice(queue, Severity), ct) is { } item
            ? ReviewAddress.Item(item.Id, queue, Severity)
            : ReviewAddress.End(queue, Severity)));

    private async Task StarAsync(QueueCard card)
    {
        if (await TryAsync(ct => Preferences.StarAsync(Actor.Id, card.Queue, !card.IsStarred, ct)))
        {
            await ReloadAsync();
        }
    }

    private void GoTo(int page) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("page", page > 0 ? page + 1 : null));

    public override ValueTask DisposeAsync()
    {
        _visit?.Dispose();
        return base.DisposeAsync();
    }
}

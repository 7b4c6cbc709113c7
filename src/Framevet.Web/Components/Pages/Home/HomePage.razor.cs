using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Framevet.Web.Components.Shared;
using Framevet.Web.Hosting;
using Framevet.Web.Live;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Home;

/// <summary>What is going on, and what is mine.</summary>
public sealed partial class HomePage : LiveComponent
{
    private const int Recent = 8;
    private const int MostFailed = 5;

    private readonly Dictionary<RunId, RunProgressed> _progress = [];
    private ImmutableSortedDictionary<RunState, int> _counts = ImmutableSortedDictionary<RunState, int>.Empty;
    private ReviewSummary? _review;
    private Page<RunRow> _recent = new([], 0);
    private Page<RunRow> _failed = new([], 0);
    private ImmutableArray<HeldClaim> _claims = [];
    private ImmutableArray<int> _pulse = [];
    private ImmutableArray<EndedRuns> _ended = [];
    private DecidedToday? _decided;
    private decimal? _spent;
    private long? _free, _size;
    private string? _card;
    private string _said = "";
    private bool _isMine = true;
    private PeriodicTimer? _beat;
    private Task _beating = Task.CompletedTask;

    [Inject]
    private RunsQuery Runs { get; set; } = default!;

    [Inject]
    private ReviewQuery Reviews { get; set; } = default!;

    [Inject]
    private DashboardQuery Board { get; set; } = default!;

    [Inject]
    private CostQuery Costs { get; set; } = default!;

    [Inject]
    private PulseMeter Pulse { get; set; } = default!;

    [Inject]
    private DataFolder Folder { get; set; } = default!;

    // Submitters see their runs; how the machine and the others are doing is for those who look after them.
    private bool ShowsMachine => Actor.Has(Rights.SeeAllRuns);

    private string Greeting => Actor.Name.Length == 0 ? "Home" : $"Hello, {Actor.Name}";

    // Numbers that change faster than this cannot be read.
    protected override TimeSpan RefreshEvery => TimeSpan.FromSeconds(2);

    /// <summary>Some numbers change without news: the graph moves on, money is spent, the disk fills.</summary>
    protected override async Task OnReadyAsync()
    {
        await base.OnReadyAsync();
        _beat = new PeriodicTimer(RefreshEvery, Clock);
        _beating = BeatAsync(_beat);
    }

    private async Task BeatAsync(PeriodicTimer beat)
    {
        try
        {
            while (await beat.WaitForNextTickAsync(Stopping))
            {
                if (IsLoaded && ShowsMachine)
                {
                    await InvokeAsync(ReloadAsync);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the page is gone
        }
        catch (Exception trouble) when (!Stopping.IsCancellationRequested)
        {
            await DispatchExceptionAsync(trouble);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _beat?.Dispose();
        await base.DisposeAsync();
        await _beating;
        GC.SuppressFinalize(this);
    }

    private async Task LoadMachineAsync(CancellationToken ct)
    {
        _decided = await Board.DecidedAsync(ct);
        _pulse = Pulse.Read();
        _ended = await Board.EndedAsync(null, TimeSpan.FromMinutes(30), 48, ct);
        _spent = await Costs.SpentAsync(DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime), ct);
        _card = GraphicsCard.Find();
        var drive = new DriveInfo(Folder.Root);
        (_free, _size) = (drive.AvailableFreeSpace, drive.TotalSize);
    }

    // Said when it changes, not each time the page is read.
    private void Say()
    {
        var said = $"{Count(RunState.Running, RunState.Finishing, RunState.Cancelling)} running, {Count(RunState.Queued)} waiting, {Count(RunState.AwaitingReview)} in review, {Count(RunState.Failed)} failed.";
        _said = said == _said ? _said : said;
    }

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _counts = await Runs.CountsAsync(Actor.Has(Rights.SeeAllRuns) ? null : Actor.Id, ct);
        _review = Actor.Has(Rights.SeeAllRuns) ? await Reviews.SummaryAsync(ct) : null;
        _recent = await Runs.PageAsync(new RunsFilter(OwnerId: Actor.Id), 0, Recent, ct);
        _isMine = _recent.Rows.Length > 0 || !Actor.Has(Rights.SeeAllRuns);
        if (!_isMine)
        {
            // Whoever looks after the others' runs sees those instead of an empty list.
            _recent = await Runs.PageAsync(new RunsFilter(), 0, Recent, ct);
        }

        _failed = await Runs.PageAsync(new RunsFilter(OwnerId: Actor.Has(Rights.SeeAllRuns) ? null : Actor.Id, States: [RunState.Failed]), 0, MostFailed, ct);
        _claims = Actor.Has(Rights.Review) ? await Board.ClaimsAsync(Actor.Id, ct) : [];
        if (ShowsMachine)
        {
            await LoadMachineAsync(ct);
        }

        Say();
    }

    protected override NewsEffect OnNews(RunEvent news)
    {
        switch (news)
        {
            case RunProgressed progress:
                _progress[progress.RunId] = progress;
                return NewsEffect.Render;
            case RunStateChanged or ReviewChanged:
                return NewsEffect.Refresh;
            default:
                return NewsEffect.Ignore;
        }
    }

    private int Count(params ReadOnlySpan<RunState> states)
    {
        var sum = 0;
        foreach (var state in states)
        {
            sum += _counts.GetValueOrDefault(state);
        }

        return sum;
    }
}

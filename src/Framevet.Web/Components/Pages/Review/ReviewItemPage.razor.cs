using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Shared;
using Framevet.Web.Live;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>
/// One case: look (blurred until held), label, decide. The item is claimed when the page opens, the lease is renewed while it stays open and
/// given back when it is left. The page goes from item to item by itself.
/// </summary>
public sealed partial class ReviewItemPage : LiveComponent
{
    private readonly List<Guid> _seen = [];
    private readonly HashSet<string> _breaksDismissed = [];
    private readonly Turns _turns = new();
    private KeyScope? _keys;
    private Task _renewing = Task.CompletedTask;
    private IDisposable? _visit;
    private ReviewRules _rules = new();
    private ReviewDetails? _item;
    private ItemLease _lease = default!;
    private ExposureState? _exposure;
    private ReviewGateKind _gate;
    private ReviewStrip _strip = ReviewStrip.Empty;
    private ImmutableArray<ModerationLabel> _labels = [];
    private ImmutableArray<AuditRow> _history = [];
    private ReviewDraft _draft = new();
    private UndoOffer? _undo;
    private string? _missing;
    private bool _showsPictures = true;
    private bool _showsPolicy;
    private bool _showsHistory;
    private bool _showsHold;
    private bool _isRevealed, _isReversing, _isBusy;

    [Parameter, EditorRequired]
    public required Guid Id { get; set; }

    [SupplyParameterFromQuery(Name = "queue")]
    private string? Queue { get; set; }

    [SupplyParameterFromQuery(Name = "severity")]
    private string? Severity { get; set; }

    [Inject]
    private ReviewQuery Query { get; set; } = default!;

    [Inject]
    private AuditQuery Audit { get; set; } = default!;

    [Inject]
    private ReviewDesk Desk { get; set; } = default!;

    [Inject]
    private RulingDesk Rulings { get; set; } = default!;

    [Inject]
    private QualityDesk Quality { get; set; } = default!;

    [Inject]
    private ReviewCare Care { get; set; } = default!;

    [Inject]
    private ISettingsStore Settings { get; set; } = default!;

    [Inject]
    private Presence Places { get; set; } = default!;

    protected override object LoadKey => Id;

    private static VettingException Missing => new(FailureCode.NotFound, "There is no such review item.");

    private string Board => ReviewAddress.Board(Queue, Severity);

    private bool IsMine => _lease.Claim is { } claim && _item is { Item.State: ReviewState.Claimed } item && item.Item.Claim?.Token == claim.Token;

    private bool MayWrite => (IsMine && _gate is ReviewGateKind.None) || _isReversing;

    private string? Obstacle => _item!.Item switch
    {
        { State: ReviewState.Decided, Decision: { } word } when word.UserId != Actor.Id => $"{word.UserName} has decided this item.",
        { State: ReviewState.Decided } => null,
        { State: ReviewState.Withdrawn } => "The run was cancelled or started again; there is nothing left to decide here.",
        _ when IsMine => null,
        { State: ReviewState.Claimed, Claim: { } other } when other.UserId != Actor.Id => $"{other.UserName} is looking at this item.",
        _ => _lease.Holder ?? "The item is no longer yours: it waits for somebody else, or the time to decide ran out.",
    };

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _lease = new ItemLease(Desk, Clock);
    }

    protected override async Task OnReadyAsync()
    {
        await base.OnReadyAsync();
        _renewing = RenewAsync(Stopping);
    }

    protected override Task LoadAsync(CancellationToken ct) => _turns.RunAsync(LoadItemAsync, ct);

    private async Task LoadItemAsync(CancellationToken ct)
    {
        if (_item?.Item.Id != Id)
        {
            await _lease.ReleaseAsync(Actor, ct);
            (_item, _draft, _isRevealed, _missing, _showsHold, _isReversing) = (null, new(), false, null, false, false);
            _rules = (await Settings.CurrentAsync(ct)).Settings.Review;
            await _lease.ClaimAsync(Id, Actor, ct);
        }

        var isNew = _item is null;
        _item = await Query.GetAsync(Id, ct) ?? throw Missing;
        if (isNew)
        {
            await ArriveAsync(_item, ct);
        }

        _history = await Audit.SafeHistoryAsync(_item.Item, ct);
    }

    protected override NewsEffect OnNews(RunEvent news) => news is ReviewChanged change && change.ItemId == Id ? NewsEffect.Refresh : NewsEffect.Ignore;

    private async Task ArriveAsync(ReviewDetails item, CancellationToken ct)
    {
        _labels = ReviewDraft.LabelsFor(item);
        _strip = ReviewStrip.Of(item);
        _exposure = (await Care.TodayAsync(Actor, ct)).FirstOrDefault(s => s.Queue == item.Item.Queue);
        _gate = ReviewGates.Of(item.Item, _rules, isBreakDue: _exposure is { IsWarned: true } && !_breaksDismissed.Contains(item.Item.Queue), isClosed: _lease.Claim is null && _exposure is { IsClosed: true });
        _visit?.Dispose();
        _visit = Places.Enter(Actor.Id, Actor.Name, Presence.Item(Id), Presence.Queue(item.Item.Queue));
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        try
        {
            await _lease.RenewAsync(Actor, ReloadAsync, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // the page is gone
        }
        catch (Exception trouble) when (!ct.IsCancellationRequested)
        {
            await DispatchExceptionAsync(trouble);
        }
    }

    private Task OnPressAsync(KeyPress press) => press.Action switch
    {
        "allow" => ChooseAsync(Decision.Allow),
        "deny" => ChooseAsync(Decision.Block),
        "escalate" => ChooseAsync(Decision.Escalate),
        "submit" => SubmitAsync(goesOn: false),
        "submit-next" => SubmitAsync(goesOn: true),
        "undo" => UndoAsync(),
        "skip" or "next" => NextAsync(),
        "back" => BackAsync(),
        "note" => _keys!.FocusAsync("#note").AsTask(),
        _ => Quick(press),
    };

    private Task Quick(KeyPress press)
    {
        switch (press.Action)
        {
            case "previous-frame":
                Show(_strip.Step(-1));
                break;
            case "next-frame":
                Show(_strip.Step(1));
                break;
            case "reveal":
                Reveal(press.IsDown);
                break;
            case "blur":
                _showsPictures = !_showsPictures;
                break;
            case "open":
                PassGate();
                break;
            case "policy":
                _showsPolicy = !_showsPolicy;
                break;
            case "history":
                _showsHistory = !_showsHistory;
                break;
            case "hold":
                ToggleHold();
                break;
            case "reason" when MayWrite:
                Change(_draft.NextReason());
                break;
            case var label when MayWrite && label.StartsWith("label ", StringComparison.Ordinal) && int.Parse(label[6..], CultureInfo.InvariantCulture) is var n && n <= _labels.Length:
                Change(_draft with { Label = _labels[n - 1].Id });
                break;
        }

        return Task.CompletedTask;
    }

    private void ToggleHold() => _showsHold = IsMine && !_showsHold;

    private bool MayReveal => _gate is ReviewGateKind.None && (IsMine || _item?.Item.State is ReviewState.Decided);

    private void Reveal(bool isDown) => _isRevealed = isDown && MayReveal;

    private void Show(ReviewStrip strip) => (_strip, _isRevealed) = (strip, false);

    private void PassGate()
    {
        if (_gate is ReviewGateKind.Break)
        {
            _breaksDismissed.Add(_item!.Item.Queue);
            _gate = ReviewGates.Of(_item.Item, _rules, isBreakDue: false);
        }
        else if (_gate is not ReviewGateKind.Closed)
        {
            _gate = ReviewGateKind.None;
        }
    }

    private Task<bool> LeaveAsync() => _gate is not ReviewGateKind.Break ? NextAsync() : TryAsync(async ct =>
    {
        await _lease.ReleaseAsync(Actor, ct);
        Navigation.NavigateTo(ReviewAddress.End(Queue, Severity));
    });

    private Task BackAsync()
    {
        if (_seen.Count > 0)
        {
            var before = _seen[^1];
            _seen.RemoveAt(_seen.Count - 1);
            Navigation.NavigateTo(ReviewAddress.Item(before, Queue, Severity));
        }

        return Task.CompletedTask;
    }

    private Task<bool> NextAsync() => TryAsync(async ct =>
    {
        _seen.Remove(Id);
        _seen.Add(Id);
        await _lease.ReleaseAsync(Actor, ct);
        var next = await Desk.ClaimNextAsync(Actor, ReviewAddress.Choice(Queue, Severity) with { Skip = [.. _seen] }, ct);
        Navigation.NavigateTo(next is null ? ReviewAddress.End(Queue, Severity) : ReviewAddress.Item(next.Id, Queue, Severity));
    });

    public override async ValueTask DisposeAsync()
    {
        _visit?.Dispose();
        await _lease.ReleaseAsync(Actor, CancellationToken.None);
        await base.DisposeAsync();
        await _renewing;
        _turns.Dispose();
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>
/// One case: look (blurred until held), label, decide. The item is claimed when the page opens, the lease is renewed while it stays open and
/// given back when it is left.
/// </summary>
public sealed partial class ReviewItemPage : LiveComponent
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(60);
    private readonly List<Guid> _seen = [];
    private KeyScope? _keys;
    private ElementReference _stage;
    private IJSObjectReference? _module;
    private DotNetObjectReference<ReviewItemPage>? _self;
    private Task _renewing = Task.CompletedTask;
    private ReviewDetails? _item;
    private ReviewClaim? _claim;
    private string? _holder;
    private string? _heldStage;
    private ImmutableArray<ModerationLabel> _labels = [];
    private string? _label;
    private string? _note;
    private int _index;
    private bool _isRevealed;
    private bool _labelMissing;
    private bool _isBusy;

    [Parameter, EditorRequired]
    public required Guid Id { get; set; }

    [Inject]
    private ReviewQuery Query { get; set; } = default!;

    [Inject]
    private ReviewDesk Desk { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    protected override object LoadKey => Id;

    private static VettingException Missing => new(FailureCode.NotFound, "There is no such review item.");

    private FrameDetails? Current => _item is not null && _index < _item.Frames.Length ? _item.Frames[_index] : null;

    private bool IsMine => _claim is not null && _item is { Item.State: ReviewState.Claimed } item && item.Item.Claim?.Token == _claim.Token;

    private string? Obstacle => _item!.Item switch
    {
        { State: ReviewState.Decided } => null,
        { State: ReviewState.Withdrawn } => "The run was cancelled or started again; there is nothing left to decide here.",
        _ when IsMine => null,
        _ => _holder ?? "The time to decide ran out and the item went back to the queue. Open it again to go on.",
    };

    /// <summary>The picture is pressed or let go.</summary>
    [JSInvokable]
    public void OnHoldAsync(bool isDown)
    {
        _isRevealed = isDown;
        StateHasChanged();
    }

    protected override async Task OnReadyAsync()
    {
        await base.OnReadyAsync();
        _renewing = RenewAsync(Stopping);
    }

    protected override async Task LoadAsync(CancellationToken ct)
    {
        if (_item?.Item.Id != Id)
        {
            await ReleaseAsync(ct);
            (_item, _label, _note, _index, _isRevealed, _labelMissing, _holder) = (null, null, null, 0, false, false, null);
            await ClaimAsync(ct);
        }

        _item = await Query.GetAsync(Id, ct) ?? throw Missing;
        _index = Math.Clamp(_index, 0, Math.Max(0, _item.Frames.Length - 1));
        _labels = LabelsFor(_item);
    }

    protected override NewsEffect OnNews(RunEvent news) => news is ReviewChanged change && change.ItemId == Id ? NewsEffect.Refresh : NewsEffect.Ignore;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (Current is not null && _heldStage != _stage.Id)
        {
            _heldStage = _stage.Id;
            _self ??= DotNetObjectReference.Create(this);
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/page.js");
            await _module.InvokeVoidAsync("hold", _stage, _self);
        }
    }

    // What was found first, then "nothing objectionable", then the categories: the likely ones are under the keys 1 to 9.
    private static ImmutableArray<ModerationLabel> LabelsFor(ReviewDetails item)
    {
        var found = item.Frames.SelectMany(f => f.Findings).OrderByDescending(f => f.Confidence)
            .Select(f => ModerationLabels.Resolve(f.Label)).OfType<ModerationLabel>().Where(l => l.Id != ModerationLabels.Unmapped).Distinct();
        var others = ModerationLabels.All.Where(l => l.Id != ModerationLabels.Unmapped);
        return [.. found.Take(3).Concat(others.Where(l => !l.IsHarm)).Concat(others.Where(l => l.Parent is null)).Concat(others).Distinct()];
    }

    private async Task ClaimAsync(CancellationToken ct)
    {
        try
        {
            _claim = (await Desk.ClaimAsync(Id, Actor, ct)).Claim;
        }
        catch (VettingException trouble) when (trouble.Code is FailureCode.Conflict or FailureCode.Forbidden)
        {
            (_claim, _holder) = (null, trouble.Message);
        }
    }

    private async Task ReleaseAsync(CancellationToken ct)
    {
        if (_claim is { } claim && _item is { } item)
        {
            _claim = null;
            await Desk.ReleaseAsync(item.Item.Id, claim.Token, Actor, ct);
        }
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(RenewEvery, Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                if (_claim is { } claim && _item is { } item)
                {
                    await Desk.RenewAsync(item.Item.Id, claim.Token, Actor, ct);
                    await ReloadAsync();
                }
            }
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

    private async Task OnPressAsync(KeyPress press)
    {
        switch (press.Action)
        {
            case "allow":
                await DecideAsync(Decision.Allow);
                break;
            case "deny":
                await DecideAsync(Decision.Block);
                break;
            case "escalate":
                await DecideAsync(Decision.Escalate);
                break;
            case "next":
                await NextAsync();
                break;
            case "back" when _seen.Count > 0:
                var before = _seen[^1];
                _seen.RemoveAt(_seen.Count - 1);
                Navigation.NavigateTo($"review/{before:N}");
                break;
            case "previous-frame":
                Choose(_index - 1);
                break;
            case "next-frame":
                Choose(_index + 1);
                break;
            case "reveal":
                _isRevealed = press.IsDown;
                break;
            case "note":
                await _keys!.FocusAsync("#note");
                break;
            case var label when IsMine && label.StartsWith("label ", StringComparison.Ordinal) && int.Parse(label[6..], CultureInfo.InvariantCulture) is var n && n <= _labels.Length:
                ChooseLabel(_labels[n - 1].Id);
                break;
        }
    }

    private void ChooseLabel(string label) => (_label, _labelMissing) = (label, false);

    private void Choose(int index)
    {
        if (_item is not null && index >= 0 && index < _item.Frames.Length)
        {
            (_index, _isRevealed) = (index, false);
        }
    }

    // Allowing without a label says that nothing was wrong; everything else has to name what was seen.
    private async Task DecideAsync(Decision decision)
    {
        var label = _label ?? (decision is Decision.Allow ? ModerationLabels.Clean : null);
        _labelMissing = label is null;
        if (!IsMine || _isBusy || label is null)
        {
            return;
        }

        _isBusy = true;
        var token = _claim!.Token;
        var name = _item!.SourceName;
        var done = await TryAsync(ct => Desk.DecideAsync(Id, token, decision, label, string.IsNullOrWhiteSpace(_note) ? null : _note.Trim(), Actor, ct), $"{ReviewWords.Of(decision)}: {name}");
        _isBusy = false;
        if (done)
        {
            _claim = null;
            await NextAsync();
        }
        else
        {
            await ReloadAsync();
        }
    }

    private Task<bool> NextAsync() => TryAsync(async ct =>
    {
        _seen.Remove(Id);
        _seen.Add(Id);
        await ReleaseAsync(ct);
        var next = await Desk.ClaimNextAsync(Actor, [.. _seen], ct);
        Navigation.NavigateTo(next is null ? "review?end=true" : $"review/{next.Id:N}");
    });

    public override async ValueTask DisposeAsync()
    {
        await ReleaseAsync(CancellationToken.None);
        try
        {
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the browser is gone
        }

        await base.DisposeAsync();
        await _renewing;
        _self?.Dispose();
    }
}

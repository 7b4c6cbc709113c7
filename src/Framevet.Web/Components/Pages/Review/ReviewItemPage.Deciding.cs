using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>The word on the case: drafted, given, taken back, replaced, or left to somebody else.</summary>
public sealed partial class ReviewItemPage
{
    private Task ChooseAsync(Decision decision)
    {
        if (MayWrite && (decision != Decision.Escalate || (!_isReversing && !_item!.Item.IsEscalated)))
        {
            Change(_draft.Choose(decision));
        }

        return Task.CompletedTask;
    }

    private void Change(ReviewDraft draft) => (_draft, _missing) = (draft, null);

    private async Task SubmitAsync(bool goesOn)
    {
        _missing = MayWrite ? _draft.Missing : null;
        if (!MayWrite || _isBusy || _missing is not null)
        {
            return;
        }

        _isBusy = true;
        var done = _isReversing ? await ReverseAsync() : await DecideAsync();
        _isBusy = false;
        if (done && goesOn)
        {
            await NextAsync();
        }
        else
        {
            await ReloadAsync();
        }
    }

    private async Task<bool> DecideAsync()
    {
        var (token, word) = (_lease.Claim!.Token, _draft.ToWord());
        if (!await TryAsync(ct => Rulings.DecideAsync(Id, token, word, Actor, ct)))
        {
            return false;
        }

        _lease.Drop();
        _undo = _rules.UndoSeconds > 0 ? new UndoOffer(Id, _item!.SourceName, word.Decision, Clock.GetUtcNow() + TimeSpan.FromSeconds(_rules.UndoSeconds)) : null;
        return true;
    }

    private async Task<bool> ReverseAsync()
    {
        var done = await TryAsync(ct => Rulings.ReverseAsync(Id, _draft.ToWord(), Actor, ct), "The decision was replaced");
        _isReversing = !done;
        return done;
    }

    private void BeginReversal()
    {
        _isReversing = true;
        Change(new ReviewDraft().Choose(_item!.Item.Decision!.Decision == Decision.Allow ? Decision.Block : Decision.Allow));
    }

    private async Task MakeGoldenAsync() => await TryAsync(ct => Quality.MakeGoldenAsync(Id, Actor, ct), "Others will be asked for it");

    private async Task UndoAsync()
    {
        if (_undo is not { } offer || offer.Until <= Clock.GetUtcNow())
        {
            return;
        }

        _undo = null;
        if (!await TryAsync(ct => Rulings.UndoAsync(offer.ItemId, Actor, ct), "Taken back"))
        {
            return;
        }

        if (offer.ItemId == Id)
        {
            _item = null;
            await ReloadAsync();
        }
        else
        {
            Navigation.NavigateTo(ReviewAddress.Item(offer.ItemId, Queue, Severity));
        }
    }

    private Task HoldAsync((Person? Person, string? Note) wish) => GiveAsync(
        (token, ct) => Desk.HoldAsync(Id, token, wish.Person, wish.Note, Actor, ct), wish.Person is null ? "Kept for you" : $"Given to {wish.Person.Name}");

    private Task AskAsync(string? note) => GiveAsync((token, ct) => Desk.AskAsync(Id, token, note, Actor, ct), "It waits for somebody else's opinion");

    private async Task GiveAsync(Func<long, CancellationToken, Task> give, string success)
    {
        if (_lease.Claim is { } claim && await TryAsync(ct => give(claim.Token, ct), success))
        {
            _lease.Drop();
            await NextAsync();
        }
    }
}

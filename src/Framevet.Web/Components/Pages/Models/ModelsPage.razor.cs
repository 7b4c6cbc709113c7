using System.Collections.Immutable;
using System.Threading.Channels;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Models;

/// <summary>The catalogue of models: what is here, what it may be used for, and how to get more. Follows pulls while it is open.</summary>
public sealed partial class ModelsPage : PageComponent
{
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(250);

    private static readonly (string Shelf, string Word)[] Shelves = [("all", "All"), ("here", "Here"), ("missing", "Not here"), ("attention", "Needs you"), ("own", "Own")];

    private ImmutableArray<ModelReport> _models = [];
    private ImmutableDictionary<string, ImmutableArray<string>> _recipes = ImmutableDictionary<string, ImmutableArray<string>>.Empty;
    private Task _following = Task.CompletedTask;
    private string _text = "";
    private string _shelf = "all";
    private bool _isAdding;

    /// <summary>Ids of models that somebody was sent here for, separated by commas.</summary>
    [SupplyParameterFromQuery]
    public string? Need { get; set; }

    [Inject]
    private ModelDesk Desk { get; set; } = default!;

    [Inject]
    private ModelStore Store { get; set; } = default!;

    [Inject]
    private ModelPuller Puller { get; set; } = default!;

    [Inject]
    private ModelNeeds Needs { get; set; } = default!;

    [Inject]
    private OnnxModels Runtime { get; set; } = default!;

    [Inject]
    private ISettingsStore Settings { get; set; } = default!;

    private bool MayManage => Actor.Has(Rights.Administer);

    private string[] Needed => (Need ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private IEnumerable<ModelReport> Shown => _models.Where(m => IsOn(_shelf, m) && (Needed.Length == 0 || Needed.Contains(m.Id)) && Matches(m));

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var settings = (await Settings.CurrentAsync(ct)).Settings;
        _recipes = settings.Recipes.SelectMany(r => Needs.Of(r).Select(id => (Id: id, r.Name))).GroupBy(u => u.Id).ToImmutableDictionary(g => g.Key, g => g.Select(u => u.Name).ToImmutableArray());
        _models = Desk.List();
    }

    protected override Task OnReadyAsync()
    {
        _following = FollowAsync(Stopping);
        return Task.CompletedTask;
    }

    private static bool IsOn(string shelf, ModelReport model) => shelf switch
    {
        "here" => model.State is ModelState.Ready or ModelState.Unverified,
        "missing" => model.State is ModelState.Missing or ModelState.Partial,
        "attention" => model.State is ModelState.WrongHash or ModelState.Partial || (model.State == ModelState.NeedsAcceptance && model.BytesHere > 0) || model.Pull?.Trouble is not null,
        "own" => model.IsOwn,
        _ => true,
    };

    private static bool CanPullNow(ModelReport model) => model.CanPull && model.State is ModelState.Missing or ModelState.Partial or ModelState.WrongHash && model.Pull?.State != PullState.Running;

    private bool Matches(ModelReport model) =>
        _text.Length == 0 || new[] { model.Id, model.Title, model.Licence.Id, ModelWords.Of(model.Task) }.Any(t => t.Contains(_text, StringComparison.OrdinalIgnoreCase));

    private void Search(string? text) => _text = text?.Trim() ?? "";

    private async Task ActAsync(ModelAct act)
    {
        await TryAsync(ct => act.Kind switch
        {
            ModelActKind.Pull => Desk.PullAsync(act.Model.Id, Actor, ct),
            ModelActKind.Cancel => Desk.CancelAsync(act.Model.Id, Actor, ct),
            ModelActKind.Accept => Desk.AcceptAsync(act.Model.Id, act.Model.Licence.Version, Actor, ct),
            ModelActKind.Verify => Desk.VerifyAsync(act.Model.Id, Actor, ct),
            _ => Desk.RemoveAsync(act.Model.Id, Actor, ct),
        });
        await ReloadAsync();
    }

    private async Task PullNeededAsync()
    {
        foreach (var model in _models.Where(m => Needed.Contains(m.Id) && CanPullNow(m)))
        {
            await ActAsync(new ModelAct(ModelActKind.Pull, model));
        }
    }

    private async Task LookAsync()
    {
        ImmutableArray<string> found = [];
        if (await TryAsync(async ct => found = await Desk.AdoptAsync(Actor, ct)))
        {
            Notices.Notify(Radzen.NotificationSeverity.Success, found.IsEmpty ? "Nothing new in the folder" : $"Taken over: {string.Join(", ", found)}", duration: 4000);
        }

        await ReloadAsync();
    }

    private async Task AddedAsync(string id)
    {
        (_isAdding, _text, _shelf) = (false, id, "all");
        await ReloadAsync();
    }

    // A pull tells of itself many times a second; what it told is read at most four times.
    private async Task FollowAsync(CancellationToken ct)
    {
        var news = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watching = Puller.Watch(() => news.Writer.TryWrite(0));
        try
        {
            await foreach (var _ in news.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                await InvokeAsync(() =>
                {
                    _models = Desk.List();
                    StateHasChanged();
                }).ConfigureAwait(false);
                await Task.Delay(DrawEvery, ct).ConfigureAwait(false);
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

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _following;
    }
}

/// <summary>What somebody wants done with a model.</summary>
public sealed record ModelAct(ModelActKind Kind, ModelReport Model);

/// <summary>What can be done with a model.</summary>
public enum ModelActKind
{
    /// <summary>Get its files.</summary>
    Pull,
    /// <summary>Stop getting them.</summary>
    Cancel,
    /// <summary>Accept its terms.</summary>
    Accept,
    /// <summary>Read its files.</summary>
    Verify,
    /// <summary>Delete its files.</summary>
    Remove,
}

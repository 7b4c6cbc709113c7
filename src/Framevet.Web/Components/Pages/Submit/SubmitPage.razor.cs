using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Submit;

/// <summary>
/// Takes files. They go from the browser straight to the API over plain HTTP; the circuit only hears how far they are, so losing it loses no upload; a broken upload goes on where it stopped.
/// </summary>
public sealed partial class SubmitPage : PageComponent
{
    private ElementReference _zone;
    private ElementReference _files;
    private ElementReference _folder;
    private DotNetObjectReference<SubmitPage>? _self;
    private IJSObjectReference? _module;
    private readonly SortedDictionary<int, Upload> _uploads = [];
    private VettingSettings? _settings;
    private Recipe? _recipe;
    private ImmutableArray<ModelStatus> _unmet = [];
    private bool _isChanged;
    private bool _isAttached;
    private string _announcement = "";
    private string? _missing;
    private WantedPerson? _wanted;
    private QuotaStanding? _quota;

    [SupplyParameterFromQuery(Name = "face")]
    private string? FaceText { get; set; }

    [SupplyParameterFromQuery(Name = "person")]
    private string? PersonText { get; set; }

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    [Inject]
    private WantedPeople People { get; set; } = default!;

    [Inject]
    private ISettingsStore Settings { get; set; } = default!;

    [Inject]
    private Pipeline.Ingest.Links.LinkDesk Links { get; set; } = default!;

    [Inject]
    private ModelNeeds Models { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    [Inject]
    private QuotaDesk Quotas { get; set; } = default!;

    private SubmitLimits Limits => _settings!.Limits;

    private int Done => _uploads.Values.Count(u => u.State == "done");

    private bool IsBusy => _uploads.Values.Any(u => u.State is "sending" or "waiting");

    private bool IsPaused => _uploads.Values.Any(u => u.State == "paused");

    /// <summary>News from upload.js, at most five times a second: rows that changed, and the numbers of rows that are gone.</summary>
    [JSInvokable]
    public async Task OnUploads(Upload[] changed, int[] gone)
    {
        ArgumentNullException.ThrowIfNull(changed);
        ArgumentNullException.ThrowIfNull(gone);
        var done = Done;
        foreach (var upload in changed)
        {
            _uploads[upload.Id] = upload;
        }

        foreach (var id in gone)
        {
            _uploads.Remove(id);
        }

        if (Done != done)
        {
            _announcement = $"{Done} of {_uploads.Count} uploaded";
            _quota = await Quotas.StandingAsync(Actor.Id, Stopping);
        }

        StateHasChanged();
    }

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _settings = (await Settings.CurrentAsync(ct)).Settings;
        _quota = await Quotas.StandingAsync(Actor.Id, ct);
        _recipe = _settings.Recipes.FirstOrDefault(r => r.Name == _settings.DefaultRecipe) ?? _settings.Recipes[0];
        _wanted = await People.FindAsync(FaceText, PersonText, Actor, ct);
        if (_wanted is not null)
        {
            // Whoever comes with a face wants a recipe that looks for it.
            _recipe = _settings.Recipes.OrderByDescending(r => WantedFace.Missing(r, Catalog) is not null).FirstOrDefault(r => WantedFace.IsTaken(r, Catalog)) ?? _recipe;
        }

        Take(_recipe);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (IsLoaded && Failure is null && !_isAttached)
        {
            _isAttached = true;
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/upload.js");
            await _module.InvokeVoidAsync("attach", _zone, _files, _folder, new { Address = WebPaths.Uploads, Limits.MaxFiles, MaxBytes = Limits.MaxFileMegabytes * 1024L * 1024L, Limits.Extensions }, _self);
            await TellRecipeAsync();
        }
    }

    private async Task ChooseAsync(Recipe recipe)
    {
        Take(recipe);
        await TellRecipeAsync();
    }

    private async Task ChangeAsync(Recipe recipe)
    {
        _recipe = recipe;
        _isChanged = true;
        _missing = WantedFace.Missing(recipe, Catalog);
        await TellRecipeAsync();
    }

    // The face that somebody came with goes into every recipe that has a place for one.
    private void Take(Recipe recipe)
    {
        var withFace = _wanted is { } wanted ? WantedFace.Set(recipe, Catalog, wanted.Look) : null;
        (_recipe, _isChanged) = (withFace ?? recipe, withFace is not null);
        (_missing, _unmet) = (WantedFace.Missing(_recipe, Catalog), Models.Unmet(_recipe));
    }

    private async Task ForgetAsync()
    {
        _wanted = null;
        await ResetAsync();
    }

    private Task ResetAsync() => ChooseAsync(_settings!.Recipes.First(r => r.Name == _recipe!.Name));

    // An unchanged recipe goes by name, a changed one as a whole.
    private async Task TellRecipeAsync()
    {
        _unmet = Models.Unmet(_recipe!);
        if (_module is not null)
        {
            await _module.InvokeVoidAsync("setRecipe", _recipe!.Name, _isChanged ? JsonSerializer.Serialize(_recipe, PipelineJson.Options) : null);
        }
    }

    private async Task PauseAsync(int id) => await _module!.InvokeVoidAsync("pause", id);

    private async Task ResumeAsync(int id) => await _module!.InvokeVoidAsync("resume", id);

    private async Task PauseAllAsync() => await _module!.InvokeVoidAsync(IsBusy ? "pauseAll" : "resumeAll");

    private async Task CancelAsync(int id) => await _module!.InvokeVoidAsync("cancel", id);

    private async Task RetryAsync(int id) => await _module!.InvokeVoidAsync("retry", id);

    private async Task ClearAsync() => await _module!.InvokeVoidAsync("clearFinished");

    public override async ValueTask DisposeAsync()
    {
        await _module.LeaveAsync("detach");
        _self?.Dispose();
        await base.DisposeAsync();
    }
}

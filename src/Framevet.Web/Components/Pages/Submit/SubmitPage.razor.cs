using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Submit;

/// <summary>
/// Takes files. They go from the browser straight to the API over plain HTTP; the circuit only hears how far they are, so losing it loses no upload.
/// </summary>
public sealed partial class SubmitPage : PageComponent
{
    private ElementReference _zone;
    private ElementReference _files;
    private ElementReference _folder;
    private DotNetObjectReference<SubmitPage>? _self;
    private IJSObjectReference? _module;
    private ImmutableArray<Upload> _uploads = [];
    private VettingSettings? _settings;
    private Recipe? _recipe;
    private ImmutableArray<ModelStatus> _unmet = [];
    private bool _isChanged;
    private bool _isAttached;
    private string _announcement = "";

    [Inject]
    private ISettingsStore Settings { get; set; } = default!;

    [Inject]
    private ModelNeeds Models { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    private SubmitLimits Limits => _settings!.Limits;

    /// <summary>News from upload.js, at most five times a second.</summary>
    [JSInvokable]
    public void OnUploads(Upload[] uploads)
    {
        ArgumentNullException.ThrowIfNull(uploads);
        var done = uploads.Count(u => u.State == "done");
        if (done != _uploads.Count(u => u.State == "done"))
        {
            _announcement = $"{done} of {uploads.Length} uploaded";
        }

        _uploads = [.. uploads];
        StateHasChanged();
    }

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _settings = (await Settings.CurrentAsync(ct)).Settings;
        _recipe = _settings.Recipes.FirstOrDefault(r => r.Name == _settings.DefaultRecipe) ?? _settings.Recipes[0];
        _unmet = Models.Unmet(_recipe);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (IsLoaded && Failure is null && !_isAttached)
        {
            _isAttached = true;
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/upload.js");
            await _module.InvokeVoidAsync("attach", _zone, _files, _folder, new { Address = WebPaths.Runs, Limits.MaxFiles, MaxBytes = Limits.MaxFileMegabytes * 1024L * 1024L, Limits.Extensions }, _self);
            await TellRecipeAsync();
        }
    }

    private async Task ChooseAsync(Recipe recipe)
    {
        _recipe = recipe;
        _isChanged = false;
        await TellRecipeAsync();
    }

    private async Task ChangeAsync(Recipe recipe)
    {
        _recipe = recipe;
        _isChanged = true;
        await TellRecipeAsync();
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

    private async Task CancelAsync(int id) => await _module!.InvokeVoidAsync("cancel", id);

    private async Task RetryAsync(int id) => await _module!.InvokeVoidAsync("retry", id);

    private async Task ClearAsync() => await _module!.InvokeVoidAsync("clearFinished");

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null)
            {
                await _module.InvokeVoidAsync("detach");
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the browser is gone
        }

        _self?.Dispose();
        await base.DisposeAsync();
    }
}

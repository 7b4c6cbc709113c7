using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace Framevet.Web.Components.Pages.Recipes;

/// <summary>Edits a recipe as a draft: from a saved one, a preset, a run or a file; tried on one file beside the run that it had.</summary>
public sealed partial class RecipesPage : LiveComponent
{
    private const int MostRuns = 30, MostVersions = 100;
    private const long MostImportBytes = 256 * 1024;

    private static readonly JsonSerializerOptions FileJson = PipelineJson.Configure(new JsonSerializerOptions { WriteIndented = true });

    private ImmutableArray<Recipe> _saved = [];
    private ImmutableArray<SettingsVersion> _versions = [];
    private ImmutableArray<(SettingsVersion Version, Recipe Recipe)> _history = [];
    private ImmutableArray<RunRow> _runs = [];
    private ImmutableArray<string> _faults = [];
    private Recipe? _draft;
    private Run? _before, _trial;
    private RunProgressed? _progress;
    private RunId? _tryOn;
    private string _origin = "";
    private string _note = "";
    private string? _importFault;
    private int _loads;

    /// <summary>A run whose recipe is the draft, and which it is tried on.</summary>
    [SupplyParameterFromQuery(Name = "run")]
    public string? FromRun { get; set; }

    [Inject]
    private ISettingsStore Store { get; set; } = default!;

    [Inject]
    private SettingsDesk Settings { get; set; } = default!;

    [Inject]
    private SettingsQuery Query { get; set; } = default!;

    [Inject]
    private RunsQuery Runs { get; set; } = default!;

    [Inject]
    private IRunStore RunStore { get; set; } = default!;

    [Inject]
    private RunDesk Desk { get; set; } = default!;

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    protected override object? LoadKey => FromRun;

    protected override RunId? Watched => _trial?.Id ?? default(RunId);

    private string FileName => $"{string.Concat(_draft!.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-').ToLowerInvariant()}.recipe.json";

    private string FileAddress => $"data:application/json;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(RecipeNames.Plain(_draft!), FileJson)))}";

    private ImmutableArray<Recipe> Presets => [.. ContentRecipes.All.Where(p => _saved.All(r => r.Name != p.Name))];

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _saved = (await Store.CurrentAsync(ct)).Settings.Recipes;
        _versions = await Query.VersionsAsync(MostVersions, ct);
        var owner = Actor.Has(Rights.Curate) ? null : Actor.Id;
        _runs = (await Runs.PageAsync(new RunsFilter(OwnerId: owner, States: [RunState.Done, RunState.AwaitingReview]), 0, MostRuns, ct)).Rows;
        if (RunId.TryParse(FromRun, out var id) && await RunStore.GetAsync(id, ct) is { } run && RunAccess.MayDownload(run, Actor) && _draft is null)
        {
            Load(RecipeNames.Plain(run.Recipe), run.Recipe.Name);
            _tryOn = run.Id;
        }

        if (_draft is null)
        {
            Load(_saved[0], _saved[0].Name);
        }

        _tryOn ??= _runs.FirstOrDefault()?.Id;
        _before = _tryOn is { } chosen ? await RunStore.GetAsync(chosen, ct) : null;
        _history = History();
    }

    protected override NewsEffect OnNews(RunEvent news)
    {
        if (_trial is null || news.RunId != _trial.Id)
        {
            return NewsEffect.Ignore;
        }

        _progress = news as RunProgressed ?? _progress;
        return news is RunProgressed ? NewsEffect.Render : NewsEffect.Refresh;
    }

    protected override async Task RefreshAsync(CancellationToken ct) => _trial = _trial is { } trial ? await RunStore.GetAsync(trial.Id, ct) : null;

    // Progress is newer than the stored funnel while the run works.
    private Funnel Newer(Run trial) => _progress is { } p && p.RunId == trial.Id && trial.State is RunState.Running && p.Funnel.Decoded > trial.Funnel.Decoded ? p.Funnel : trial.Funnel;

    private void Load(Recipe recipe, string origin)
    {
        _origin = origin;
        _importFault = null;
        _loads++;
        Change(recipe);
    }

    private void Change(Recipe recipe)
    {
        _draft = recipe;
        _faults = Catalog.Validate(recipe);
        _history = History();
    }

    // Versions of the settings in which this recipe changed, the newest first.
    private ImmutableArray<(SettingsVersion, Recipe)> History()
    {
        var found = ImmutableArray.CreateBuilder<(SettingsVersion, Recipe)>();
        string? last = null;
        foreach (var version in _versions.OrderBy(v => v.Number))
        {
            if (version.Settings.Recipes.FirstOrDefault(r => r.Name == _draft?.Name) is { } recipe && JsonSerializer.Serialize(recipe, PipelineJson.Options) is var text && text != last)
            {
                found.Add((version, recipe));
                last = text;
            }
        }

        return [.. found.AsEnumerable().Reverse()];
    }

    private async Task ImportAsync(InputFileChangeEventArgs e)
    {
        try
        {
            await using var stream = e.File.OpenReadStream(MostImportBytes, Stopping);
            var recipe = await JsonSerializer.DeserializeAsync<Recipe>(stream, PipelineJson.Options, Stopping) ?? throw new JsonException("The file holds null.");
            Load(RecipeNames.Plain(recipe), recipe.Name);
        }
        catch (Exception trouble) when (trouble is JsonException or IOException or NotSupportedException)
        {
            _importFault = $"{e.File.Name} is no recipe: {trouble.Message}";
        }
    }

    private async Task SetRunAsync(string? text)
    {
        _tryOn = RunId.TryParse(text, out var id) ? id : null;
        (_trial, _progress) = (null, null);
        _before = _tryOn is { } chosen ? await RunStore.GetAsync(chosen, Stopping) : null;
    }

    private async Task TryOutAsync()
    {
        if (_before is not { } before)
        {
            return;
        }

        // The bytes are in the store already: the hash names them.
        var wish = new SubmitRequest("", before.SourceName, _draft! with { Name = _draft.Name.Length == 0 ? "Trial" : _draft.Name }) { Sha256 = before.MediaSha256 };
        if (await TryAsync(async ct => _trial = await Desk.SubmitAsync(wish, Actor, ct), "The file is being vetted with this recipe"))
        {
            await OnParametersSetAsync();
        }
    }

    private async Task SaveAsync()
    {
        if (await TryAsync(ct => Settings.SaveRecipeAsync(_draft!, _note.Trim(), Actor, ct), "Saved; it counts for files submitted from now on"))
        {
            (_note, _origin) = ("", _draft!.Name);
            await ReloadAsync();
        }
    }
}

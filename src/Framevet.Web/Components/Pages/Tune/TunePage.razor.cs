using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Selection;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Tune;

/// <summary>Changes weights, gates and selector of a finished run and shows at once what comes out.</summary>
public sealed partial class TunePage : PageComponent
{
    private RunFrames? _frames;
    private Recipe? _draft;
    private Rescored? _outcome;
    private SelectionChange? _change;
    private SelectionChange? _compared;
    private ImmutableHashSet<long> _gained = [];
    private ImmutableArray<SelectionVersion> _versions = [];
    private TimeSpan _took;
    private string? _fault;
    private string _note = "";
    private int _from, _to, _turn;

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    [Inject]
    private SelectionDesk Desk { get; set; } = default!;

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    [Inject]
    private ISettingsStore Settings { get; set; } = default!;

    [Inject]
    private SettingsDesk SettingsDesk { get; set; } = default!;

    protected override object LoadKey => Id;

    private RunId Run => RunId.TryParse(Id, out var id) ? id : throw new VettingException(FailureCode.NotFound, "There is no such run.");

    private IEnumerable<(int Number, string Text)> Comparable => [(0, "The run's selection"), .. _versions.Select(v => (v.Number, $"Version {v.Number}"))];

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _frames = await Desk.OpenAsync(Run, Actor, ct);
        _versions = await Desk.ListAsync(Run, Actor, ct);
        _draft ??= _frames.Run.Recipe;
        await TryOutAsync(ct);
    }

    // Metrics that are made of other scores can be taken anew; what measures pixels cannot.
    private IEnumerable<(PartInfo Part, PartSpec Spec, int Index)> Weighted() => _draft!.Metrics
        .Select((spec, index) => (Part: Catalog.Parts.FirstOrDefault(p => p.Kind == PartKind.Metric && p.Id == spec.Id), Spec: spec, Index: index))
        .Where(m => m.Part is { Options.Length: > 0 } && Catalog.Build<IMetric>(m.Spec) is IDerivedMetric).Select(m => (m.Part!, m.Spec, m.Index));

    private async Task ChangeAsync(Recipe recipe)
    {
        _draft = recipe;
        await TryOutAsync(Stopping);
    }

    private async Task TryOutAsync(CancellationToken ct)
    {
        // Who changes faster than it computes sees the outcome of the last change only.
        var turn = ++_turn;
        try
        {
            var began = Clock.GetTimestamp();
            var outcome = await Desk.TryAsync(_frames!, _draft!, ct);
            if (turn == _turn)
            {
                (_outcome, _took, _fault) = (outcome, Clock.GetElapsedTime(began), null);
                _change = SelectionChange.Between(_frames!.Selected, outcome.Kept);
                _gained = [.. _change.Gained.Select(p => p.Pts)];
            }
        }
        catch (VettingException trouble)
        {
            _fault = turn == _turn ? trouble.Message : _fault;
        }
    }

    private async Task KeepAsync()
    {
        if (await TryAsync(ct => Desk.KeepAsync(Run, _draft!, _note, Actor, ct), "Kept as a version"))
        {
            _note = "";
            await ReloadAsync();
        }
    }

    private async Task ApplyAsync(SelectionVersion version)
    {
        if (await TryAsync(ct => Desk.ApplyAsync(Run, version.Number, Actor, ct), $"Version {version.Number} is the run's selection now"))
        {
            await ReloadAsync();
        }
    }

    private async Task CompareAsync(string? from, string? to)
    {
        _from = int.TryParse(from, CultureInfo.InvariantCulture, out var a) ? a : _from;
        _to = int.TryParse(to, CultureInfo.InvariantCulture, out var b) ? b : _to;
        await TryAsync(async ct => _compared = await Desk.CompareAsync(Run, _from, _to, Actor, ct));
    }

    private async Task SaveRecipeAsync() => await TryAsync(async ct =>
    {
        var current = await Settings.CurrentAsync(ct);
        var name = RecipeNames.Free(_note.Trim() is { Length: > 0 } wish ? wish : $"{_draft!.Name} tuned", current.Settings.Recipes);
        await SettingsDesk.SaveRecipeAsync(_draft! with { Name = name }, $"Recipe from {_frames!.Run.SourceName}", Actor, ct);
    }, "Saved as a recipe");
}

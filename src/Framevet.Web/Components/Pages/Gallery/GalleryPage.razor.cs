using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Gallery;

/// <summary>All frames of a run: filter, sort, select, download. What is shown lives in the address; the selection lives here.</summary>
public sealed partial class GalleryPage : LiveComponent
{
    private const int SelectionLimit = 100_000;
    private const int Bins = 40;

    private FrameGrid? _grid;
    private Run? _run;
    private FramesFilter _filter = new(default);
    private ImmutableSortedDictionary<FrameState, int> _counts = ImmutableSortedDictionary<FrameState, int>.Empty;
    private ImmutableArray<ScoreRange> _ranges = [];
    private ImmutableArray<SceneRow> _scenes = [];
    private ImmutableArray<PersonRow> _people = [];
    private PartSpec? _exporter;
    private ImmutableArray<long>? _order;
    private FrameSelection _selection = FrameSelection.None;
    private ExportOrder? _export;
    private double? _fraction;
    private int _total;
    private int _active;
    private int _version;
    private bool _showsFilters = true;

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? States { get; set; }

    [SupplyParameterFromQuery(Name = "range")]
    private string[]? Ranges { get; set; }

    // As text: a number that cannot be read filters nothing instead of breaking the page.
    [SupplyParameterFromQuery(Name = "scene")]
    private string? SceneText { get; set; }

    [SupplyParameterFromQuery(Name = "person")]
    private string? PersonText { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortBy { get; set; }

    [SupplyParameterFromQuery(Name = "size")]
    private int? PictureSize { get; set; }

    [Inject]
    private IRunStore Runs { get; set; } = default!;

    [Inject]
    private FramesQuery Frames { get; set; } = default!;

    [Inject]
    private ScenesQuery SceneList { get; set; } = default!;

    [Inject]
    private PersonsQuery Persons { get; set; } = default!;

    [Inject]
    private ExportDesk Exporter { get; set; } = default!;

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    [Inject]
    private IExportStore Exports { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    protected override object LoadKey => (Id, FilterKey);

    protected override RunId? Watched => RunId.TryParse(Id, out var id) ? id : default(RunId);

    protected override TimeSpan RefreshEvery => TimeSpan.FromSeconds(1);

    private string FilterKey => string.Join('|', [States, SceneText, PersonText, .. Ranges ?? [], SortBy]);

    private string Sort => SortBy?.TrimStart('-') is { Length: > 0 } sort ? sort : "pts";

    private bool Descending => SortBy?.StartsWith('-') == true;

    private int Size => Math.Clamp(PictureSize ?? 180, 110, 420);

    private bool IsFiltered => _filter.States is not null || _filter.Scores is not null || _filter.Scene is not null || _filter.Person is not null;

    private int? Scene => Number(SceneText);

    private int? Person => Number(PersonText);

    private bool MayDownload => _run is not null && RunAccess.MayDownload(_run, Actor);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _run = Watched is { } id && await Runs.GetAsync(id, ct) is { } run && RunAccess.MaySee(run, Actor)
            ? run
            : throw new VettingException(FailureCode.NotFound, "There is no such run, or it belongs to somebody else.");
        _filter = GalleryAddress.Read(_run.Id, States, Ranges, Sort, Descending, Scene, Person);
        _total = (await Frames.PageAsync(_filter, 0, 1, ct)).Total;
        _scenes = await SceneList.GetAsync(_run.Id, ct);
        _people = await Persons.GetAsync(_run.Id, ct);
        _counts = await Frames.CountsAsync(_run.Id, ct);
        _ranges = [.. (await Frames.RangesAsync(_run.Id, Bins, ct)).Where(r => r.Max > r.Min).OrderByDescending(r => r.Score == "quality").ThenBy(r => r.Score, StringComparer.Ordinal)];
        _order = null;
        _version++;
    }

    // On a phone the filters would push the frames out of sight.
    protected override async Task OnReadyAsync()
    {
        await base.OnReadyAsync();
        await using var module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/page.js");
        _showsFilters = await module.InvokeAsync<bool>("isWide");
    }

    protected override NewsEffect OnNews(RunEvent news)
    {
        switch (news)
        {
            case ExportChanged export when export.ExportId == _export?.Id:
                _fraction = export.Fraction;
                return NewsEffect.Refresh;
            case FramesScored or VerdictsChanged or SelectionChanged or GatingChanged or ScenesChanged or PeopleChanged or RunStateChanged:
                return NewsEffect.Refresh;
            default:
                return NewsEffect.Ignore;
        }
    }

    protected override async Task RefreshAsync(CancellationToken ct)
    {
        await LoadAsync(ct);
        if (_export is { State: not ExportState.Done and not ExportState.Failed } && await Exports.GetAsync(_export.Id, ct) is { } export)
        {
            _export = export;
            if (export.State is ExportState.Done)
            {
                await using var module = await Js.InvokeAsync<IJSObjectReference>("import", ct, "./js/page.js");
                await module.InvokeVoidAsync("download", ct, WebPaths.ExportFile(export.Id));
            }
        }
    }

    private async Task<ImmutableArray<FrameRow>> ReadAsync(int skip, int take) => (await Frames.PageAsync(_filter, skip, take, Stopping)).Rows;

    private async Task<ImmutableArray<long>> OrderAsync() => _order ??= await Frames.PtsAsync(_filter, SelectionLimit, Stopping);

    private async Task ClickAsync(FrameClick click)
    {
        _active = click.Index;
        _selection = (click.IsRange, click.IsToggle) switch
        {
            (true, var adds) => _selection.RangeTo(click.Pts, await OrderAsync(), adds),
            (false, true) => _selection.Toggle(click.Pts),
            _ => _selection.Only(click.Pts),
        };
        _export = null;
    }

    private async Task OnPressAsync(KeyPress press)
    {
        var columns = _grid?.Columns ?? 1;
        switch (press.Action)
        {
            case "left" or "extend-left":
                await MoveAsync(-1, press.Action);
                break;
            case "right" or "extend-right":
                await MoveAsync(1, press.Action);
                break;
            case "up" or "extend-up":
                await MoveAsync(-columns, press.Action);
                break;
            case "down" or "extend-down":
                await MoveAsync(columns, press.Action);
                break;
            case "toggle" when await ActiveAsync() is { } pts:
                _selection = _selection.Toggle(pts);
                break;
            case "open" when await ActiveAsync() is { } pts:
                Open(pts);
                break;
            case "all":
                await SelectAllAsync();
                break;
            case "none":
                SelectNone();
                break;
            case "bigger":
                SetSize((Size + 30).ToString(CultureInfo.InvariantCulture));
                break;
            case "smaller":
                SetSize((Size - 30).ToString(CultureInfo.InvariantCulture));
                break;
            case "download" when _selection.Count > 0 && MayDownload:
                await DownloadAsync();
                break;
        }
    }

    private async Task MoveAsync(int by, string action)
    {
        var target = _active + by;
        if (_grid is null || target < 0 || target >= _total)
        {
            return;
        }

        var from = await ActiveAsync();
        _active = target;
        if (action.StartsWith("extend", StringComparison.Ordinal) && await ActiveAsync() is { } pts)
        {
            var start = _selection.Anchor is null && from is { } f ? _selection.Only(f) : _selection;
            _selection = start.RangeTo(pts, await OrderAsync());
        }

        await _grid.FocusAsync(_active);
    }

    private async Task<long?> ActiveAsync() => await OrderAsync() is var order && _active < order.Length ? order[_active] : null;

    private async Task SelectAllAsync() => _selection = _selection.WithAll(await OrderAsync());

    private void SelectNone()
    {
        _selection = FrameSelection.None;
        _export = null;
    }

    private async Task DownloadAsync()
    {
        var frames = _selection.InOrder(await OrderAsync());
        await TryAsync(async ct =>
        {
            var media = _run!.Media ?? throw new VettingException(FailureCode.Conflict, "The run has no frames yet.");
            _fraction = null;
            _export = await Exporter.RequestAsync(_run.Id, [.. frames.Select(pts => new Pts(pts, media.TimeBase))], _exporter, Actor, ct);
        });
    }

    private void Open(long pts) => Navigation.NavigateTo($"runs/{Id}/frames/{pts}");

    private void SwitchState(FrameState state)
    {
        var states = _filter.States ?? [];
        GoTo(("state", GalleryAddress.Write(states.Contains(state) ? states.Remove(state) : [.. states.Add(state).Order()])));
    }

    private void SetBounds(string score, ScoreBounds bounds)
    {
        var scores = _filter.Scores ?? ImmutableSortedDictionary<string, ScoreBounds>.Empty;
        GoTo(("range", GalleryAddress.Write(bounds is { Min: null, Max: null } ? scores.Remove(score) : scores.SetItem(score, bounds))));
    }

    private string SceneHref(int scene) => Navigation.GetUriWithQueryParameter("scene", scene == _filter.Scene ? (int?)null : scene);

    private void SetScene(string? scene) => GoTo(("scene", Number(scene)));

    private string PersonHref(int person) => Navigation.GetUriWithQueryParameter("person", person == _filter.Person ? (int?)null : person);

    private void SetPerson(string? person) => GoTo(("person", Number(person)));

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Another form is another file: what was made before stays in the list of the run.
    private void SetExporter(PartSpec? exporter) => (_exporter, _export) = (exporter, null);

    private void SetSort(string? choice)
    {
        if (choice?.Split(' ') is [var sort, var descending])
        {
            GoTo(("sort", (sort, descending) is ("pts", "False") ? null : (descending == "True" ? "-" : "") + sort));
        }
    }

    private void SetSize(string? size) => GoTo(("size", int.TryParse(size, CultureInfo.InvariantCulture, out var px) && px != 180 ? px : null));

    private void GoTo((string Name, object? Value) change) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { [change.Name] = change.Value }), replace: change.Name == "size");

    private string TitleOf(string score) => Catalog.Metrics.FirstOrDefault(m => m.Id == score)?.Title ?? score;

    private IEnumerable<(string Value, string Text)> SortChoices()
    {
        yield return ("pts False", "Time, first to last");
        yield return ("pts True", "Time, last to first");
        yield return ("rank False", "Picked first");
        foreach (var range in _ranges)
        {
            yield return ($"{range.Score} True", $"{TitleOf(range.Score)}, high to low");
            yield return ($"{range.Score} False", $"{TitleOf(range.Score)}, low to high");
        }
    }
}

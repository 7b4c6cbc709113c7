using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Gallery;

/// <summary>
/// All frames of a run: what is shown, in which order and where. What is shown lives in the address, marks in the store, the selection here. The order on the screen rests while somebody is
/// in it: what comes or goes meanwhile is only counted.
/// </summary>
public sealed partial class GalleryPage : LiveComponent
{
    private const int Bins = 40;

    private FrameGrid? _grid;
    private Run? _run;
    private FramesFilter _filter = new(default);
    private GalleryView _view = new();
    private GalleryLook? _look;
    private ImmutableArray<PersonRow> _people = [];
    private ImmutableSortedDictionary<string, int> _labels = ImmutableSortedDictionary<string, int>.Empty;
    private PartSpec? _exporter;
    private ImmutableArray<long> _order = [];
    private FrameSelection _selection = FrameSelection.None;
    private ExportOrder? _export;
    private double? _fraction;
    private long? _start;
    private int _active;
    private int _version;
    private bool _showsFilters = true;
    private bool _isHeld;
    private string? _shownKey;

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    [Inject]
    private IRunStore Runs { get; set; } = default!;

    [Inject]
    private GalleryQuery Gallery { get; set; } = default!;

    [Inject]
    private PersonsQuery Persons { get; set; } = default!;

    [Inject]
    private MarkDesk Marks { get; set; } = default!;

    [Inject]
    private DiverseDesk Diverse { get; set; } = default!;

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

    private string Query => new Uri(Navigation.Uri).Query;

    // Size, place and the panel change nothing about what is shown.
    private string FilterKey => $"{GalleryAddress.Write(GalleryAddress.Read(default, Query, true))}|{(GalleryView.Read(Query) with { Size = 0, At = null, ShowsInfo = false }).Write()}";

    private bool IsFiltered => GalleryAddress.Write(_filter with { Sort = "pts", Descending = false }).Length > 0;

    private bool MayDownload => _run is not null && RunAccess.MayDownload(_run, Actor);

    private bool MayMark => _run is not null && MarkDesk.MayMark(_run, Actor);

    protected override void OnInitialized() => Navigation.LocationChanged += OnMoved;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _run = Watched is { } id && await Runs.GetAsync(id, ct) is { } run && RunAccess.MaySee(run, Actor)
            ? run
            : throw new VettingException(FailureCode.NotFound, "There is no such run, or it belongs to somebody else.");
        var (filter, view, key) = (GalleryAddress.Read(_run.Id, Query, Actor.Has(Rights.Review)), GalleryView.Read(Query), FilterKey);
        var people = await Persons.GetAsync(_run.Id, ct);
        var labels = Actor.Has(Rights.Review) ? await Gallery.LabelsAsync(_run.Id, ct) : _labels;
        var look = await Gallery.LookAsync(filter, Bins, ct);
        var arranged = await OrderAsync(filter, view, look, ct);

        // All at once: a page that is drawn in between would show parts of two views, and jump.
        (_filter, _view, _people, _labels, _look) = (filter, view, people, labels, look);
        var isOther = _shownKey != key;
        Arrange(arranged, isOther);
        if (isOther)
        {
            (_start, _active, _shownKey) = (view.At, Math.Max(0, view.At is { } at ? _order.IndexOf(at) : 0), key);
        }

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
            case FramesScored or VerdictsChanged or SelectionChanged or GatingChanged or ScenesChanged or PeopleChanged or MarksChanged or RunStateChanged:
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

    private Task<ImmutableDictionary<long, MarkedFrame>> ReadAsync(ImmutableArray<long> frames) => Gallery.RowsAsync(_run!.Id, frames, Stopping);

    private void OnMoved(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(async () =>
    {
        if (Navigation.ToBaseRelativePath(e.Location).Split('?')[0] == $"runs/{Id}/gallery")
        {
            _view = _shownKey == FilterKey ? GalleryView.Read(Query) : _view;
            await OnParametersSetAsync();
            StateHasChanged();
        }
    });

    private void Open(long pts) => Navigation.NavigateTo(Href(pts));

    private string Href(long pts) => $"runs/{Id}/frames/{pts}" + (GalleryAddress.Write(_filter) is { Length: > 0 } query ? "?" + query : "");

    private void SetSize(string? size)
    {
        if (int.TryParse(size, CultureInfo.InvariantCulture, out var px))
        {
            Navigation.NavigateTo(Address(_filter, _view with { Size = Math.Clamp(px, 110, 420), At = null }), replace: true);
        }
    }

    private void SetSort(string? choice)
    {
        if (choice?.Split(' ') is [var sort, var descending])
        {
            GoTo(_filter with { Sort = sort == "random" ? $"random-{Clock.GetUtcNow().ToUnixTimeSeconds() % 100_000}" : sort, Descending = descending == "True" }, _view);
        }
    }

    private void SetRange((long From, long To)? range) => GoTo(_filter with { FromPts = range?.From, ToPts = range?.To }, _view);

    private string SceneHref(int scene) => Address(_filter with { Scene = scene == _filter.Scene ? null : scene, Not = _filter.Not.Remove("scene") }, _view with { At = null });

    private string PersonHref(int person) => Address(_filter with { Person = person == _filter.Person ? null : person, Not = _filter.Not.Remove("person") }, _view with { At = null });

    private void ChoosePreset(string query) => GoTo(GalleryAddress.Read(_run!.Id, query, Actor.Has(Rights.Review)), _view);

    private void GoTo(FramesFilter filter, GalleryView view) => Navigation.NavigateTo(Address(filter, view with { At = null }));

    // What was looked at last is where the other view begins.
    private void SwitchInfo() => Navigation.NavigateTo(Address(_filter, _view with { ShowsInfo = !_view.ShowsInfo, At = Active }), replace: true);

    private string Address(FramesFilter filter, GalleryView view) =>
        $"runs/{Id}/gallery" + (string.Join('&', new[] { GalleryAddress.Write(filter), view.Write() }.Where(p => p.Length > 0)) is { Length: > 0 } query ? "?" + query : "");

    private string Pressed(GalleryMode mode) => _view.Mode == mode ? "true" : "false";

    // Of a score, or of the gate that lost a frame.
    private string TitleOf(string id) => Catalog.Metrics.FirstOrDefault(m => m.Id == id)?.Title ?? Catalog.Parts.FirstOrDefault(p => p.Id == id)?.Title ?? id;

    private IEnumerable<(string Value, string Text)> SortChoices()
    {
        yield return ("pts False", "Time, first to last");
        yield return ("pts True", "Time, last to first");
        yield return ("rank False", "Picked first");
        yield return ("stars True", "Most stars first");
        if (_filter.Sort.StartsWith("random-", StringComparison.Ordinal))
        {
            yield return ($"{_filter.Sort} False", "Random");
        }

        yield return ("random False", _filter.Sort.StartsWith("random-", StringComparison.Ordinal) ? "Random, shuffled anew" : "Random");
        foreach (var score in _look?.Facets.Scores.Where(s => s.Max > s.Min).OrderByDescending(s => s.Score == "quality") ?? Enumerable.Empty<ScoreFacet>())
        {
            yield return ($"{score.Score} True", $"{TitleOf(score.Score)}, high to low");
            yield return ($"{score.Score} False", $"{TitleOf(score.Score)}, low to high");
        }
    }

    public override ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= OnMoved;
        return base.DisposeAsync();
    }
}

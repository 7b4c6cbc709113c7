using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Compare;

/// <summary>Two to four frames side by side with one zoom, and a mark for each; a survey shows up to twelve without their scores.</summary>
public sealed partial class ComparePage : LiveComponent
{
    /// <summary>Most frames that are compared.</summary>
    public const int Most = 4;

    /// <summary>Most frames of a survey.</summary>
    public const int MostSurveyed = 12;

    private ElementReference _panes;
    private IJSObjectReference? _module;
    private ImmutableArray<MarkedFrame> _frames = [];
    private bool _mayMark;

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    [SupplyParameterFromQuery(Name = "pts")]
    private string[]? Stamps { get; set; }

    [SupplyParameterFromQuery(Name = "survey")]
    private string? Survey { get; set; }

    [Inject]
    private IRunStore Runs { get; set; } = default!;

    [Inject]
    private GalleryQuery Gallery { get; set; } = default!;

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    protected override object LoadKey => (Id, IsSurvey, string.Join(',', Stamps ?? []));

    protected override RunId? Watched => RunId.TryParse(Id, out var id) ? id : default(RunId);

    private bool IsSurvey => Survey == "1";

    private string GalleryHref => _frames.IsEmpty ? $"runs/{Id}/gallery" : $"runs/{Id}/gallery?at={_frames[0].Row.Pts}";

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var run = Watched is { } id && await Runs.GetAsync(id, ct) is { } found && RunAccess.MaySee(found, Actor)
            ? found
            : throw new VettingException(FailureCode.NotFound, "There is no such run, or it belongs to somebody else.");
        ImmutableArray<long> stamps = [.. (Stamps ?? []).Select(s => long.TryParse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pts) ? pts : (long?)null).OfType<long>().Distinct().Take(IsSurvey ? MostSurveyed : Most)];
        var rows = await Gallery.RowsAsync(run.Id, stamps, ct);
        _frames = [.. stamps.Where(rows.ContainsKey).Select(pts => rows[pts])];
        _mayMark = MarkDesk.MayMark(run, Actor);
        if (_frames.Length < 2)
        {
            throw new VettingException(FailureCode.NotFound, "Choose two to four frames in the gallery and press C, or up to twelve and press N.");
        }
    }

    protected override NewsEffect OnNews(RunEvent news) => news is VerdictsChanged or MarksChanged or SelectionChanged or GatingChanged ? NewsEffect.Refresh : NewsEffect.Ignore;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (_frames.Length >= 2 && Failure is null)
        {
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/compare.js");
            await _module.InvokeVoidAsync("show", _panes, new { run = Id, mayMark = _mayMark });
        }
    }

    private void OnPress(KeyPress press)
    {
        if (press is { Action: "gallery", IsDown: true })
        {
            Navigation.NavigateTo(GalleryHref);
        }
    }

    private string TitleOf(string score) => Catalog.Metrics.FirstOrDefault(m => m.Id == score)?.Title ?? score;

    private bool IsBest(string score, float value)
    {
        var sign = Catalog.Metrics.FirstOrDefault(m => m.Id == score) is { HigherIsBetter: false } ? -1 : 1;
        var others = _frames.Select(f => f.Row.Scores.TryGetValue(score, out var v) ? sign * v : float.NaN).Where(float.IsFinite).ToList();
        return others.Count(v => v >= sign * value) == 1;
    }

    public override async ValueTask DisposeAsync()
    {
        await _module.LeaveAsync("leave");
        await base.DisposeAsync();
    }
}

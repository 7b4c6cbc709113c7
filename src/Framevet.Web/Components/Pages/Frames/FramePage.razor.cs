using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Web.Api;
using Framevet.Web.Components.Pages.Gallery;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Frames;

/// <summary>One frame: large, with all numbers and reasons.</summary>
public sealed partial class FramePage : LiveComponent
{
    private const int Neighbours = 4;

    private FrameDetails? _frame;
    private ElementReference _stage;
    private IJSObjectReference? _module;
    private DotNetObjectReference<FramePage>? _self;
    private (RunId Run, string Query, ImmutableArray<long> Frames) _order = (default, "", []);
    private int _here;
    private FrameMark? _mark;
    private bool _mayMark;
    private string? _timecode;
    private ImmutableArray<(string Score, ImmutableArray<ScoreShare> Shares)> _shares = [];
    private ImmutableArray<FrameRow> _strip = [];
    private ImmutableArray<SceneRow> _scenes = [];
    private SceneRow? _scene;
    private ImmutableDictionary<int, int> _people = ImmutableDictionary<int, int>.Empty;
    private FoundMark? _chosen;
    private double _shape = 16 / 9.0;
    private bool _showsMarks = true;
    private bool _showsMask;
    private bool _isRevealed;

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    [Parameter, EditorRequired]
    public required long Pts { get; set; }

    [Inject]
    private IRunStore Runs { get; set; } = default!;

    [Inject]
    private FramesQuery Frames { get; set; } = default!;

    [Inject]
    private GalleryQuery Gallery { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    [Inject]
    private ScenesQuery Scenes { get; set; } = default!;

    [Inject]
    private PersonsQuery Persons { get; set; } = default!;

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    protected override object LoadKey => (Id, Pts);

    protected override RunId? Watched => RunId.TryParse(Id, out var id) ? id : default(RunId);

    private bool HasMarks => _frame?.Candidate.Detections is { } found && (found.Faces is { IsEmpty: false } || found.Objects is { IsEmpty: false });

    private bool HasMask => _frame?.Candidate.Detections?.PersonMask is not null;

    private static VettingException Missing => new(FailureCode.NotFound, "There is no such frame, or its run belongs to somebody else.");

    protected override async Task LoadAsync(CancellationToken ct)
    {
        (_isRevealed, _chosen) = (_isRevealed && _frame?.Row.Pts == Pts, _frame?.Row.Pts == Pts ? _chosen : null);
        var run = Watched is { } id ? await Runs.GetAsync(id, ct) : null;
        _frame = run is not null && RunAccess.MaySee(run, Actor) ? await Frames.GetAsync(run.Id, Pts, ct) : null;
        if (_frame is null)
        {
            throw Missing;
        }

        _people = await Persons.OfFrameAsync(run!.Id, Pts, ct);
        _shape = run.Media is { Width: > 0, Height: > 0 } media ? media.Width / (double)media.Height : _shape;
        _scenes = await Scenes.GetAsync(run.Id, ct);
        _scene = _scenes.LastOrDefault(s => s.Number == 1 || s.FirstPts <= Pts);
        _mark = (await Gallery.RowsAsync(run.Id, [Pts], ct)).GetValueOrDefault(Pts)?.Mark;
        _mayMark = MarkDesk.MayMark(run, Actor);
        _timecode = Timecode.Of(_frame.Row.Index, _frame.Row.Seconds, 0, run.Media?.FrameRate);
        _shares = ScoreTotals.Of(run, _frame.Row, Catalog);
        await OrderAsync(run, ct);
    }

    // Neighbours are those of the gallery that somebody came from; a frame that is not among them has those of the whole run.
    private async Task OrderAsync(Run run, CancellationToken ct)
    {
        if (_order.Run != run.Id || _order.Query != Query || !_order.Frames.Contains(Pts))
        {
            var filtered = await Gallery.OrderAsync(GalleryAddress.Read(run.Id, Query, Actor.Has(Rights.Review)), ct);
            _order = (run.Id, Query, filtered.Contains(Pts) ? filtered : await Gallery.OrderAsync(new FramesFilter(run.Id), ct));
        }

        var order = _order.Frames;
        var first = Math.Clamp(Math.Max(0, order.IndexOf(Pts)) - Neighbours, 0, Math.Max(0, order.Length - (2 * Neighbours) - 1));
        ImmutableArray<long> near = [.. order.Skip(first).Take((2 * Neighbours) + 1)];
        var rows = await Gallery.RowsAsync(run.Id, near, ct);
        _strip = [.. near.Where(rows.ContainsKey).Select(pts => rows[pts].Row)];
        _here = _strip.Select(r => r.Pts).ToImmutableArray().IndexOf(Pts);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (_frame is null || Failure is not null)
        {
            return;
        }

        if (_module is null)
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/loupe.js");
        }

        await _module.InvokeVoidAsync("show", _stage, new { run = Id, pts = Pts, mayMark = _mayMark }, _self);
    }

    /// <summary>Called by loupe.js after a mark when it is to move on.</summary>
    [JSInvokable]
    public void OnAdvance() => Go(Neighbour(1));

    /// <summary>Called by loupe.js when a finger turns the page: -1 = the frame before, 1 = the frame after.</summary>
    [JSInvokable]
    public void OnTurn(int by) => Go(Neighbour(Math.Sign(by)));

    public override async ValueTask DisposeAsync()
    {
        await _module.LeaveAsync("leave");
        _self?.Dispose();
        await base.DisposeAsync();
    }

    private string Query => new Uri(Navigation.Uri).Query.TrimStart('?');

    private string GalleryHref => $"runs/{Id}/gallery?{(Query.Length > 0 ? Query + "&" : "")}at={Pts}";

    private string Href(long pts) => $"runs/{Id}/frames/{pts}{(Query.Length > 0 ? "?" + Query : "")}";

    private string TitleOf(string score) => Catalog.Metrics.FirstOrDefault(m => m.Id == score)?.Title ?? score;

    private long? Neighbour(int by)
    {
        var place = _order.Frames.IndexOf(Pts);
        return place >= 0 && place + by >= 0 && place + by < _order.Frames.Length ? _order.Frames[place + by] : null;
    }

    protected override NewsEffect OnNews(RunEvent news) => news is VerdictsChanged or SelectionChanged or GatingChanged or ScenesChanged or PeopleChanged or FramesScored or MarksChanged ? NewsEffect.Refresh : NewsEffect.Ignore;

    private async Task OnPressAsync(KeyPress press)
    {
        switch (press.Action)
        {
            case "previous":
                Go(Neighbour(-1));
                break;
            case "next":
                Go(Neighbour(1));
                break;
            case "reveal":
                _isRevealed = press.IsDown && Actor.Has(Rights.Review);
                break;
            case "marks":
                _showsMarks = !_showsMarks;
                break;
            case "mask" when press.IsDown:
                _showsMask = !_showsMask;
                break;
            case "stack-before" or "stack-after" when press.IsDown:
                await GoStackAsync(press.Action == "stack-after" ? 1 : -1);
                break;
            case "gallery":
                Navigation.NavigateTo(GalleryHref);
                break;
        }
    }

    // The best of the stack before or after the one that this frame is in, in the order in which the gallery shows them.
    private async Task GoStackAsync(int by)
    {
        var filter = GalleryAddress.Read(_order.Run, Query, Actor.Has(Rights.Review));
        var isHigherBetter = Catalog.Metrics.FirstOrDefault(m => m.Id == "quality") is not { HigherIsBetter: false };
        var stacks = await Gallery.StacksAsync(filter, "quality", isHigherBetter, GalleryView.Read(Query).Looks, false, Stopping);
        var place = _order.Frames.Select((pts, i) => (pts, i)).ToDictionary(p => p.pts, p => p.i);
        var ordered = stacks.OrderBy(s => place.GetValueOrDefault(s[0], int.MaxValue)).ToList();
        var here = ordered.FindIndex(s => s.Contains(Pts));
        if (here >= 0 && here + by >= 0 && here + by < ordered.Count)
        {
            Go(ordered[here + by][0]);
        }
    }

    // What is chosen in the list is wanted on the picture, too.
    private void Choose(FoundMark mark) => (_chosen, _showsMarks) = (mark == _chosen ? null : mark, true);

    private void Go(long? pts)
    {
        if (pts is { } target)
        {
            Navigation.NavigateTo(Href(target));
        }
    }
}

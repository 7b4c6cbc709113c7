using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Frames;

/// <summary>One frame: large, with all numbers and reasons.</summary>
public sealed partial class FramePage : LiveComponent
{
    private const int Neighbours = 4;
    private const int OrderLimit = 200_000;

    private FrameDetails? _frame;
    private ImmutableArray<long> _order = [];
    private ImmutableArray<FrameRow> _strip = [];
    private ImmutableArray<SceneRow> _scenes = [];
    private SceneRow? _scene;
    private ImmutableDictionary<int, int> _people = ImmutableDictionary<int, int>.Empty;
    private FoundMark? _chosen;
    private double _shape = 16 / 9.0;
    private bool _showsMarks = true;
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
    private ScenesQuery Scenes { get; set; } = default!;

    [Inject]
    private PersonsQuery Persons { get; set; } = default!;

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    protected override object LoadKey => (Id, Pts);

    protected override RunId? Watched => RunId.TryParse(Id, out var id) ? id : default(RunId);

    private bool HasMarks => _frame?.Candidate.Detections is { } found && (found.Faces is { IsEmpty: false } || found.Objects is { IsEmpty: false });

    private static VettingException Missing => new(FailureCode.NotFound, "There is no such frame, or its run belongs to somebody else.");

    protected override async Task LoadAsync(CancellationToken ct)
    {
        (_isRevealed, _chosen) = (false, null);
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
        var all = new FramesFilter(run.Id);
        if (!_order.Contains(Pts))
        {
            _order = await Frames.PtsAsync(all, OrderLimit, ct);
        }

        var place = Math.Max(0, _order.IndexOf(Pts));
        var first = Math.Clamp(place - Neighbours, 0, Math.Max(0, _order.Length - (2 * Neighbours) - 1));
        _strip = (await Frames.PageAsync(all, first, (2 * Neighbours) + 1, ct)).Rows;
    }

    protected override NewsEffect OnNews(RunEvent news) => news is VerdictsChanged or SelectionChanged or GatingChanged or ScenesChanged or PeopleChanged or FramesScored ? NewsEffect.Refresh : NewsEffect.Ignore;

    private void OnPress(KeyPress press)
    {
        switch (press.Action)
        {
            case "previous":
                Go(_frame?.PreviousPts);
                break;
            case "next":
                Go(_frame?.NextPts);
                break;
            case "reveal":
                _isRevealed = press.IsDown && Actor.Has(Rights.Review);
                break;
            case "marks":
                _showsMarks = !_showsMarks;
                break;
            case "gallery":
                Navigation.NavigateTo($"runs/{Id}/gallery");
                break;
        }
    }

    // What is chosen in the list is wanted on the picture, too.
    private void Choose(FoundMark mark) => (_chosen, _showsMarks) = (mark == _chosen ? null : mark, true);

    private void Go(long? pts)
    {
        if (pts is { } target)
        {
            Navigation.NavigateTo($"runs/{Id}/frames/{target}");
        }
    }
}

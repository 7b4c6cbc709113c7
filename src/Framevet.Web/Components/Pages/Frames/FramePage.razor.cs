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
    private PartCatalog Catalog { get; set; } = default!;

    protected override object LoadKey => (Id, Pts);

    protected override RunId? Watched => RunId.TryParse(Id, out var id) ? id : default(RunId);

    private static VettingException Missing => new(FailureCode.NotFound, "There is no such frame, or its run belongs to somebody else.");

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _isRevealed = false;
        var run = Watched is { } id ? await Runs.GetAsync(id, ct) : null;
        _frame = run is not null && RunAccess.MaySee(run, Actor) ? await Frames.GetAsync(run.Id, Pts, ct) : null;
        if (_frame is null)
        {
            throw Missing;
        }

        _scenes = await Scenes.GetAsync(run!.Id, ct);
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

    protected override NewsEffect OnNews(RunEvent news) => news is VerdictsChanged or SelectionChanged or GatingChanged or ScenesChanged or FramesScored ? NewsEffect.Refresh : NewsEffect.Ignore;

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
            case "gallery":
                Navigation.NavigateTo($"runs/{Id}/gallery");
                break;
        }
    }

    private void Go(long? pts)
    {
        if (pts is { } target)
        {
            Navigation.NavigateTo($"runs/{Id}/frames/{target}");
        }
    }
}

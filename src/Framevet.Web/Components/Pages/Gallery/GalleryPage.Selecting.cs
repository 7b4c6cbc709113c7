using System.Globalization;
using Framevet.Pipeline;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Components.Pages.Gallery;

/// <summary>What keys and clicks do in the gallery: choose frames, and take the chosen ones away.</summary>
public sealed partial class GalleryPage
{
    private void Click(FrameClick click)
    {
        _active = click.Index;
        _selection = (click.IsRange, click.IsToggle) switch
        {
            (true, var adds) => _selection.RangeTo(click.Pts, _order, adds),
            (false, true) => _selection.Toggle(click.Pts),
            _ => _selection.Only(click.Pts),
        };
        _export = null;
    }

    private Task OnPressAsync(KeyPress press) => ActAsync(press.Action);

    private async Task ActAsync(string action)
    {
        var columns = _grid?.Columns ?? 1;
        switch (action)
        {
            case "extend-left":
                await ExtendAsync(-1);
                break;
            case "extend-right":
                await ExtendAsync(1);
                break;
            case "extend-up":
                await ExtendAsync(-columns);
                break;
            case "extend-down":
                await ExtendAsync(columns);
                break;
            case "toggle" when Active is { } pts:
                _selection = _selection.Toggle(pts);
                break;
            case "open" when Active is { } pts:
                Open(pts);
                break;
            case "all":
                SelectAll();
                break;
            case "none":
                SelectNone();
                break;
            case "invert":
                Invert();
                break;
            case "compare":
                Compare(isSurvey: false);
                break;
            case "survey":
                Compare(isSurvey: true);
                break;
            case "info":
                SwitchInfo();
                break;
            case "grid":
                Navigation.NavigateTo(Address(_filter, _view with { Mode = _view.Mode == GalleryMode.Grid && _view.Set is null ? GalleryMode.Filmstrip : GalleryMode.Grid, Set = null, At = Active }));
                break;
            case "stack" when Active is { } pts:
                await SwitchStackAsync(pts);
                break;
            case "keep" when Active is { } pts:
                await KeepAsync(pts);
                break;
            case "bigger":
                SetSize((_view.Size + 30).ToString(CultureInfo.InvariantCulture));
                break;
            case "smaller":
                SetSize((_view.Size - 30).ToString(CultureInfo.InvariantCulture));
                break;
            case "download" when _selection.Count > 0 && MayDownload:
                await DownloadAsync();
                break;
            default:
                await MarkAsync(action);
                break;
        }
    }

    private long? Active => _active >= 0 && _active < _order.Length ? _order[_active] : null;

    private async Task ExtendAsync(int by)
    {
        var target = _active + by;
        if (_grid is not null && target >= 0 && target < _order.Length)
        {
            var start = _selection.Anchor is null && Active is { } from ? _selection.Only(from) : _selection;
            _active = target;
            _selection = start.RangeTo(_order[target], _order);
            await _grid.FocusAsync(target);
        }
    }

    private void SelectAll() => _selection = _selection.WithAll(_order);

    private void SelectNone()
    {
        _selection = FrameSelection.None;
        _export = null;
    }

    private void Invert() => _selection = _selection.Inverted(_order);

    private async Task DownloadAsync()
    {
        var frames = _selection.InOrder(_order);
        await TryAsync(async ct =>
        {
            var media = _run!.Media ?? throw new VettingException(FailureCode.Conflict, "The run has no frames yet.");
            _fraction = null;
            _export = await Exporter.RequestAsync(_run.Id, [.. frames.Select(pts => new Pts(pts, media.TimeBase))], _exporter, Actor, ct);
        });
    }

    // Another form is another file: what was made before stays in the list of the run.
    private void SetExporter(PartSpec? exporter) => (_exporter, _export) = (exporter, null);
}

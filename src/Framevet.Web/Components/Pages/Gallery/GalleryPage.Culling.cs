using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Framevet.Data.Queries;
using Framevet.Pipeline.Culling;
using Framevet.Web.Api;
using Framevet.Web.Components.Pages.Compare;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Components.Pages.Gallery;

/// <summary>The gallery's order, stacks, previews and marks of many frames.</summary>
public sealed partial class GalleryPage
{
    // Everybody who looks at the same stacks has the same object, see GalleryQuery; so their sizes are kept once, too.
    private static readonly ConditionalWeakTable<ImmutableArray<long>[], IReadOnlyDictionary<long, int>> Sizes = [];

    private ImmutableArray<ImmutableArray<long>> _stacks = [];
    private IReadOnlyDictionary<long, int> _counts = ImmutableDictionary<long, int>.Empty;
    private ImmutableHashSet<long> _expanded = [];
    private DiverseSet? _set;
    private (string Score, ScoreBounds Bounds)? _preview;
    private string? _previewText;
    private int _arrived;
    private int _gone;

    private int HiddenSelected => _selection.Count == 0 ? 0 : _selection.Count - _order.Count(_selection.Contains);

    private Func<FrameRow, bool>? Dims => _preview is not { } moving ? null
        : row => !row.Scores.TryGetValue(moving.Score, out var value) || value < moving.Bounds.Min || value > moving.Bounds.Max;

    private bool Higher(string score) => Catalog.Metrics.FirstOrDefault(m => m.Id == score) is not { HigherIsBetter: false };

    // Somebody who is in the order keeps it; what comes and goes is counted until they take it over.
    private void Arrange(Arranged arranged, bool adopts)
    {
        (_set, _stacks, _counts) = (arranged.Set, arranged.Stacks, Sizes.GetValue(ImmutableCollectionsMarshal.AsArray(arranged.Stacks)!, stacks => stacks.Where(s => s.Length > 1).ToDictionary(s => s[0], s => s.Length)));
        var order = arranged.Order;
        if (adopts || _order.IsEmpty || !_isHeld)
        {
            (_order, _arrived, _gone) = (order.AsSpan().SequenceEqual(_order.AsSpan()) ? _order : order, 0, 0);
            return;
        }

        var shown = _order.ToHashSet();
        var kept = order.Count(shown.Contains);
        (_arrived, _gone) = (order.Length - kept, _order.Length - kept);
    }

    private async Task AdoptAsync()
    {
        Arrange(await OrderAsync(_filter, _view, _look!, Stopping), true);
        _active = Math.Clamp(_active, 0, Math.Max(0, _order.Length - 1));
        _version++;
    }

    private async Task<Arranged> OrderAsync(FramesFilter filter, GalleryView view, GalleryLook look, CancellationToken ct)
    {
        if (view.Set is { } count)
        {
            var set = await Diverse.PickAsync(filter, count, "quality", ct);
            return new Arranged([.. set.Picks.Select(p => p.Pts)], set, []);
        }

        if (view.Mode != GalleryMode.Stacks)
        {
            return new Arranged(look.Order, null, []);
        }

        var stacks = await StackAsync(filter, view, ct);
        var place = look.Order.Select((pts, i) => (pts, i)).ToDictionary(p => p.pts, p => p.i);
        return new Arranged([.. stacks.OrderBy(s => place.GetValueOrDefault(s[0], int.MaxValue)).SelectMany(s => _expanded.Contains(s[0]) ? s.AsEnumerable() : [s[0]])], null, stacks);
    }

    private Task<ImmutableArray<ImmutableArray<long>>> StackAsync(FramesFilter filter, GalleryView view, CancellationToken ct) =>
        Gallery.StacksAsync(filter, "quality", Higher("quality"), view.Looks, false, ct);

    private async Task SwitchStackAsync(long pts)
    {
        if (_view.Mode == GalleryMode.Stacks && _stacks.FirstOrDefault(s => s.Contains(pts)) is { IsDefault: false, Length: > 1 } stack)
        {
            _expanded = _expanded.Contains(stack[0]) ? _expanded.Remove(stack[0]) : _expanded.Add(stack[0]);
            await AdoptAsync();
            _active = Math.Max(0, _order.IndexOf(stack[0]));
            if (_grid is not null)
            {
                await _grid.FocusAsync(_active);
            }
        }
    }

    // One step of undo for the whole stack.
    private async Task KeepAsync(long pts)
    {
        if (!MayMark)
        {
            return;
        }

        var stack = (await StackAsync(_filter, _view, Stopping)).FirstOrDefault(s => s.Contains(pts), [pts]);
        var rest = stack.Remove(pts);
        ImmutableArray<MarkStep> keep = [new MarkStep([pts], new MarkSet { Flag = MarkFlag.Pick })];
        await DoAsync(new MarkOrder(Key(), MarkOrderKind.Set, rest.IsEmpty ? keep : keep.Add(new MarkStep(rest, new MarkSet { Flag = MarkFlag.Reject }))));
        var next = Enumerable.Range(_active + 1, Math.Max(0, _order.Length - _active - 1)).Where(i => !stack.Contains(_order[i])).DefaultIfEmpty(_active).First();
        _active = next;
        if (_grid is not null)
        {
            await _grid.FocusAsync(next);
        }
    }

    private async Task MarkAsync(string action)
    {
        if (Set(action) is { } set && MayMark && Targets() is { IsEmpty: false } frames)
        {
            await DoAsync(MarkOrder.Set(Key(), set, frames));
        }
    }

    private async Task TagAsync((string Tag, bool IsOff) tag)
    {
        if (Targets() is { IsEmpty: false } frames)
        {
            await DoAsync(MarkOrder.Set(Key(), tag.IsOff ? new MarkSet { RemoveTags = [tag.Tag] } : new MarkSet { AddTags = [tag.Tag] }, frames));
        }
    }

    // What is selected, else the frame with the focus.
    private ImmutableArray<long> Targets() => _selection.Count > 0 ? _selection.InOrder(_order) : Active is { } pts ? [pts] : [];

    private async Task DoAsync(MarkOrder order)
    {
        await TryAsync(async ct =>
        {
            var outcome = (await Marks.DoAsync(_run!, [order], Actor, ct))[0];
            Notices.Notify(Radzen.NotificationSeverity.Success, $"{outcome.Text}", "Ctrl+Z takes it back.", 4000);
        });
        _version++;
    }

    private static string Key() => Guid.NewGuid().ToString("N");

    private static MarkSet? Set(string action) => action.Split(' ') switch
    {
        ["star", var n] => new MarkSet { Stars = int.Parse(n, System.Globalization.CultureInfo.InvariantCulture) },
        ["colour", var n] => new MarkSet { Colour = int.Parse(n, System.Globalization.CultureInfo.InvariantCulture) },
        ["pick"] => new MarkSet { Flag = MarkFlag.Pick },
        ["reject"] => new MarkSet { Flag = MarkFlag.Reject },
        ["unflag"] => new MarkSet { Flag = MarkFlag.None },
        _ => null,
    };

    // The chosen ones when there are as many as fit, else the frame with the focus and those after it.
    private void Compare(bool isSurvey)
    {
        var most = isSurvey ? ComparePage.MostSurveyed : ComparePage.Most;
        var frames = _selection.Count is >= 2 && _selection.Count <= most ? _selection.InOrder(_order) : [.. _order.Skip(_active).Take(isSurvey ? most / 2 : 2)];
        if (frames.Length >= 2)
        {
            Navigation.NavigateTo($"runs/{Id}/compare?{(isSurvey ? "survey=1&" : "")}" + string.Join('&', frames.Select(f => $"pts={f}")));
        }
    }

    private async Task PreviewAsync((string Score, ScoreBounds? Bounds) moving)
    {
        _preview = moving.Bounds is { } bounds ? (moving.Score, bounds) : null;
        _previewText = null;
        if (moving.Bounds is { } wished)
        {
            var scores = (_filter.Scores ?? ImmutableSortedDictionary<string, ScoreBounds>.Empty).SetItem(moving.Score, wished);
            _previewText = $"{Formats.Count(await Gallery.CountAsync(_filter with { Scores = scores }, Stopping))} of {Formats.Count(_look!.Columns.Count)} would match";
        }
    }

    private void ApplySmart((string Score, SmartCut Cut) smart)
    {
        if (SmartCuts.Bounds(_look!.Columns.Sorted(smart.Score), smart.Cut, Higher(smart.Score)) is { } bounds)
        {
            var scores = (_filter.Scores ?? ImmutableSortedDictionary<string, ScoreBounds>.Empty).SetItem(smart.Score, bounds);
            GoTo(_filter with { Scores = scores, Not = _filter.Not.Remove("range:" + smart.Score) }, _view);
        }
    }

    /// <summary>What is shown in which order, with what belongs to it.</summary>
    private sealed record Arranged(ImmutableArray<long> Order, DiverseSet? Set, ImmutableArray<ImmutableArray<long>> Stacks);
}

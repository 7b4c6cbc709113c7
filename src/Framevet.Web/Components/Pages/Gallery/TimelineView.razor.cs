using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Gallery;

/// <summary>The run over time. A stretch that somebody drags becomes a condition on PTS, both ends in.</summary>
public sealed partial class TimelineView : ComponentBase, IAsyncDisposable
{
    private const int Buckets = 800;
    private const int MostCurves = 4;
    private static readonly TimeSpan StripEvery = TimeSpan.FromSeconds(5);

    private ElementReference _chart;
    private ElementReference _strips;
    private IJSObjectReference? _module;
    private DotNetObjectReference<TimelineView>? _self;
    private ImmutableArray<string> _scores = [];
    private (RunColumns? Columns, ImmutableArray<string> Scores) _drawn;
    private string _summary = "";
    private long _stripVersion;
    private long _stripAt;
    private double? _from;
    private double? _to;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public required Run Run { get; set; }

    /// <summary>What matches, and the columns of all frames.</summary>
    [Parameter, EditorRequired]
    public required GalleryLook Look { get; set; }

    /// <summary>Names of scores.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> Titles { get; set; }

    /// <summary>The chosen stretch by PTS, both ends in; null = everything.</summary>
    [Parameter]
    public EventCallback<(long From, long To)?> OnRange { get; set; }

    [Parameter]
    public EventCallback<long> OnOpen { get; set; }

    /// <summary>Called by timeline.js: columns of the strips, both ends in.</summary>
    [JSInvokable]
    public Task OnColumnsAsync(int first, int last)
    {
        var (count, width) = (Look.Columns.Count, StripWidth(Look.Columns.Count));
        if (count == 0 || first < 0 || last >= width || last < first)
        {
            return Task.CompletedTask;
        }

        return OnRange.InvokeAsync((Look.Columns.Pts[TimelineStrips.FirstOf(first, count, width)], Look.Columns.Pts[TimelineStrips.FirstOf(last + 1, count, width) - 1]));
    }

    /// <summary>Called by timeline.js: a stretch in seconds, both ends in.</summary>
    [JSInvokable]
    public async Task OnSecondsAsync(double from, double to)
    {
        if (TimelineStrips.Between(Look.Columns, from, to) is { } range)
        {
            await OnRange.InvokeAsync(range);
        }
    }

    /// <summary>Called by timeline.js: somebody clicked a column.</summary>
    [JSInvokable]
    public Task OnColumnAsync(int column) =>
        column >= 0 && column < StripWidth(Look.Columns.Count) ? OnOpen.InvokeAsync(Look.Columns.Pts[TimelineStrips.FirstOf(column, Look.Columns.Count, StripWidth(Look.Columns.Count))]) : Task.CompletedTask;

    protected override void OnParametersSet()
    {
        var known = Look.Facets.Scores.Where(s => s.Max > s.Min).Select(s => s.Score).ToList();
        if (_scores.IsEmpty && known.Count > 0)
        {
            _scores = [known.Contains("quality") ? "quality" : known[0]];
        }

        // While a run fills, its strip is drawn again now and then, not with each frame.
        if (_stripVersion == 0 || Run.State.IsFinal() || Clock.GetElapsedTime(_stripAt) > StripEvery)
        {
            (_stripVersion, _stripAt) = (Look.Columns.Revision, Clock.GetTimestamp());
        }

        _summary = $"{Look.Columns.Count} frames, {Look.Order.Length} match, {Look.Scenes.Length} scenes, curves of {string.Join(", ", _scores.Select(Titles))}";
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/timeline.js");
            await _module.InvokeVoidAsync("create", _chart, _strips, Run.Id.ToString(), _self);
        }

        if (_module is not null && (_drawn.Columns != Look.Columns || _drawn.Scores != _scores))
        {
            _drawn = (Look.Columns, _scores);
            var columns = Look.Columns;
            var width = StripWidth(columns.Count);
            var curves = TimelineStrips.Curves(columns, _scores, Buckets);
            await _module.InvokeVoidAsync("draw", _chart, new
            {
                seconds = curves.Seconds,
                curves = curves.Values.Select((c, i) => new { title = Titles(_scores[i]), values = c }),
                scenes = Look.Scenes.Select(s => s.StartSeconds),
                end = Look.Scenes.IsEmpty ? 0 : Look.Scenes[^1].EndSeconds,
                pts = Enumerable.Range(0, width).Select(c => columns.Pts[TimelineStrips.FirstOf(c, columns.Count, width)]),
                times = Enumerable.Range(0, width).Select(c => columns.Seconds[TimelineStrips.FirstOf(c, columns.Count, width)]),
                states = TimelineStrips.States(columns, width),
                heat = TimelineStrips.Heat(columns, "quality", width),
                marks = TimelineStrips.Marks(columns, width),
            });
        }
    }

    private static int StripWidth(int count) => Math.Min(count, TimelineStrips.MostColumns);

    private void Switch(string score)
    {
        _scores = _scores.Contains(score) ? _scores.Length > 1 ? _scores.Remove(score) : _scores : [.. _scores.TakeLast(MostCurves - 1), score];
        OnParametersSet();
    }

    private Task TypedAsync() => OnSecondsAsync(_from ?? 0, _to ?? double.MaxValue);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _module.LeaveAsync("destroy", _chart);
        _self?.Dispose();
    }
}

/// <summary>What is drawn of columns: curves thinned to the lowest and highest of each bucket, and strips of single characters. Pure.</summary>
public static class TimelineStrips
{
    /// <summary>Most columns of a strip; beyond that frames share one.</summary>
    public const int MostColumns = 2000;

    /// <summary>The first frame of a column, when so many frames share so many columns evenly.</summary>
    public static int FirstOf(int column, int count, int width) => (int)((long)column * count / width);

    /// <summary>First and last PTS of the frames whose time lies in the stretch, both ends in; null when there are none.</summary>
    public static (long From, long To)? Between(RunColumns columns, double from, double to)
    {
        ArgumentNullException.ThrowIfNull(columns);
        (long, long)? found = null;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns.Seconds[i] >= from && columns.Seconds[i] <= to)
            {
                found = (found?.Item1 ?? columns.Pts[i], columns.Pts[i]);
            }
        }

        return found;
    }

    /// <summary>Two points a bucket: the lowest and the highest value of each score, in the order in which they come; null where nothing was measured.</summary>
    public static (double[] Seconds, double?[][] Values) Curves(RunColumns columns, ImmutableArray<string> scores, int buckets)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var width = Math.Min(columns.Count, buckets);
        var seconds = new double[2 * width];
        var values = scores.Select(_ => new double?[2 * width]).ToArray();
        for (var b = 0; b < width; b++)
        {
            var (from, to) = (FirstOf(b, columns.Count, width), FirstOf(b + 1, columns.Count, width));
            (seconds[2 * b], seconds[(2 * b) + 1]) = (columns.Seconds[from], to - from > 1 ? columns.Seconds[to - 1] : columns.Seconds[from]);
            for (var s = 0; s < scores.Length; s++)
            {
                if (columns.Scores.TryGetValue(scores[s], out var all) && Ends(all.AsSpan()[from..to]) is { } ends)
                {
                    (values[s][2 * b], values[s][(2 * b) + 1]) = ends;
                }
            }
        }

        return (seconds, values);
    }

    /// <summary>A digit a column: the place of the first frame's state.</summary>
    public static string States(RunColumns columns, int width) => Strip(columns, width, (from, to) => (char)('0' + (int)Most(columns, from, to)));

    /// <summary>A digit 0..9 a column: the best value among its frames within the run's range; a dash where nothing was measured.</summary>
    public static string Heat(RunColumns columns, string score, int width)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var sorted = columns.Sorted(score);
        if (sorted.IsEmpty)
        {
            return new string('-', width);
        }

        var (min, span) = (sorted[0], Math.Max(1e-9, sorted[^1] - sorted[0]));
        var values = columns.Scores[score];
        return Strip(columns, width, (from, to) => Ends(values.AsSpan()[from..to]) is { } ends ? (char)('0' + (int)Math.Min(9, (Math.Max(ends.First, ends.Last) - min) / span * 10)) : '-');
    }

    /// <summary>A letter a column: p picked, x rejected, s starred, a dash for none; a pick among its frames wins.</summary>
    public static string Marks(RunColumns columns, int width) => Strip(columns, width, (from, to) =>
    {
        var mark = '-';
        for (var i = from; i < to; i++)
        {
            mark = columns.Flags[i] switch { MarkFlag.Pick => 'p', _ when mark == 'p' => 'p', _ when columns.Stars[i] > 0 => 's', MarkFlag.Reject when mark == '-' => 'x', _ => mark };
        }

        return mark;
    });

    private static string Strip(RunColumns columns, int width, Func<int, int, char> letter) =>
        string.Create(width, (columns, letter), (text, of) =>
        {
            for (var c = 0; c < text.Length; c++)
            {
                text[c] = of.letter(FirstOf(c, of.columns.Count, text.Length), FirstOf(c + 1, of.columns.Count, text.Length));
            }
        });

    // What must be seen first: blocked and doubtful frames never hide behind their neighbours.
    private static FrameState Most(RunColumns columns, int from, int to)
    {
        var most = columns.States[from];
        for (var i = from; i < to; i++)
        {
            most = Weight(columns.States[i]) > Weight(most) ? columns.States[i] : most;
        }

        return most;
    }

    private static int Weight(FrameState state) => state switch { FrameState.Blocked => 4, FrameState.Selected => 3, FrameState.Pending => 2, FrameState.Allowed => 1, _ => 0 };

    private static (double First, double Last)? Ends(ReadOnlySpan<double> values)
    {
        var (low, high) = (-1, -1);
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsNaN(values[i]))
            {
                low = low < 0 || values[i] < values[low] ? i : low;
                high = high < 0 || values[i] > values[high] ? i : high;
            }
        }

        return low < 0 ? null : low <= high ? (values[low], values[high]) : (values[high], values[low]);
    }
}

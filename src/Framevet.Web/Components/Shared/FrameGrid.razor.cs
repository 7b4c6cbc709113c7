using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Shared;

/// <summary>A click on a frame of the grid, with its place in the present order.</summary>
public readonly record struct FrameClick(int Index, long Pts, bool IsToggle, bool IsRange);

/// <summary>
/// The part of a long list of frames that is near the window. gallery.js says how many columns fit and which rows are near; this class reads those rows. Focus and marks by key are
/// the script's: it knows the order around the window, so that they go on while the connection is away.
/// </summary>
public sealed partial class FrameGrid : ComponentBase, IAsyncDisposable
{
    // So many frames before and after the window can be marked without the server.
    private const int Known = 1500;
    private const int KnownMargin = 500;

    private ElementReference _grid;
    private IJSObjectReference? _module;
    private DotNetObjectReference<FrameGrid>? _self;
    private ImmutableDictionary<long, MarkedFrame> _loaded = ImmutableDictionary<long, MarkedFrame>.Empty;
    private (int From, int To) _told = (0, -1);
    private ImmutableArray<long> _toldOrder;
    private int _columns = 4;
    private double _rowHeight = 160;
    private int _firstRow;
    private int _rowCount;
    private double _height;
    private object? _key;
    private (int Size, int Version) _drawn;
    private int _reading;

    // What is loaded may have changed since; a reading that was overtaken leaves that to the next.
    private bool _isStale;
    private bool _follows;

    /// <summary>The run that the frames are of.</summary>
    [Parameter, EditorRequired]
    public required RunId Run { get; set; }

    /// <summary>The frames to show, by PTS, in order.</summary>
    [Parameter, EditorRequired]
    public required ImmutableArray<long> Order { get; set; }

    /// <summary>Reads rows of some frames.</summary>
    [Parameter, EditorRequired]
    public required Func<ImmutableArray<long>, Task<ImmutableDictionary<long, MarkedFrame>>> Read { get; set; }

    /// <summary>What is shown (filter and order); another key starts from the top.</summary>
    [Parameter, EditorRequired]
    public required object Key { get; set; }

    /// <summary>Raised when the same frames may have changed; they are read again where they stand.</summary>
    [Parameter]
    public int Version { get; set; }

    /// <summary>The frame that stands at the top at first; null = the first one.</summary>
    [Parameter]
    public long? Start { get; set; }

    [Parameter, EditorRequired]
    public required FrameSelection Selection { get; set; }

    /// <summary>Id of the score in the corner; quality when there is none of that id.</summary>
    [Parameter]
    public string Sort { get; set; } = "pts";

    /// <summary>Least width of a picture in px.</summary>
    [Parameter]
    public int Size { get; set; } = 180;

    /// <summary>One line that runs to the side, inside an element that scrolls; set once.</summary>
    [Parameter]
    public bool IsReel { get; set; }

    /// <summary>Whether <see cref="OnActive"/> is raised whenever the focus moves, not only with what needs it.</summary>
    [Parameter]
    public bool Follows { get; set; }

    /// <summary>Whether who looks may mark frames.</summary>
    [Parameter]
    public bool MayMark { get; set; }

    /// <summary>Frames that would go if a slider were let go now.</summary>
    [Parameter]
    public Func<FrameRow, bool>? Dims { get; set; }

    /// <summary>Size of the stack that a frame stands for.</summary>
    [Parameter]
    public IReadOnlyDictionary<long, int>? Stacks { get; set; }

    /// <summary>Where a frame opens.</summary>
    [Parameter, EditorRequired]
    public required Func<long, string> Href { get; set; }

    [Parameter]
    public EventCallback<FrameClick> OnClick { get; set; }

    [Parameter]
    public EventCallback<long> OnOpen { get; set; }

    [Parameter]
    public EventCallback<long> OnStack { get; set; }

    /// <summary>The frame with the focus is another one.</summary>
    [Parameter]
    public EventCallback<int> OnActive { get; set; }

    /// <summary>Somebody is in the grid with pointer or focus, or is there no more.</summary>
    [Parameter]
    public EventCallback<bool> OnHold { get; set; }

    /// <summary>A button asks for what a key does.</summary>
    [Parameter]
    public EventCallback<string> OnAct { get; set; }

    /// <summary>How many columns there are, for moving up and down.</summary>
    public int Columns => _columns;

    /// <summary>Called by gallery.js when the window shows other rows.</summary>
    [JSInvokable]
    public async Task OnViewportAsync(int columns, double rowHeight, int firstRow, int rowCount)
    {
        (_columns, _rowHeight, _firstRow, _rowCount) = (Math.Max(1, columns), rowHeight, firstRow, rowCount);
        SetHeight();
        StateHasChanged();
        var isWhole = !_isStale && InWindow().All(_loaded.ContainsKey);
        await ReadAsync(onlyMissing: true);
        if (!isWhole)
        {
            StateHasChanged();
        }

        await TellAsync();
    }

    /// <summary>Called by gallery.js: where the focus is, before it passes a key on.</summary>
    [JSInvokable]
    public Task OnActiveAsync(int index) => OnActive.InvokeAsync(index);

    /// <summary>
    /// Called by gallery.js: a frame is clicked. One listener of the grid instead of one of each cell, which every drawing would register anew; PTS as text, as a script's numbers have 53 bits.
    /// </summary>
    [JSInvokable]
    public Task OnClickAsync(int index, string pts, bool isToggle, bool isRange) => OnClick.InvokeAsync(new FrameClick(index, long.Parse(pts, CultureInfo.InvariantCulture), isToggle, isRange));

    /// <summary>Called by gallery.js: a frame is clicked twice.</summary>
    [JSInvokable]
    public Task OnOpenAsync(string pts) => OnOpen.InvokeAsync(long.Parse(pts, CultureInfo.InvariantCulture));

    /// <summary>Called by gallery.js: the button of a stack is pressed.</summary>
    [JSInvokable]
    public Task OnStackAsync(string pts) => OnStack.InvokeAsync(long.Parse(pts, CultureInfo.InvariantCulture));

    /// <summary>Called by gallery.js: a button that the script cannot serve alone.</summary>
    [JSInvokable]
    public Task OnActAsync(string action) => OnAct.InvokeAsync(action);

    /// <summary>Called by gallery.js: whether pointer or focus is in the grid.</summary>
    [JSInvokable]
    public Task OnHoldAsync(bool isHeld) => OnHold.InvokeAsync(isHeld);

    /// <summary>Scrolls to a frame and gives it the focus.</summary>
    public async Task FocusAsync(int index)
    {
        if (_module is not null)
        {
            await _module.InvokeVoidAsync("reveal", _grid, index);
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        SetHeight();
        if (_module is null)
        {
            return;
        }

        var isOther = !Equals(_key, Key);
        if (isOther || _drawn.Version != Version)
        {
            (_key, _drawn.Version) = (Key, Version);
            await ReadAsync(onlyMissing: false);
        }
        else if (_toldOrder != Order)
        {
            await ReadAsync(onlyMissing: true);
        }

        await TellAsync(isOther ? Math.Max(0, Place()) : -1);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _key = Key;
            _drawn = (Size, Version);
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/gallery.js");
            await _module.InvokeVoidAsync("attach", _grid, Size, Place(), new { run = Run.ToString(), mayMark = MayMark, reel = IsReel }, _self);
            await TellAsync(Math.Max(0, Place()));
        }
        else if (_drawn.Size != Size && _module is not null)
        {
            _drawn.Size = Size;
            await _module.InvokeVoidAsync("resize", _grid, Size);
        }

        if (_follows != Follows && _module is not null)
        {
            _follows = Follows;
            await _module.InvokeVoidAsync("follows", _grid, Follows);
        }
    }

    private int Place() => Start is { } pts ? Order.IndexOf(pts) : -1;

    private string Place(double at) => IsReel
        ? $"left:{Formats.Css(at)}px;width:{Formats.Css(_rowHeight)}px;grid-template-columns:minmax(0,1fr)"
        : $"top:{Formats.Css(at)}px;height:{Formats.Css(_rowHeight)}px;grid-template-columns:repeat({_columns},minmax(0,1fr))";

    private static string FlagOf(MarkedFrame item) => item.Mark?.Flag.ToString().ToLowerInvariant() ?? "none";

    private static string Words(MarkedFrame item, Look look)
    {
        var mark = item.Mark;
        var words = $"Frame at {Formats.Clock(item.Row.Seconds)}, {look.Word}, quality {Formats.Score(item.Row.Quality)}";
        return mark is null ? words
            : words + (mark.Stars > 0 ? $", {mark.Stars} stars" : "") + (mark.Flag is Pipeline.Culling.MarkFlag.None ? "" : $", {FlagOf(item)}ed") + (mark.Colour > 0 ? $", colour {mark.Colour}" : "")
            + (mark.Tags.IsEmpty ? "" : $", tags {string.Join(", ", mark.Tags)}");
    }

    private void SetHeight() => _height = Math.Ceiling(Order.Length / (double)_columns) * _rowHeight;

    private IEnumerable<long> InWindow() => Enumerable.Range(0, Math.Max(0, Math.Min(Order.Length, (_firstRow + _rowCount) * _columns) - (_firstRow * _columns))).Select(i => Order[(_firstRow * _columns) + i]);

    // The window, and as much again on either side: scrolling a little shows pictures at once.
    private ImmutableArray<long> Near()
    {
        var rows = Math.Max(1, _rowCount);
        var (from, to) = (Math.Max(0, _firstRow - (rows / 2)) * _columns, (_firstRow + rows + (rows / 2)) * _columns);
        return from >= Order.Length ? [] : Order[from..Math.Min(Order.Length, to)];
    }

    // While somebody scrolls fast several readings are under way; only the latest counts.
    private async Task ReadAsync(bool onlyMissing)
    {
        var near = Near();
        _isStale |= !onlyMissing;
        if (near.IsEmpty || (!_isStale && near.All(_loaded.ContainsKey)))
        {
            return;
        }

        var (mine, all) = (++_reading, _isStale);
        ImmutableArray<long> wanted = all ? near : [.. near.Where(pts => !_loaded.ContainsKey(pts))];
        var rows = await Read(wanted);
        if (mine == _reading)
        {
            // What is near stays, what was read comes in, what is far goes.
            _loaded = all ? rows : rows.AddRange(near.Where(pts => !rows.ContainsKey(pts) && _loaded.ContainsKey(pts)).Select(pts => KeyValuePair.Create(pts, _loaded[pts])));
            _isStale = false;
        }
    }

    private async Task TellAsync(int start = -1)
    {
        var middle = (_firstRow + (_rowCount / 2)) * _columns;
        var isFar = (middle - KnownMargin < _told.From && _told.From > 0) || (middle + KnownMargin > _told.To && _told.To < Order.Length);
        if (_module is not null && (_toldOrder != Order || isFar || start >= 0))
        {
            middle = start >= 0 ? start : middle;
            var (from, to) = (Math.Max(0, middle - Known), Math.Min(Order.Length, middle + Known));
            (_told, _toldOrder) = ((from, to), Order);
            await _module.InvokeVoidAsync("know", _grid, from, from < to ? Order[from..to] : [], Order.Length, start);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _module.LeaveAsync("detach", _grid);
        _self?.Dispose();
    }
}

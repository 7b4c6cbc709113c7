using System.Collections.Immutable;
using Framevet.Data.Queries;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Shared;

/// <summary>A click on a frame of the grid, with its place in the present order.</summary>
public readonly record struct FrameClick(int Index, long Pts, bool IsToggle, bool IsRange);

/// <summary>
/// The part of a long list of frames that is near the window. gallery.js says how many columns fit and which rows are near; this class reads
/// those rows and some around them.
/// </summary>
public sealed partial class FrameGrid : ComponentBase, IAsyncDisposable
{
    private ElementReference _grid;
    private IJSObjectReference? _module;
    private DotNetObjectReference<FrameGrid>? _self;
    private ImmutableArray<FrameRow> _loaded = [];
    private int _offset;
    private int _columns = 4;
    private double _rowHeight = 160;
    private int _firstRow;
    private int _rowCount;
    private double _height;
    private object? _key;
    private (int Size, int Version) _drawn;
    private int _reading;

    /// <summary>Frames that match.</summary>
    [Parameter, EditorRequired]
    public required int Total { get; set; }

    /// <summary>Reads rows: skip, take.</summary>
    [Parameter, EditorRequired]
    public required Func<int, int, Task<ImmutableArray<FrameRow>>> Read { get; set; }

    /// <summary>What is shown (filter and order); another key starts from the top.</summary>
    [Parameter, EditorRequired]
    public required object Key { get; set; }

    /// <summary>Raised when the same frames may have changed; they are read again where they stand.</summary>
    [Parameter]
    public int Version { get; set; }

    [Parameter, EditorRequired]
    public required FrameSelection Selection { get; set; }

    /// <summary>Place of the frame with the keyboard's focus.</summary>
    [Parameter]
    public int Active { get; set; }

    /// <summary>Id of the score in the corner; quality when sorted by time or rank.</summary>
    [Parameter]
    public string Sort { get; set; } = "pts";

    /// <summary>Least width of a picture in px.</summary>
    [Parameter]
    public int Size { get; set; } = 180;

    [Parameter]
    public EventCallback<FrameClick> OnClick { get; set; }

    [Parameter]
    public EventCallback<long> OnOpen { get; set; }

    /// <summary>How many columns there are, for moving up and down.</summary>
    public int Columns => _columns;

    /// <summary>Called by gallery.js when the window shows other rows.</summary>
    [JSInvokable]
    public async Task OnViewportAsync(int columns, double rowHeight, int firstRow, int rowCount)
    {
        (_columns, _rowHeight, _firstRow, _rowCount) = (Math.Max(1, columns), rowHeight, firstRow, rowCount);
        SetHeight();
        await EnsureAsync();
        StateHasChanged();
    }

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

        if (!Equals(_key, Key))
        {
            (_key, _loaded, _offset) = (Key, [], 0);
            await EnsureAsync();
        }
        else if (_drawn.Version != Version)
        {
            await ReadAsync(_offset, Math.Max(_loaded.Length, Window().Take));
        }

        _drawn.Version = Version;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _key = Key;
            _drawn = (Size, Version);
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/gallery.js");
            await _module.InvokeVoidAsync("attach", _grid, Size, _self);
        }
        else if (_drawn.Size != Size && _module is not null)
        {
            _drawn.Size = Size;
            await _module.InvokeVoidAsync("resize", _grid, Size);
        }
    }

    private FrameRow? At(int index) => index >= _offset && index < _offset + _loaded.Length ? _loaded[index - _offset] : null;

    private void SetHeight() => _height = Math.Ceiling(Total / (double)_columns) * _rowHeight;

    private (int Skip, int Take) Window() => (_firstRow * _columns, Math.Max(1, _rowCount * _columns));

    private async Task EnsureAsync()
    {
        var (skip, take) = Window();
        var end = Math.Min(Total, skip + take);
        if (Total > 0 && (skip < _offset || end > _offset + _loaded.Length))
        {
            await ReadAsync(Math.Max(0, skip - take), take * 3);
        }
    }

    // While somebody scrolls fast several readings are under way; only the latest counts.
    private async Task ReadAsync(int skip, int take)
    {
        var mine = ++_reading;
        var rows = await Read(skip, take);
        if (mine == _reading)
        {
            (_offset, _loaded) = (skip, rows);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null)
            {
                await _module.InvokeVoidAsync("detach", _grid);
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the browser is gone
        }

        _self?.Dispose();
    }
}

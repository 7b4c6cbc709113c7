using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// One pass over the rows of a frame from the top, as they become known, for all groups of sums at once: each row is looked at while it is in the nearest cache. The rows above those
/// of <see cref="Oldest"/> may be gone. Used by the thread that began it.
/// </summary>
internal ref struct PlanePass
{
    /// <summary>Rows that are looked at together: 16 rows of full HD stay in the first cache level.</summary>
    public const int Strip = 16;

    [ThreadStatic]
    private static int[]? _ownTables;

    private readonly ReadOnlySpan<byte> _luma;
    private readonly ReadOnlySpan<byte> _cb;
    private readonly ReadOnlySpan<byte> _cr;
    private readonly int _width;
    private readonly int _height;
    private readonly PairHistogram? _pairs;
    private readonly int[] _tables;
    private readonly PlaneTiles? _tiles;
    private WindowSums _windows;
    private GridSums _grid;
    private OpponentSums _colors;
    private int _known;
    private int _window = 1;
    private int _first;

    /// <summary>Begins with no row known. <paramref name="tiles"/>: where the group of that name goes, null when it is not wanted.</summary>
    public PlanePass(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, FrameLayout layout, PlaneGroups groups, PlaneTiles? tiles)
    {
        _luma = luma;
        _cb = cb;
        _cr = cr;
        (_width, _height, Groups, _tiles) = (layout.Width, layout.Height, groups, tiles);
        _pairs = groups.HasFlag(PlaneGroups.Levels) && layout.LumaBytes >= PairHistogram.Least ? PairHistogram.Rent() : null;
        _tables = _ownTables ??= new int[Histogram.Room];
        Array.Clear(_tables);
        tiles?.Begin(_width, _height);
    }

    /// <summary>The sums that are made.</summary>
    public PlaneGroups Groups { get; }

    /// <summary>The first row that is still needed.</summary>
    public readonly int Oldest => Math.Min(_known == 0 ? 0 : _known - 1, Math.Min(Groups.HasFlag(PlaneGroups.Windows) ? _window - 1 : _known, _tiles?.Oldest(_known) ?? _known));

    /// <summary>Sums over all 3x3 windows, once all rows are known.</summary>
    public readonly WindowSums Windows => _windows;

    /// <summary>Sums over all pairs of neighbours, once all rows are known.</summary>
    public readonly GridSums Grid => _grid;

    /// <summary>Colourfulness, once all rows are known.</summary>
    public readonly double Colorfulness => _colors.Colorfulness((_width + 1) / 2 * ((_height + 1) / 2));

    /// <summary>The planes now begin with row <paramref name="first"/>, an even number, and not with the first of the frame.</summary>
    public void MovedTo(int first) => _first = first;

    /// <summary>Rows above <paramref name="end"/> are known, with the chroma rows beside them; an even number unless it is the last row.</summary>
    public void Rows(int end)
    {
        while (_known < end)
        {
            var top = _known;
            _known = Math.Min(end, top + Strip);
            Levels(top);
            Windows3x3();
            for (var y = top; Groups.HasFlag(PlaneGroups.Grid) && y < _known; y++)
            {
                _grid.AddRow(Luma(y, 1), y == 0 ? [] : Luma(y - 1, 1), y);
            }

            for (var y = top; Groups.HasFlag(PlaneGroups.Colors) && y < _known; y += 2)
            {
                AddColors(y);
            }

            _tiles?.Fill(_luma, _first, _known);
        }
    }

    /// <summary>Writes the counts per level [256], once all rows are known.</summary>
    public readonly void Join(Span<int> counts)
    {
        Histogram.Join(_tables, counts);
        _pairs?.Join(counts);
    }

    private readonly void Levels(int top)
    {
        var rows = Luma(top, _known - top);
        if (_pairs is not null)
        {
            _pairs.Add(rows);
        }
        else if (Groups.HasFlag(PlaneGroups.Levels))
        {
            Histogram.Add(rows, _tables);
        }
    }

    // A window needs the row below, so these are always one row behind.
    private void Windows3x3()
    {
        for (; Groups.HasFlag(PlaneGroups.Windows) && _width > 2 && _window < _known - 1; _window++)
        {
            WindowRow.Add(Luma(_window - 1, 3), _width, ref _windows);
        }
    }

    /// <summary>Rows <paramref name="y"/>, which is even, and the next, with the chroma row that they share.</summary>
    private void AddColors(int y)
    {
        var chroma = (_width + 1) / 2;
        var at = (y - _first) / 2 * chroma;
        _colors.AddRow(Luma(y, 1), Luma(Math.Min(y + 1, _height - 1), 1), _cb.Slice(at, chroma), _cr.Slice(at, chroma));
    }

    private readonly ReadOnlySpan<byte> Luma(int y, int rows) => _luma.Slice((y - _first) * _width, rows * _width);
}

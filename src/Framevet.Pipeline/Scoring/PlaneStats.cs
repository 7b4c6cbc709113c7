namespace Framevet.Pipeline.Scoring;

/// <summary>
/// What the classical scores of one Y plane are computed from. Groups are filled when first asked for, together and in one pass over the
/// rows while they are in the cache; asking from several threads is safe. Objects are reused from frame to frame.
/// </summary>
public sealed class PlaneStats
{
    // Rows that are looked at together: 16 rows of full HD stay in the first cache level.
    private const int Strip = 16;

    private readonly Lock _filling = new();
    private readonly int[] _counts = new int[Histogram.Levels];
    private WindowSums _windows;
    private GridSums _grid;
    private int _done;

    /// <summary>Pixels whose 3x3 window lies in the plane; 0 for planes below 3x3.</summary>
    internal int InnerPixels { get; private set; }

    /// <summary>Pixels per level.</summary>
    internal ReadOnlySpan<int> Counts => _counts;

    /// <summary>Sums of values and squares.</summary>
    internal PlaneSums Sums { get; private set; }

    /// <summary>Sums over all 3x3 windows.</summary>
    internal WindowSums Windows => _windows;

    /// <summary>Sums over all pairs of neighbours.</summary>
    internal GridSums Grid => _grid;

    /// <summary>Forgets everything; the next plane follows.</summary>
    internal void Clear() => _done = 0;

    /// <summary>Fills those of the groups that are still missing. The plane must be the same in every call until <see cref="Clear"/>.</summary>
    internal void Fill(ReadOnlySpan<byte> luma, int width, int height, PlaneGroups groups)
    {
        if (((PlaneGroups)Volatile.Read(ref _done) & groups) == groups)
        {
            return;
        }

        lock (_filling)
        {
            var missing = groups & ~(PlaneGroups)_done;
            InnerPixels = Math.Max(0, width - 2) * Math.Max(0, height - 2);
            Measure(luma, width, height, missing);
            Volatile.Write(ref _done, _done | (int)missing);
        }
    }

    /// <summary>All groups in plain form: what <see cref="Fill"/> is tested against.</summary>
    internal void FillPlain(ReadOnlySpan<byte> luma, int width, int height)
    {
        InnerPixels = Math.Max(0, width - 2) * Math.Max(0, height - 2);
        Array.Clear(_counts);
        Histogram.AddPlain(luma, _counts);
        Sums = Histogram.Sums(_counts);
        _windows = default;
        for (var y = 1; y < height - 1; y++)
        {
            WindowRow.AddPlain(luma.Slice((y - 1) * width, 3 * width), width, 1, ref _windows);
        }

        _grid = GridSums.OfPlain(luma, width, height);
        _done = (int)(PlaneGroups.Levels | PlaneGroups.Windows | PlaneGroups.Grid);
    }

    private void Measure(ReadOnlySpan<byte> luma, int width, int height, PlaneGroups groups)
    {
        Span<int> tables = stackalloc int[Histogram.Room];
        tables.Clear();
        var (windows, grid) = (default(WindowSums), default(GridSums));
        for (var top = 0; top < height; top += Strip)
        {
            var end = Math.Min(height, top + Strip);
            if (groups.HasFlag(PlaneGroups.Levels))
            {
                Histogram.Add(luma[(top * width)..(end * width)], tables);
            }

            for (var y = Math.Max(1, top); groups.HasFlag(PlaneGroups.Windows) && width > 2 && y < Math.Min(height - 1, end); y++)
            {
                WindowRow.Add(luma.Slice((y - 1) * width, 3 * width), width, ref windows);
            }

            for (var y = top; groups.HasFlag(PlaneGroups.Grid) && y < end; y++)
            {
                grid.AddRow(luma.Slice(y * width, width), y == 0 ? [] : luma.Slice((y - 1) * width, width), y);
            }
        }

        Keep(tables, windows, grid, groups);
    }

    private void Keep(ReadOnlySpan<int> tables, WindowSums windows, GridSums grid, PlaneGroups groups)
    {
        if (groups.HasFlag(PlaneGroups.Levels))
        {
            Histogram.Join(tables, _counts);
            Sums = Histogram.Sums(_counts);
        }

        _windows = groups.HasFlag(PlaneGroups.Windows) ? windows : _windows;
        _grid = groups.HasFlag(PlaneGroups.Grid) ? grid : _grid;
    }
}

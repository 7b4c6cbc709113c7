using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// What the classical scores of one frame are computed from. Groups are filled when first asked for, together and in one pass over the
/// rows while they are in the cache; asking from several threads is safe. Objects are reused from frame to frame.
/// </summary>
public sealed class PlaneStats
{
    // Rows that are looked at together: 16 rows of full HD stay in the first cache level.
    private const int Strip = 16;

    private readonly Lock _filling = new();
    private readonly int[] _counts = new int[Histogram.Levels];
    private PlaneTiles? _tiles;
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

    /// <summary>Means of 64x64 tiles, row-major; empty before anybody asked for them.</summary>
    internal ReadOnlySpan<float> Tiles => _tiles is null ? [] : _tiles.Means;

    /// <summary>Colourfulness.</summary>
    internal double Colors { get; private set; }

    /// <summary>Forgets everything; the next plane follows.</summary>
    internal void Clear() => _done = 0;

    /// <summary>Fills those of the groups that are still missing, but no colours. The plane must be the same in every call until <see cref="Clear"/>.</summary>
    internal void Fill(ReadOnlySpan<byte> luma, int width, int height, PlaneGroups groups) => Fill(new Planes(luma, [], [], width, height), groups & ~PlaneGroups.Colors);

    /// <summary>Fills those of the groups that are still missing. The frame must be the same in every call until <see cref="Clear"/>.</summary>
    internal void Fill(in Frame frame, PlaneGroups groups) => Fill(new Planes(frame.Luma, frame.Cb, frame.Cr, frame.Layout.Width, frame.Layout.Height), groups);

    private void Fill(Planes planes, PlaneGroups groups)
    {
        if (((PlaneGroups)Volatile.Read(ref _done) & groups) == groups)
        {
            return;
        }

        lock (_filling)
        {
            var missing = groups & ~(PlaneGroups)_done;
            InnerPixels = Math.Max(0, planes.Width - 2) * Math.Max(0, planes.Height - 2);
            Measure(planes, missing);
            Volatile.Write(ref _done, _done | (int)missing);
        }
    }

    /// <summary>All groups in plain form: what the fast form is tested against.</summary>
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

    private void Measure(Planes planes, PlaneGroups groups)
    {
        var luma = planes.Luma;
        var (width, height) = (planes.Width, planes.Height);
        Span<int> tables = stackalloc int[Histogram.Room];
        tables.Clear();
        var pairs = groups.HasFlag(PlaneGroups.Levels) && luma.Length >= PairHistogram.Least ? PairHistogram.Rent() : null;
        var (windows, grid, colors) = (default(WindowSums), default(GridSums), default(OpponentSums));
        var tiles = groups.HasFlag(PlaneGroups.Tiles) ? _tiles ??= new PlaneTiles() : null;
        tiles?.Begin(width, height);
        for (var top = 0; top < height; top += Strip)
        {
            var end = Math.Min(height, top + Strip);
            if (pairs is not null)
            {
                pairs.Add(luma[(top * width)..(end * width)]);
            }
            else if (groups.HasFlag(PlaneGroups.Levels))
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

            for (var y = top; groups.HasFlag(PlaneGroups.Colors) && y < end; y += 2)
            {
                planes.AddColors(y, ref colors);
            }

            tiles?.Fill(luma, end);
        }

        if (groups.HasFlag(PlaneGroups.Levels))
        {
            Histogram.Join(tables, _counts);
            pairs?.Join(_counts);
            Sums = Histogram.Sums(_counts);
        }

        Colors = groups.HasFlag(PlaneGroups.Colors) ? colors.Colorfulness(planes.Cb.Length) : Colors;
        Keep(windows, grid, groups);
    }

    private void Keep(WindowSums windows, GridSums grid, PlaneGroups groups)
    {

        _windows = groups.HasFlag(PlaneGroups.Windows) ? windows : _windows;
        _grid = groups.HasFlag(PlaneGroups.Grid) ? grid : _grid;
    }

    private readonly ref struct Planes(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, int width, int height)
    {
        public readonly ReadOnlySpan<byte> Luma = luma;
        public readonly ReadOnlySpan<byte> Cb = cb;
        public readonly ReadOnlySpan<byte> Cr = cr;
        public readonly int Width = width;
        public readonly int Height = height;

        /// <summary>Rows <paramref name="y"/>, which is even, and the next, with the chroma row that they share.</summary>
        public void AddColors(int y, ref OpponentSums colors)
        {
            var chroma = (Width + 1) / 2;
            var below = Math.Min(y + 1, Height - 1);
            colors.AddRow(Luma.Slice(y * Width, Width), Luma.Slice(below * Width, Width), Cb.Slice(y / 2 * chroma, chroma), Cr.Slice(y / 2 * chroma, chroma));
        }
    }
}

using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// What the classical scores of one frame are computed from. Groups are filled when first asked for, together and in one pass over the
/// rows while they are in the cache; asking from several threads is safe. Objects are reused from frame to frame.
/// </summary>
public sealed class PlaneStats
{
    /// <summary>Memory of an object with all groups, in bytes, roughly.</summary>
    internal const int Bytes = (PlaneTiles.Side * PlaneTiles.Side * sizeof(float)) + (Histogram.Levels * sizeof(int)) + 2048;

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

    /// <summary>Whether these groups are filled.</summary>
    internal bool Has(PlaneGroups groups) => ((PlaneGroups)Volatile.Read(ref _done) & groups) == groups;

    /// <summary>Fills those of the groups that are still missing, but no colours. The plane must be the same in every call until <see cref="Clear"/>.</summary>
    internal void Fill(ReadOnlySpan<byte> luma, int width, int height, PlaneGroups groups) => Fill(luma, [], [], new FrameLayout(width, height), groups & ~PlaneGroups.Colors);

    /// <summary>Fills those of the groups that are still missing. The frame must be the same in every call until <see cref="Clear"/>.</summary>
    internal void Fill(in Frame frame, PlaneGroups groups) => Fill(frame.Luma, frame.Cb, frame.Cr, frame.Layout, groups);

    /// <summary>A pass over planes whose rows are just being written, by the one who writes them and before anybody else knows of the frame; ends with <see cref="Keep"/>.</summary>
    internal PlanePass Begin(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, FrameLayout layout, PlaneGroups groups)
    {
        InnerPixels = Math.Max(0, layout.Width - 2) * Math.Max(0, layout.Height - 2);
        return new PlanePass(luma, cb, cr, layout, groups, groups.HasFlag(PlaneGroups.Tiles) ? _tiles ??= new PlaneTiles() : null);
    }

    /// <summary>Takes the sums of a pass that has seen all rows.</summary>
    internal void Keep(in PlanePass pass)
    {
        var groups = pass.Groups;
        if (groups.HasFlag(PlaneGroups.Levels))
        {
            pass.Join(_counts);
            Sums = Histogram.Sums(_counts);
        }

        Colors = groups.HasFlag(PlaneGroups.Colors) ? pass.Colorfulness : Colors;
        _windows = groups.HasFlag(PlaneGroups.Windows) ? pass.Windows : _windows;
        _grid = groups.HasFlag(PlaneGroups.Grid) ? pass.Grid : _grid;
        Volatile.Write(ref _done, _done | (int)groups);
    }

    private void Fill(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, FrameLayout layout, PlaneGroups groups)
    {
        if (Has(groups))
        {
            return;
        }

        lock (_filling)
        {
            var pass = Begin(luma, cb, cr, layout, groups & ~(PlaneGroups)_done);
            pass.Rows(layout.Height);
            Keep(in pass);
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
}

using System.Buffers;

namespace Framevet.Pipeline.Scoring;

/// <summary>Area averages of a plane on a grid of 64x64 tiles, filled from the top as rows become known: what fingerprint and motion look at. Reused from plane to plane.</summary>
internal sealed class PlaneTiles
{
    /// <summary>Tiles a side.</summary>
    public const int Side = 64;

    private readonly float[] _means = new float[Side * Side];
    private readonly Cover[] _columns = new Cover[Side];
    private readonly Cover[] _rows = new Cover[Side];
    private (int Width, int Height) _size;
    private float _scale;
    private int _next;

    /// <summary>Means [64 x 64], row-major, 0..255.</summary>
    public ReadOnlySpan<float> Means => _means;

    /// <summary>Starts a plane of this size.</summary>
    public void Begin(int width, int height)
    {
        _next = 0;
        if (_size == (width, height))
        {
            return;
        }

        _size = (width, height);
        var (stepX, stepY) = ((double)width / Side, (double)height / Side);
        _scale = (float)(1 / stepX / stepY);
        for (var i = 0; i < Side; i++)
        {
            _columns[i] = Cover.Of(i, stepX, width);
            _rows[i] = Cover.Of(i, stepY, height);
        }
    }

    /// <summary>The first source row that is still needed, <paramref name="known"/> when none is.</summary>
    public int Oldest(int known) => _next == Side ? known : Math.Max(0, _rows[_next].First - 1);

    /// <summary>Fills the rows of tiles that lie wholly above source row <paramref name="end"/>; <paramref name="plane"/> begins with row <paramref name="first"/>.</summary>
    public void Fill(ReadOnlySpan<byte> plane, int first, int end)
    {
        var rented = ArrayPool<float>.Shared.Rent(_size.Width);
        for (; _next < Side && Needs(_rows[_next]) <= end; _next++)
        {
            var rows = _rows[_next] with { First = _rows[_next].First - first, End = _rows[_next].End - first };
            AreaScaler.Row(plane, rows, _columns, _scale, rented.AsSpan(0, _size.Width), _means.AsSpan(_next * Side, Side));
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private static int Needs(Cover rows) => rows.Behind > 0 ? rows.End + 1 : Math.Max(rows.End, rows.First);
}

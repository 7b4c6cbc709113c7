using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Which part of a frame is the subject, coarsely: <paramref name="Width"/> x <paramref name="Height"/> cells over the whole upright frame. <paramref name="Runs"/>: lengths of stretches of cells,
/// line by line from the top left corner, outside and inside in turn, the first one outside (and maybe 0); together as many as there are cells.
/// </summary>
public sealed record FrameMask(int Width, int Height, ImmutableArray<int> Runs)
{
    /// <summary>Cells along the longer side: an outline that people recognise, in some hundred bytes a frame.</summary>
    public const int LongSide = 96;

    /// <summary>From levels 0..255 of each pixel, row-major, inside from 128 on by the mean of the pixels of a cell; null when no cell is inside.</summary>
    public static FrameMask? From(ReadOnlySpan<byte> levels, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(levels.Length, width * height);
        var scale = Math.Min(1, (double)LongSide / Math.Max(width, height));
        var (across, down) = (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
        var runs = ImmutableArray.CreateBuilder<int>();
        var (isInside, length) = (false, 0);
        for (var y = 0; y < down; y++)
        {
            for (var x = 0; x < across; x++)
            {
                if (IsInside(levels, width, x * width / across, (x + 1) * width / across, y * height / down, (y + 1) * height / down) != isInside)
                {
                    runs.Add(length);
                    (isInside, length) = (!isInside, 0);
                }

                length++;
            }
        }

        runs.Add(length);
        return runs.Count == 1 ? null : new FrameMask(across, down, runs.ToImmutable());
    }

    /// <summary>Stretches inside as (column, line, length), in lines from the top.</summary>
    public IEnumerable<(int X, int Y, int Length)> Lines()
    {
        var cell = 0;
        for (var i = 0; i < Runs.Length; i++)
        {
            for (var rest = i % 2 == 1 ? Runs[i] : 0; rest > 0;)
            {
                var (x, y) = (cell % Width, cell / Width);
                var length = Math.Min(rest, Width - x);
                yield return (x, y, length);
                (cell, rest) = (cell + length, rest - length);
            }

            cell += i % 2 == 0 ? Runs[i] : 0;
        }
    }

    /// <summary>The inside as a path of SVG in a box of <see cref="Width"/> x <see cref="Height"/>.</summary>
    public string ToPath()
    {
        var path = new StringBuilder();
        foreach (var (x, y, length) in Lines())
        {
            path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h{length}v1h-{length}z");
        }

        return path.ToString();
    }

    /// <summary>Whether each pixel of a picture of that size lies inside, row-major; cells are not smoothed.</summary>
    public bool[] At(int width, int height)
    {
        var cells = new bool[Width * Height];
        foreach (var (x, y, length) in Lines())
        {
            cells.AsSpan((y * Width) + x, length).Fill(true);
        }

        var inside = new bool[width * height];
        for (var i = 0; i < inside.Length; i++)
        {
            inside[i] = cells[(i / width * Height / height * Width) + (i % width * Width / width)];
        }

        return inside;
    }

    private static bool IsInside(ReadOnlySpan<byte> levels, int width, int left, int right, int top, int bottom)
    {
        var sum = 0L;
        for (var y = top; y < bottom; y++)
        {
            foreach (var level in levels[((y * width) + left)..((y * width) + right)])
            {
                sum += level;
            }
        }

        return sum >= 128L * (right - left) * (bottom - top);
    }
}

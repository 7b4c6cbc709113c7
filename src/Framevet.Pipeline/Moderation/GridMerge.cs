using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Moderation;

/// <summary>A frame that goes into a grid.</summary>
public sealed record GridMember(Pts Pts, RgbImage Picture);

/// <summary>Where a frame lies in a grid, in pixels from the top left corner.</summary>
public sealed record GridCell(Pts Pts, int X, int Y, int Width, int Height);

/// <summary>A grid as JPEG with the list of the frames in it: a verdict on the grid is a verdict on these, never on "frame number of the grid".</summary>
public sealed record Grid(byte[] Jpeg, int Width, int Height, int Quality, ImmutableArray<GridCell> Cells);

/// <summary>
/// Merges consecutive frames into one picture, so that a service which is paid per picture looks at several at once. Layout of the prior system
/// PyFrame: two per row, each at most 2560 px and only ever made smaller, cells as large as the largest member, black around. Its limits are those
/// of the common image services: <see cref="GridLimits"/>. Thread-safe.
/// </summary>
public sealed class GridMerge(JpegCodec jpeg, GridLimits limits)
{
    private const int PerRow = 2;
    private const int MaxCell = 2560;

    /// <summary>From the quality of the prior system downwards; below the last one size goes instead.</summary>
    private static readonly int[] Qualities = [95, 90, 85, 75, 65];

    /// <summary>Grids of <paramref name="perGrid"/> frames in the order given; the last may hold fewer.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when a grid cannot be brought within the limits.</exception>
    public IEnumerable<Grid> Merge(IEnumerable<GridMember> members, int perGrid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perGrid, 1);
        return members.Chunk(perGrid).Select(MergeOne);
    }

    /// <summary>One grid of all members.</summary>
    /// <exception cref="VettingException">As <see cref="Merge"/>.</exception>
    public Grid MergeOne(IReadOnlyList<GridMember> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentOutOfRangeException.ThrowIfLessThan(members.Count, 1, nameof(members));
        var columns = Math.Min(PerRow, members.Count);
        var rows = (members.Count + PerRow - 1) / PerRow;
        var cell = Math.Min(MaxCell, limits.MaxSide / Math.Max(columns, rows));
        while (cell >= 1)
        {
            var (picture, cells) = Draw(members, columns, rows, cell);
            foreach (var quality in Qualities)
            {
                var bytes = jpeg.Encode(picture, quality);
                if (bytes.Length <= limits.MaxBytes)
                {
                    return new Grid(bytes, picture.Width, picture.Height, quality, cells);
                }
            }

            // From the size in use, which may be far below the size allowed.
            var used = Math.Max(picture.Width / columns, picture.Height / rows);
            if (used <= limits.MinSide)
            {
                break;
            }

            cell = Math.Max(limits.MinSide, used * 3 / 4);
        }

        throw new VettingException(FailureCode.UnsupportedMedia, $"A grid of {members.Count} frames cannot be made smaller than {limits.MaxBytes} bytes.");
    }

    private (RgbImage Picture, ImmutableArray<GridCell> Cells) Draw(IReadOnlyList<GridMember> members, int columns, int rows, int cell)
    {
        RgbImage[] small = [.. members.Select(m => RgbScaler.Within(m.Picture, cell, cell))];
        var (width, height) = (small.Max(s => s.Width), small.Max(s => s.Height));

        // A picture below the least side gets black around it: enlarging would invent detail.
        var canvasWidth = Math.Max(limits.MinSide, columns * width);
        var canvasHeight = Math.Max(limits.MinSide, rows * height);
        var canvas = new RgbImage(canvasWidth, canvasHeight, new byte[canvasWidth * canvasHeight * 3]);
        var cells = ImmutableArray.CreateBuilder<GridCell>(members.Count);
        for (var i = 0; i < small.Length; i++)
        {
            var (x, y) = (i % columns * width, i / columns * height);
            RgbScaler.Paste(small[i], canvas, x, y);
            cells.Add(new GridCell(members[i].Pts, x, y, small[i].Width, small[i].Height));
        }

        return (canvas, cells.MoveToImmutable());
    }
}

/// <summary>What a service takes. The defaults are Amazon Rekognition's: 5 MiB of bytes inside a request, sides of 80..10,000 px.</summary>
public sealed record GridLimits(int MaxBytes = 5_242_880, int MinSide = 80, int MaxSide = 10_000);

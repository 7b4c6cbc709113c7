using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class GridMergeSpecs
{
    private static readonly TimeBase Base = new(1, 1000);
    private readonly JpegCodec _jpeg = new();

    [Fact]
    public void Trap_06_every_cell_of_a_grid_names_its_frame()
    {
        GridMember[] members = [.. Enumerable.Range(0, 5).Select(i => Flat(i * 700, 60, 40, (byte)(40 * (i + 1))))];

        Grid[] grids = [.. new GridMerge(_jpeg, new GridLimits()).Merge(members, 4)];

        grids.Select(g => g.Cells.Length).ShouldBe([4, 1]);
        grids.SelectMany(g => g.Cells).Select(c => c.Pts.Value).ShouldBe([0, 700, 1400, 2100, 2800]);
        foreach (var grid in grids)
        {
            var picture = _jpeg.Decode(grid.Jpeg, 10_000);
            foreach (var cell in grid.Cells)
            {
                var wanted = members.Single(m => m.Pts == cell.Pts).Picture.Pixels[0];
                Math.Abs(At(picture, cell.X + (cell.Width / 2), cell.Y + (cell.Height / 2)) - wanted).ShouldBeLessThanOrEqualTo(3);
            }
        }
    }

    [Fact]
    public void Cells_stand_two_in_a_row_as_large_as_the_largest_on_black()
    {
        var grid = new GridMerge(_jpeg, new GridLimits()).MergeOne([Flat(1, 200, 100, 255), Flat(2, 100, 160, 255), Flat(3, 120, 120, 255)]);

        (grid.Width, grid.Height).ShouldBe((400, 320));
        grid.Cells.Select(c => (c.X, c.Y, c.Width, c.Height)).ShouldBe([(0, 0, 200, 100), (200, 0, 100, 160), (0, 160, 120, 120)]);
        var picture = _jpeg.Decode(grid.Jpeg, 10_000);
        At(picture, 350, 80).ShouldBeLessThan(10);
        At(picture, 300, 300).ShouldBeLessThan(10);
        At(picture, 100, 50).ShouldBeGreaterThan(245);
    }

    [Fact]
    public void Members_are_only_made_smaller_and_keep_their_aspect()
    {
        var grid = new GridMerge(_jpeg, new GridLimits()).MergeOne([Flat(1, 3000, 1500, 90), Flat(2, 300, 150, 90)]);

        grid.Cells.Select(c => (c.Width, c.Height)).ShouldBe([(2560, 1280), (300, 150)]);
    }

    [Theory]
    [InlineData(5_242_880)]
    [InlineData(400_000)]
    [InlineData(60_000)]
    public void Trap_28_a_grid_is_brought_below_the_byte_limit_by_quality_then_size(int maxBytes)
    {
        GridMember[] members = [.. Enumerable.Range(0, 2).Select(i => Noise(i, 1600, 1200))];

        var grid = new GridMerge(_jpeg, new GridLimits(maxBytes)).MergeOne(members);

        grid.Jpeg.Length.ShouldBeLessThanOrEqualTo(maxBytes);
        grid.Cells.Length.ShouldBe(2);
        if (maxBytes < 500_000)
        {
            grid.Width.ShouldBeLessThan(3200);
            grid.Quality.ShouldBeGreaterThanOrEqualTo(65);
        }

        var ratio = grid.Cells[0].Width / (double)grid.Cells[0].Height;
        ratio.ShouldBe(4 / 3.0, 0.02);
    }

    [Fact]
    public void Trap_28_sides_stay_within_the_limits_of_the_service()
    {
        var tall = new GridMerge(_jpeg, new GridLimits()).MergeOne([.. Enumerable.Range(0, 9).Select(i => Flat(i, 16, 2600, 128))]);
        var tiny = new GridMerge(_jpeg, new GridLimits()).MergeOne([Flat(1, 20, 10, 200)]);

        tall.Height.ShouldBeLessThanOrEqualTo(10_000);
        Math.Min(tiny.Width, tiny.Height).ShouldBeGreaterThanOrEqualTo(80);
        tiny.Cells[0].ShouldBe(new GridCell(new Pts(1, Base), 0, 0, 20, 10));
    }

    [Fact]
    public void A_limit_that_nothing_can_meet_is_told() =>
        Should.Throw<VettingException>(() => new GridMerge(_jpeg, new GridLimits(100)).MergeOne([Noise(1, 200, 200)])).Code.ShouldBe(FailureCode.UnsupportedMedia);

    private static int At(RgbImage picture, int x, int y) => picture.Pixels[((y * picture.Width) + x) * 3];

    private static GridMember Flat(long pts, int width, int height, byte gray)
    {
        var pixels = new byte[width * height * 3];
        pixels.AsSpan().Fill(gray);
        return new GridMember(new Pts(pts, Base), new RgbImage(width, height, pixels));
    }

    private static GridMember Noise(int seed, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return new GridMember(new Pts(seed, Base), new RgbImage(width, height, pixels));
    }
}

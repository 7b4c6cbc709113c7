using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scoring;

public sealed class PlaneStatsSpecs
{
    public static TheoryData<int> Widths => [3, 17, 19, 33, 34, 35, 64, 66, 97, 161, 320];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_form_of_a_row_gives_the_same_integers(int width)
    {
        var rows = Pictures.Noise(width, 3, width).Pixels;
        var (plain, narrow, fast) = (default(WindowSums), default(WindowSums), default(WindowSums));

        WindowRow.AddPlain(rows, width, 1, ref plain);
        WindowRow.AddPlain(rows, width, WindowRow.AddNarrow(rows, width, 1, ref narrow), ref narrow);
        WindowRow.Add(rows, width, ref fast);

        foreach (var sums in new[] { narrow, fast })
        {
            (sums with { SobelLengths = 0 }).ShouldBe(plain with { SobelLengths = 0 });
            sums.SobelLengths.ShouldBe(plain.SobelLengths, 1e-6 * plain.SobelLengths);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_grid_sums_equal_the_plain_ones(int width)
    {
        var picture = Pictures.Noise(width, 21, width);
        var stats = new PlaneStats();

        stats.Fill(picture.Pixels, width, 21, PlaneGroups.Grid);

        stats.Grid.ShouldBe(GridSums.OfPlain(picture.Pixels, width, 21));
    }

    [Fact]
    public void Groups_asked_for_one_after_the_other_equal_those_of_one_pass()
    {
        var picture = Pictures.Scene(161, 91, 4);
        var (together, apart) = (new PlaneStats(), new PlaneStats());

        together.Fill(picture.Pixels, 161, 91, PlaneGroups.Levels | PlaneGroups.Windows | PlaneGroups.Grid);
        apart.Fill(picture.Pixels, 161, 91, PlaneGroups.Grid);
        apart.Fill(picture.Pixels, 161, 91, PlaneGroups.Levels);
        apart.Fill(picture.Pixels, 161, 91, PlaneGroups.Windows);

        apart.Windows.ShouldBe(together.Windows);
        apart.Sums.ShouldBe(together.Sums);
        apart.Grid.ShouldBe(together.Grid);
        apart.Counts.SequenceEqual(together.Counts).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(25, 10)]
    [InlineData(25.1, 20)]
    [InlineData(75, 20)]
    [InlineData(100, 30)]
    public void A_percentile_is_the_smallest_level_with_that_share_at_or_below(double percent, int level)
    {
        var counts = new int[Histogram.Levels];
        (counts[10], counts[20], counts[30]) = (1, 2, 1);

        Histogram.Percentile(counts, percent).ShouldBe(level);
    }

    [Fact]
    public void Statistics_and_masks_stay_with_their_frame_when_others_are_dropped()
    {
        var pool = new FramePool();
        using (var batch = Picture.Batch(pool, Pictures.Flat(32, 32, 10), Pictures.Flat(32, 32, 20), Pictures.Flat(32, 32, 30)))
        {
            batch.Stats(2, PlaneGroups.Levels);
            batch.AddMask(2).Span.Fill(200);

            batch.Compact((in Frame frame) => frame.Index != 0);

            batch.Stats(0, PlaneGroups.Levels).Sums.Mean.ShouldBe(20);
            batch.Stats(1, PlaneGroups.Levels).Sums.Mean.ShouldBe(30);
            batch[0].Mask.IsEmpty.ShouldBeTrue();
            batch[1].Mask.Span[5].ShouldBe((byte)200);
        }

        using (var next = Picture.Batch(pool, Pictures.Flat(32, 32, 40)))
        {
            next.Stats(0, PlaneGroups.Levels).Sums.Mean.ShouldBe(40);
        }

        pool.Outstanding.ShouldBe(0);
    }
}

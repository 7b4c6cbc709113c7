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

    [Theory]
    [InlineData(1000, 500)]
    [InlineData(1001, 503)]
    [InlineData(1920, 1080)]
    public void Counting_pairs_gives_the_same_histogram(int width, int height)
    {
        // A scene, noise, and a black bar, whose blocks are counted as a whole.
        var picture = Pictures.Scene(width, height, 3);
        Pictures.Noise(width, height / 3, 5).Pixels.CopyTo(picture.Pixels, 0);
        Array.Fill(picture.Pixels, (byte)16, width * height / 2, (width * height / 5) + 7);
        var (fast, plain) = (new PlaneStats(), new PlaneStats());
        picture.Pixels.Length.ShouldBeGreaterThanOrEqualTo(PairHistogram.Least);

        for (var again = 0; again < 2; again++)
        {
            fast.Clear();
            fast.Fill(picture.Pixels, width, height, PlaneGroups.Levels);
            plain.FillPlain(picture.Pixels, width, height);

            fast.Counts.SequenceEqual(plain.Counts).ShouldBeTrue();
            fast.Sums.ShouldBe(plain.Sums);
        }
    }

    [Theory]
    [InlineData(320, 180)]
    [InlineData(161, 91)]
    [InlineData(1920, 1080)]
    [InlineData(64, 64)]
    [InlineData(40, 30)]
    [InlineData(1, 1)]
    [InlineData(97, 2000)]
    public void Tiles_are_the_area_averages_of_the_plane(int width, int height)
    {
        var picture = Pictures.Scene(width, height, 2);
        var expected = new float[PlaneTiles.Side * PlaneTiles.Side];
        AreaScaler.Scale(picture.Pixels, width, height, expected, PlaneTiles.Side, PlaneTiles.Side);
        var stats = new PlaneStats();

        // Another size before: nothing of it may be left.
        stats.Fill(Pictures.Noise(50, 70, 1).Pixels, 50, 70, PlaneGroups.Tiles);
        stats.Clear();
        stats.Fill(picture.Pixels, width, height, PlaneGroups.Tiles | PlaneGroups.Levels);

        stats.Tiles.SequenceEqual(expected).ShouldBeTrue();
    }

    [Fact]
    public void Motion_and_fingerprint_of_a_batch_equal_those_of_single_frames()
    {
        var pool = new FramePool();
        using var batch = Picture.Batch(pool, Pictures.Scene(200, 112, 1), Pictures.Scene(200, 112, 2), Pictures.Noise(200, 112, 3));
        IStreamMetric together = new Pipeline.Scoring.Metrics.MotionMetric();
        var alone = new Pipeline.Scoring.Metrics.MotionMetric();
        var (a, b) = (new float[1], new float[1]);
        for (var i = 0; i < batch.Count; i++)
        {
            var frame = batch[i];
            together.Measure(batch, i, a);
            alone.Measure(in frame, b);

            a[0].ShouldBe(b[0]);
            Fingerprint.Of(batch, i).ShouldBe(Fingerprint.Of(in frame));
        }
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

using Framevet.Pipeline.Export;

namespace Framevet.Pipeline.Tests.Export;

public sealed class CropSolverSpecs
{
    private static readonly AspectRatio[] Ratios = [new(16, 9), new(1, 1), new(9, 16), new(4, 5), new(239, 100)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_crop_lies_inside_holds_the_box_and_meets_the_ratio_within_a_pixel(int seed)
    {
        var random = new Random(seed);
        var held = 0;
        for (var i = 0; i < 5000; i++)
        {
            var (width, height) = (random.Next(16, 4000), random.Next(16, 4000));
            var box = Box(random, width, height);
            var ratio = Ratios[random.Next(Ratios.Length)];

            var crop = CropSolver.Around(width, height, box, random.NextDouble(), ratio);

            crop.X.ShouldBeGreaterThanOrEqualTo(0);
            crop.Y.ShouldBeGreaterThanOrEqualTo(0);
            (crop.X + crop.Width).ShouldBeLessThanOrEqualTo(width);
            (crop.Y + crop.Height).ShouldBeLessThanOrEqualTo(height);
            var wanted = ratio.Width / (double)ratio.Height;
            Math.Min(Math.Abs(crop.Width - (crop.Height * wanted)), Math.Abs(crop.Height - (crop.Width / wanted))).ShouldBeLessThanOrEqualTo(1);
            if (Fits(width, height, box, ratio))
            {
                held++;
                Holds(crop, box).ShouldBeTrue($"{width}x{height} {box} {ratio} -> {crop}");
            }
        }

        held.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void No_crop_of_the_ratio_that_holds_the_box_is_smaller()
    {
        var random = new Random(7);
        for (var i = 0; i < 400; i++)
        {
            var (width, height) = (random.Next(8, 70), random.Next(8, 70));
            var box = Box(random, width, height);
            var ratio = Ratios[random.Next(Ratios.Length)];
            var least = Sizes(width, height, ratio).Where(s => s.Width >= box.Width && s.Height >= box.Height).Select(s => s.Width * s.Height).DefaultIfEmpty(0).Min();

            var crop = CropSolver.Around(width, height, box, 0, ratio);

            if (least > 0)
            {
                (crop.Width * crop.Height).ShouldBe(least, $"{width}x{height} {box} {ratio}");
            }
        }
    }

    [Fact]
    public void A_crop_is_centred_as_far_as_the_edges_allow()
    {
        CropSolver.Around(1920, 1080, new CropBox(900, 500, 100, 100), 0, new AspectRatio(1, 1)).ShouldBe(new CropBox(900, 500, 100, 100));
        CropSolver.Around(1920, 1080, new CropBox(900, 500, 100, 100), 0.5, new AspectRatio(1, 1)).ShouldBe(new CropBox(850, 450, 200, 200));
        CropSolver.Around(1920, 1080, new CropBox(0, 0, 100, 100), 0.5, new AspectRatio(1, 1)).ShouldBe(new CropBox(0, 0, 200, 200));
        CropSolver.Centred(1920, 1080, new AspectRatio(9, 16)).ShouldBe(new CropBox(656, 0, 608, 1080));
        CropSolver.Centred(1920, 1080, new AspectRatio(16, 9)).ShouldBe(new CropBox(0, 0, 1920, 1080));
    }

    [Fact]
    public void A_box_that_no_crop_of_the_ratio_holds_gets_the_largest_one_around_it() =>
        CropSolver.Around(1920, 1080, new CropBox(1000, 0, 920, 1080), 0.2, new AspectRatio(9, 16)).ShouldBe(new CropBox(1156, 0, 608, 1080));

    [Theory]
    [InlineData("16x9")]
    [InlineData("0:1")]
    [InlineData("1:2:3")]
    [InlineData("a:b")]
    [InlineData("-1:1")]
    public void A_ratio_that_is_none_is_refused_with_a_sentence(string text) =>
        Should.Throw<VettingException>(() => AspectRatio.Parse(text)).Message.ShouldContain(text);

    private static CropBox Box(Random random, int width, int height)
    {
        var (w, h) = (random.Next(1, width + 1), random.Next(1, height + 1));
        return new CropBox(random.Next(0, width - w + 1), random.Next(0, height - h + 1), w, h);
    }

    private static bool Holds(CropBox crop, CropBox box) =>
        crop.X <= box.X && crop.Y <= box.Y && crop.X + crop.Width >= box.X + box.Width && crop.Y + crop.Height >= box.Y + box.Height;

    private static bool Fits(int width, int height, CropBox box, AspectRatio ratio)
    {
        var wanted = ratio.Width / (double)ratio.Height;
        return Math.Ceiling(box.Height * wanted) + 1 <= width && Math.Ceiling(box.Width / wanted) + 1 <= height;
    }

    /// <summary>All sizes whose one side is the nearest to the other times the ratio.</summary>
    private static IEnumerable<(int Width, int Height)> Sizes(int width, int height, AspectRatio ratio) =>
        from w in Enumerable.Range(1, width)
        from h in Enumerable.Range(1, height)
        where ratio.WidthOf(h) == w || ratio.HeightOf(w) == h
        select (w, h);
}

using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>Masks as frames keep them.</summary>
public sealed class FrameMaskSpecs
{
    [Fact]
    public void A_small_mask_comes_back_pixel_by_pixel()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var (width, height) = (random.Next(1, 40), random.Next(1, 40));
            var levels = Enumerable.Range(0, width * height).Select(_ => (byte)(random.Next(2) * 255)).ToArray();
            levels[random.Next(levels.Length)] = 255;

            var mask = FrameMask.From(levels, width, height).ShouldNotBeNull();

            mask.Runs.Sum().ShouldBe(width * height, $"seed {seed}");
            mask.At(width, height).ShouldBe(levels.Select(l => l == 255), $"seed {seed}");
            mask.Lines().Sum(l => l.Length).ShouldBe(levels.Count(l => l == 255), $"seed {seed}");
        }
    }

    [Fact]
    public void A_large_mask_keeps_its_shape_in_few_cells()
    {
        const int Width = 640, Height = 360;
        var levels = new byte[Width * Height];
        for (var i = 0; i < levels.Length; i++)
        {
            var (x, y) = ((i % Width) - 300.0, (i / Width) - 200.0);
            levels[i] = (x * x) + (y * y) < 120 * 120 ? (byte)255 : (byte)0;
        }

        var mask = FrameMask.From(levels, Width, Height).ShouldNotBeNull();

        (mask.Width, mask.Height).ShouldBe((96, 54));
        mask.Runs.Length.ShouldBeLessThan(120);
        mask.At(Width, Height).Select((inside, i) => inside == (levels[i] == 255)).Count(right => right).ShouldBeGreaterThan((int)(levels.Length * 0.98));
        mask.ToPath().ShouldStartWith("M");
    }

    [Fact]
    public void Nobody_is_no_mask() => FrameMask.From(new byte[100], 10, 10).ShouldBeNull();

    [Fact]
    public void A_mask_over_everything_begins_with_no_cell_outside() => FrameMask.From([255, 255, 255, 255], 2, 2).ShouldNotBeNull().Runs.ShouldBe([0, 4]);
}

using Framevet.Pipeline.Gating;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class SsimSpecs
{
    private const double C1 = 6.5025;
    private const double C2 = 58.5225;

    [Fact]
    public void Equal_pictures_are_exactly_one()
    {
        foreach (var seed in Enumerable.Range(0, 5))
        {
            Of(MadeLooks.Noise(seed), MadeLooks.Noise(seed)).ShouldBe(1.0);
        }
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(100, 150)]
    [InlineData(0, 255)]
    public void Flat_pictures_are_compared_by_their_level_alone(int a, int b) =>
        Of(Flat(a), Flat(b)).ShouldBe(((2.0 * a * b) + C1) / ((a * a) + (b * b) + C1), 1e-3);

    [Fact]
    public void A_negative_is_less_than_nothing_alike() =>
        Of(MadeLooks.Noise(1), [.. MadeLooks.Noise(1).Select(v => 255 - v)]).ShouldBeLessThan(-0.5);

    [Fact]
    public void The_more_of_another_picture_is_mixed_in_the_less_similar_it_gets()
    {
        var values = Enumerable.Range(0, 11).Select(i => Of(MadeLooks.Noise(1), MadeLooks.Mixed(MadeLooks.Noise(1), MadeLooks.Noise(2), i / 10f))).ToList();

        values.ShouldBe(values.OrderDescending());
        (values[0], values[10]).ShouldSatisfyAllConditions(v => v.Item1.ShouldBe(1), v => v.Item2.ShouldBeInRange(-0.1, 0.1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void It_agrees_with_the_formula_written_out_and_does_not_mind_the_order(int seed)
    {
        var (a, b) = (MadeLooks.Noise(seed), MadeLooks.Mixed(MadeLooks.Noise(seed), MadeLooks.Noise(seed + 10), 0.3f));

        Of(a, b).ShouldBe(WrittenOut(a, b), 1e-4);
        Of(b, a).ShouldBe(Of(a, b), 1e-6);
    }

    private static double Of(float[] a, float[] b) => Ssim.Of(a, b, ILooks.Side);

    private static float[] Flat(float value) => [.. Enumerable.Repeat(value, ILooks.Side * ILooks.Side)];

    // One place after the other, with the window in two dimensions and sums in double precision.
    private static double WrittenOut(float[] a, float[] b)
    {
        var places = new List<double>();
        for (var y = 5; y < ILooks.Side - 5; y++)
        {
            for (var x = 5; x < ILooks.Side - 5; x++)
            {
                places.Add(At(a, b, x, y));
            }
        }

        return places.Average();
    }

    private static double At(float[] a, float[] b, int x, int y)
    {
        var cells = (from dy in Enumerable.Range(-5, 11)
                     from dx in Enumerable.Range(-5, 11)
                     let i = ((y + dy) * ILooks.Side) + x + dx
                     select (Weight: Math.Exp(-((dx * dx) + (dy * dy)) / 4.5), A: (double)a[i], B: (double)b[i])).ToList();
        var total = cells.Sum(c => c.Weight);
        double Mean(Func<(double Weight, double A, double B), double> value) => cells.Sum(c => c.Weight * value(c)) / total;
        var (ma, mb) = (Mean(c => c.A), Mean(c => c.B));
        var (va, vb, ab) = (Mean(c => (c.A - ma) * (c.A - ma)), Mean(c => (c.B - mb) * (c.B - mb)), Mean(c => (c.A - ma) * (c.B - mb)));
        return ((2 * ma * mb) + C1) * ((2 * ab) + C2) / (((ma * ma) + (mb * mb) + C1) * (va + vb + C2));
    }
}

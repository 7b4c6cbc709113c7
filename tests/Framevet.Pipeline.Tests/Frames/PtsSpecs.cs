using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Tests.Frames;

public sealed class PtsSpecs
{
    [Fact]
    public void Stamps_of_different_time_bases_compare_exactly()
    {
        var third = new Pts(1, new TimeBase(1, 3));

        third.CompareTo(new Pts(333_333_333, new TimeBase(1, 1_000_000_000))).ShouldBePositive();
        third.CompareTo(new Pts(30_000, new TimeBase(1, 90_000))).ShouldBe(0);
        (new Pts(long.MaxValue - 1, new TimeBase(1, 90_000)) < new Pts(long.MaxValue, new TimeBase(1, 90_000))).ShouldBeTrue();
    }

    [Fact]
    public void Negative_stamps_come_before_zero()
    {
        (new Pts(-1, new TimeBase(1, 1000)) < new Pts(0, new TimeBase(1, 25))).ShouldBeTrue();
        new Pts(-1500, new TimeBase(1, 1000)).Time.ShouldBe(TimeSpan.FromSeconds(-1.5));
    }

    [Fact]
    public void Ordering_is_total_over_random_stamps()
    {
        var random = new Random(7);
        TimeBase[] bases = [new(1, 25), new(1001, 30_000), new(1, 90_000), new(1, 57_600)];
        var stamps = Enumerable.Range(0, 500).Select(_ => new Pts(random.NextInt64(-1_000_000, 1_000_000), bases[random.Next(bases.Length)])).Order().ToArray();

        for (var i = 1; i < stamps.Length; i++)
        {
            (stamps[i - 1] <= stamps[i]).ShouldBeTrue();
            stamps[i - 1].Seconds.ShouldBeLessThanOrEqualTo(stamps[i].Seconds + 1e-9);
        }
    }
}

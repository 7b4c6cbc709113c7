using System.Numerics;
using Framevet.Pipeline.Gating;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class KeptLooksSpecs
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(40)]
    [InlineData(64)]
    public void The_nearest_is_that_of_a_plain_walk_and_of_equally_near_ones_the_first(int distance)
    {
        var random = new Random(distance);
        var looks = new KeptLooks(distance);
        var all = new List<ulong>();
        for (var i = 0; i < 2000; i++)
        {
            // Half of them are neighbours of one before, many at the very same distance.
            var look = i == 0 || random.Next(2) == 0 ? (ulong)random.NextInt64() : Flipped(all[random.Next(all.Count)], random.Next(14), random);
            var expected = all.Select((l, at) => (Position: at, Distance: BitOperations.PopCount(l ^ look))).Where(n => n.Distance <= distance).OrderBy(n => n.Distance).Take(1).ToList();

            looks.Nearest(look).ShouldBe(expected.Count == 0 ? null : expected[0], $"look {i}");

            looks.Add(look);
            all.Add(look);
        }

        looks.Count.ShouldBe(2000);
    }

    private static ulong Flipped(ulong look, int bits, Random random)
    {
        for (var i = 0; i < bits; i++)
        {
            look ^= 1UL << random.Next(64);
        }

        return look;
    }
}

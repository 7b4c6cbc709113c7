using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Tests.Scoring;

public sealed class FingerprintSetSpecs
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_nearest_is_what_looking_at_each_one_finds_and_the_earliest_of_equals(int seed)
    {
        var random = new Random(seed);
        var set = new FingerprintSet();

        // Few different bits, so that many distances are equal.
        var mask = 0x0F0F_0F0F_0000_00FFUL;
        for (var i = 0; i < 300 + (97 * seed); i++)
        {
            set.Add((ulong)random.NextInt64() & mask);
        }

        for (var n = 0; n < 20; n++)
        {
            var print = (ulong)random.NextInt64() & mask;
            var limit = random.Next(0, 12);
            var expected = Enumerable.Range(0, set.Count).Select(i => new NearestFingerprint(i, Fingerprint.Distance(set[i], print)))
                .Where(f => f.Distance <= limit).OrderBy(f => f.Distance).ThenBy(f => f.Position).Select(f => (NearestFingerprint?)f).FirstOrDefault();

            set.Nearest(print, limit).ShouldBe(expected, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(0, ulong.MaxValue)]
    [InlineData(1, ulong.MaxValue)]
    [InlineData(2, ulong.MaxValue)]
    [InlineData(256, ulong.MaxValue)]
    [InlineData(257, ulong.MaxValue)]
    [InlineData(1500, ulong.MaxValue)]
    [InlineData(1500, 0x8000_0000_0F0F_0001UL)]
    [InlineData(1024, 0UL)]
    [InlineData(777, 1UL << 63)]
    public void Each_finds_its_nearest_other_one_as_a_plain_loop_does(int count, ulong mask)
    {
        var random = new Random(count);
        var set = new FingerprintSet();
        for (var i = 0; i < count; i++)
        {
            // Every fourth is the opposite of one before: 64 bits apart from it.
            set.Add(i % 4 == 3 && mask == ulong.MaxValue ? ~set[random.Next(i)] : (ulong)random.NextInt64(long.MinValue, long.MaxValue) & mask);
        }

        var found = set.NearestOfAll(TestContext.Current.CancellationToken);

        found.Count.ShouldBe(count);
        for (var i = 0; i < count; i++)
        {
            NearestFingerprint? expected = null;
            for (var j = 0; j < count; j++)
            {
                var distance = Fingerprint.Distance(set[i], set[j]);
                expected = j != i && distance < (expected?.Distance ?? 65) ? new NearestFingerprint(j, distance) : expected;
            }

            found[i].ShouldBe(expected, $"fingerprint {i}");
        }
    }

    [Fact]
    public void Two_opposite_ones_are_each_others_nearest_at_sixty_four_bits()
    {
        var set = new FingerprintSet();
        set.Add(0);
        set.Add(ulong.MaxValue);

        set.NearestOfAll(TestContext.Current.CancellationToken).ShouldBe([new NearestFingerprint(1, 64), new NearestFingerprint(0, 64)]);
    }

    [Fact]
    public void Only_the_given_positions_count()
    {
        var set = new FingerprintSet();
        foreach (var print in new ulong[] { 0, 1, 3, 7 })
        {
            set.Add(print);
        }

        set.Nearest(0, 64, 1, 4).ShouldBe(new NearestFingerprint(1, 1));
        set.Nearest(0, 64, 2, 2).ShouldBeNull();
        set.Nearest(ulong.MaxValue, 3).ShouldBeNull();
        new FingerprintSet().Nearest(0, 64).ShouldBeNull();
    }

    [Fact]
    public void Opposite_fingerprints_are_sixty_four_apart()
    {
        var set = new FingerprintSet();
        set.Add(0);

        set.Nearest(ulong.MaxValue, 64).ShouldBe(new NearestFingerprint(0, 64));
        set.Nearest(ulong.MaxValue, 63).ShouldBeNull();
    }
}

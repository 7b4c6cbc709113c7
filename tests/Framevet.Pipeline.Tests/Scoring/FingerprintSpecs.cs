using Framevet.Pipeline.Scoring;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scoring;

public sealed class FingerprintSpecs
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Blurred_brighter_and_scaled_copies_stay_near_and_other_pictures_are_far(int seed)
    {
        var picture = Pictures.Scene(128, 72, seed);
        var original = Of(picture);

        Fingerprint.Distance(original, Of(picture)).ShouldBe(0);
        Fingerprint.Distance(original, Of(picture.Blurred(1))).ShouldBeLessThanOrEqualTo(6, $"blur, seed {seed}");
        Fingerprint.Distance(original, Of(picture.Brighter(12))).ShouldBeLessThanOrEqualTo(6, $"brightness, seed {seed}");
        Fingerprint.Distance(original, Of(Pictures.Scene(300, 169, seed))).ShouldBeLessThanOrEqualTo(6, $"scale, seed {seed}");
        Fingerprint.Distance(original, Of(Pictures.Scene(128, 72, seed + 1000))).ShouldBeGreaterThan(10, $"other, seed {seed}");
    }

    [Fact]
    public void A_mirrored_picture_is_another_picture()
    {
        var picture = Pictures.Scene(256, 144, 3);

        Fingerprint.Distance(Of(picture), Of(picture.Mirrored())).ShouldBeGreaterThan(10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    [InlineData(255)]
    public void A_flat_picture_has_its_constant_term_only_whatever_the_rounding(byte level) =>
        Of(Pictures.Flat(333, 77, level)).ShouldBe(1UL);

    [Fact]
    public void Tiny_pictures_have_a_fingerprint_too() => Of(Pictures.Checker(1, 1)).ShouldBe(0UL);

    [Fact]
    public void It_equals_the_textbook_transform_bit_by_bit()
    {
        var picture = Pictures.Scene(32, 32, 11);
        var low = new double[64];
        for (var i = 0; i < 64; i++)
        {
            var (u, v) = (i % 8, i / 8);
            var scale = (u == 0 ? Math.Sqrt(1 / 32.0) : Math.Sqrt(2 / 32.0)) * (v == 0 ? Math.Sqrt(1 / 32.0) : Math.Sqrt(2 / 32.0));
            low[i] = scale * Enumerable.Range(0, 1024).Sum(n =>
                picture[n % 32, n / 32] * Math.Cos((2 * (n % 32) + 1) * u * Math.PI / 64) * Math.Cos((2 * (n / 32) + 1) * v * Math.PI / 64));
        }

        var median = (low.Order().ElementAt(31) + low.Order().ElementAt(32)) / 2;
        var expected = low.Select((c, i) => c > median + 0.01 ? 1UL << i : 0).Aggregate((a, b) => a | b);

        Of(picture).ShouldBe(expected);
    }

    private static ulong Of(Picture picture) => Fingerprint.Of(picture.Pixels, picture.Width, picture.Height);
}

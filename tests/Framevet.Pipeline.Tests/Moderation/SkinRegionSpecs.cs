using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class SkinRegionSpecs
{
    // Measured-looking tones from very light to very dark, sRGB.
    public static TheoryData<byte, byte, byte> Tones => new(
        (250, 228, 214), (241, 194, 167), (224, 172, 135), (198, 134, 96), (161, 102, 70), (141, 85, 54), (107, 68, 47), (77, 48, 35), (60, 40, 30), (45, 30, 25));

    public static TheoryData<byte, byte, byte> OtherColours => new(
        (128, 128, 128), (255, 255, 255), (0, 0, 0), (70, 130, 200), (60, 140, 60), (220, 30, 30), (240, 220, 40), (150, 60, 200), (0, 128, 128), (15, 10, 8));

    [Theory]
    [MemberData(nameof(Tones))]
    public void Skin_of_every_tone_is_taken_for_skin(byte red, byte green, byte blue)
    {
        SkinRegions.IsSkin(red, green, blue).ShouldBeTrue();
        SkinRegions.Of(Painted(80, 45, (x, y) => x is > 20 and < 60 ? (red, green, blue) : (40, 90, 160))).IsSuspicious.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(OtherColours))]
    public void Other_colours_are_not(byte red, byte green, byte blue) => SkinRegions.IsSkin(red, green, blue).ShouldBeFalse();

    [Fact]
    public void Colour_bars_are_clear()
    {
        (int, int, int)[] bars = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191)];

        Inspect(Painted(140, 80, (x, _) => bars[x / 20])).ShouldBeEmpty();
    }

    [Fact]
    public void A_landscape_of_sky_grass_and_water_is_clear() =>
        Inspect(Painted(120, 68, (x, y) => y < 30 ? (135, 180, 235 - y) : y < 50 ? (60 + (x % 20), 120, 40) : (30, 80, 120))).ShouldBeEmpty();

    [Fact]
    public void A_picture_full_of_skin_colour_is_sure()
    {
        var finding = Inspect(Painted(64, 64, (_, _) => (224, 172, 135))).ShouldHaveSingleItem();

        (finding.Label, finding.Confidence, finding.Backend).ShouldBe(("nudity/skin", 1.0, "skin-region"));
    }

    [Fact]
    public void The_paper_s_first_rule_needs_fifteen_percent()
    {
        RegionsOf(14).IsSuspicious.ShouldBeFalse();
        RegionsOf(16).IsSuspicious.ShouldBeTrue();

        static SkinRegions RegionsOf(int percent) => SkinRegions.Of(Painted(100, 100, (x, _) => x < percent ? (198, 134, 96) : (0, 0, 0)));
    }

    [Fact]
    public void Confidence_rises_with_the_area_and_crosses_one_half_with_the_rules()
    {
        var confidences = Enumerable.Range(0, 101)
            .Select(percent => SkinRegions.Of(Painted(100, 20, (x, _) => x < percent ? (198, 134, 96) : (0, 0, 0))))
            .ToList();

        confidences.Select(r => r.Confidence).ShouldBeInOrder();
        confidences.ShouldAllBe(r => r.IsSuspicious == r.Confidence >= 0.5 && r.Confidence >= 0 && r.Confidence <= 1);
    }

    [Fact]
    public void Scattered_specks_of_skin_colour_are_not_suspicious()
    {
        // A third of the picture in a hundred equal specks.
        var regions = SkinRegions.Of(Painted(120, 120, (x, y) => x % 12 < 7 && y % 12 < 7 ? (198, 134, 96) : (0, 0, 0)));

        regions.Share.ShouldBeGreaterThan(0.3);
        regions.Largest.First.ShouldBe(0.01, 1e-9);
        regions.IsSuspicious.ShouldBeFalse();
    }

    [Fact]
    public void Regions_touching_at_corners_are_one()
    {
        var regions = SkinRegions.Of(Painted(4, 4, (x, y) => x == y ? (198, 134, 96) : (0, 0, 0)));

        regions.Largest.ShouldBe((1, 0, 0));
    }

    [Fact]
    public void The_polygon_of_a_rectangle_is_the_rectangle()
    {
        var regions = SkinRegions.Of(Painted(100, 100, (x, y) => x is >= 10 and < 50 && y is >= 20 and < 60 ? (198, 134, 96) : (0, 0, 0)));

        regions.Share.ShouldBe(0.16, 1e-9);
        regions.PolygonShare.ShouldBe(1, 1e-9);
    }

    [Fact]
    public void A_thin_frame_of_skin_colour_is_cleared_by_the_polygon_rule()
    {
        var regions = SkinRegions.Of(Painted(100, 100, (x, y) => x < 5 || x > 94 || y < 5 || y > 94 ? (198, 134, 96) : (0, 0, 0)));

        regions.Share.ShouldBeInRange(0.15, 0.30);
        regions.IsSuspicious.ShouldBeFalse();
    }

    private static System.Collections.Immutable.ImmutableArray<Pipeline.Moderation.Finding> Inspect(RgbImage image) =>
        new SkinRegionScreen(new JpegCodec()).Inspect(image);

    private static RgbImage Painted(int width, int height, Func<int, int, (int Red, int Green, int Blue)> colour)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < width * height; i++)
        {
            var (red, green, blue) = colour(i % width, i / width);
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)red, (byte)green, (byte)blue);
        }

        return new RgbImage(width, height, pixels);
    }
}

using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>Pictures whose scores follow from the formulas without any measuring.</summary>
public sealed class MetricAnchorSpecs
{
    [Fact]
    public void Flat_gray_has_brightness_and_nothing_else()
    {
        var scores = Scored.Of(Pictures.Flat(160, 90, 128))[0];

        scores["sharpness"].ShouldBe(0);
        scores["edge-strength"].ShouldBe(0);
        scores["contrast"].ShouldBe(0);
        scores["entropy"].ShouldBe(0);
        scores["brightness"].ShouldBe(100 * 128 / 255f, 1e-4f);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(255, 100)]
    public void Black_and_white_pictures_are_the_ends_of_brightness(byte level, float brightness)
    {
        var scores = Scored.Of(Pictures.Flat(64, 64, level))[0];

        scores["brightness"].ShouldBe(brightness);
        scores["contrast"].ShouldBe(0);
    }

    [Fact]
    public void A_checkerboard_is_half_bright_with_half_the_contrast_and_one_bit_of_eight()
    {
        var scores = Scored.Of(Pictures.Checker(64, 64))[0];

        scores["brightness"].ShouldBe(50, 1e-4f);
        scores["contrast"].ShouldBe(50, 1e-4f);
        (scores["entropy"] / 8 * 100).ShouldBe(12.5f, 1e-4f);
    }

    [Fact]
    public void A_one_pixel_checkerboard_is_the_sharpest_picture_there_is_and_has_no_Sobel_edges()
    {
        // Inner part 62 x 62: as many +1020 as -1020; the Sobel operator averages across the pattern.
        var scores = Scored.Of(Pictures.Checker(64, 64))[0];

        scores["sharpness"].ShouldBe(1020 * 1020);
        scores["edge-strength"].ShouldBe(0);
    }

    [Fact]
    public void A_ramp_of_one_level_per_pixel_has_a_gradient_of_eight_and_no_Laplacian()
    {
        var scores = Scored.Of(Pictures.Gradient(256, 20))[0];

        scores["edge-strength"].ShouldBe(8, 1e-4f);
        scores["sharpness"].ShouldBe(0);
        scores["entropy"].ShouldBe(8, 1e-4f);
    }

    [Fact]
    public void A_picture_too_small_for_a_3x3_window_has_no_sharpness_rather_than_none_of_it()
    {
        var scores = Scored.Of(Pictures.Checker(2, 40))[0];

        scores["sharpness"].ShouldBe(float.NaN);
        scores["edge-strength"].ShouldBe(float.NaN);
        scores["quality"].ShouldNotBe(float.NaN);
    }

    [Fact]
    public void Motion_is_unknown_at_first_then_the_mean_change()
    {
        var scores = Scored.Of(Pictures.Flat(200, 100, 10), Pictures.Flat(200, 100, 10), Pictures.Flat(200, 100, 30), Pictures.Flat(200, 100, 0));

        scores[0]["motion"].ShouldBe(float.NaN);
        scores[1]["motion"].ShouldBe(0);
        scores[2]["motion"].ShouldBe(20, 1e-3f);
        scores[3]["motion"].ShouldBe(30, 1e-3f);
    }
}

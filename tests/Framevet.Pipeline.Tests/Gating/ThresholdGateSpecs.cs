using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class ThresholdGateSpecs
{
    [Theory]
    [InlineData(35)]
    [InlineData(35.001)]
    [InlineData(90)]
    public void A_score_within_its_bounds_passes_and_the_bounds_belong_to_it(double sharpness) =>
        Gate(min: 35, max: 90).Check(Made.Frame(0, 0, 0, ("sharpness", sharpness))).ShouldBe(GateResult.Passed);

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.1)]
    public void A_bound_that_no_score_can_hit_in_double_belongs_to_the_range_too(double bound) =>
        Gate(min: bound, max: bound).Check(Made.Frame(0, 0, 0, ("sharpness", bound))).ShouldBe(GateResult.Passed);

    [Theory]
    [InlineData(12.34, "sharpness 12.3 is below 35")]
    [InlineData(34.99, "sharpness 34.99 is below 35")]
    [InlineData(91.26, "sharpness 91.3 is above 90")]
    public void A_score_out_of_bounds_says_so_in_words(double sharpness, string reason) =>
        Gate(min: 35, max: 90).Check(Made.Frame(0, 0, 0, ("sharpness", sharpness))).ShouldBe(GateResult.Failed(reason));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_score_that_is_no_number_fails(double sharpness) =>
        Gate(min: 35).Check(Made.Frame(0, 0, 0, ("sharpness", sharpness))).ShouldBe(GateResult.Failed("sharpness was not measured"));

    [Fact]
    public void A_score_that_is_absent_fails() =>
        Gate(max: 35).Check(Made.Frame(0, 0)).ShouldBe(GateResult.Failed("sharpness was not measured"));

    [Fact]
    public void Every_reason_is_named()
    {
        var spec = new PartSpec("threshold")
            .With("min", new Dictionary<string, double> { ["sharpness"] = 35, ["contrast"] = 5 })
            .With("max", new Dictionary<string, double> { ["brightness"] = 90 });

        var result = NoServices.Catalog.Build<IGate>(spec).Check(Made.Frame(0, 0, 0, ("sharpness", 1), ("contrast", 20), ("brightness", 99)));

        result.Reason.ShouldBe("brightness 99 is above 90; sharpness 1 is below 35");
    }

    [Fact]
    public void Without_bounds_everything_passes() =>
        NoServices.Catalog.Build<IGate>(new PartSpec("threshold")).Check(Made.Frame(0, 0)).Pass.ShouldBeTrue();

    [Fact]
    public void Bounds_that_no_frame_can_meet_are_refused() =>
        Should.Throw<VettingException>(() => Gate(min: 90, max: 35)).Message.ShouldContain("no frame can pass: sharpness must be at least 90 and at most 35");

    private static IGate Gate(double? min = null, double? max = null)
    {
        var spec = new PartSpec("threshold");
        spec = min is null ? spec : spec.With("min", new Dictionary<string, double> { ["sharpness"] = min.Value });
        return NoServices.Catalog.Build<IGate>(max is null ? spec : spec.With("max", new Dictionary<string, double> { ["sharpness"] = max.Value }));
    }
}

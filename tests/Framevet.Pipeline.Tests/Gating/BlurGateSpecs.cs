using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.Pipeline.Tests.Scoring;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class BlurGateSpecs
{
    [Theory]
    [InlineData(99.96, "blurred: sharpness 99.96 is below 100")]
    [InlineData(12.34, "blurred: sharpness 12.3 is below 100")]
    [InlineData(100, null)]
    [InlineData(5000, null)]
    public void Frames_below_the_floor_are_dropped_and_the_floor_itself_passes(double sharpness, string? reason) =>
        new BlurGate(new()).Check(Made.Frame(0, 0, 0, ("sharpness", sharpness))).Reason.ShouldBe(reason);

    [Fact]
    public void What_was_not_measured_cannot_pass() => new BlurGate(new()).Check(Made.Frame(0, 0)).Reason.ShouldBe("sharpness was not measured");

    [Fact]
    public void Trap_11_Sharp_monochrome_passes_and_heavy_blur_falls_with_colour_or_without()
    {
        var gate = new BlurGate(new());
        GateResult Judge(Picture picture) => gate.Check(Made.Frame(0, 0, 0, ("sharpness", Scored.Of(picture, "sharpness"))));

        foreach (var seed in Enumerable.Range(0, 10))
        {
            var scene = Pictures.Scene(160, 90, seed);
            Judge(scene).Pass.ShouldBeTrue($"sharp scene {seed}");
            Judge(scene.Blurred(4)).Pass.ShouldBeFalse($"blurred scene {seed}");
        }

        Judge(Pictures.Noise(160, 90, 1)).Pass.ShouldBeTrue("sharp gray noise, which a transform over width and channels rejects");
        Judge(Pictures.Gradient(160, 90)).Pass.ShouldBeFalse("a smooth gradient, which it keeps");
    }

    [Fact]
    public void Trap_13_Blur_is_never_judged_silently()
    {
        new BlurGate(new() { Minimum = 0 }).Check(Made.Frame(0, 0)).Pass.ShouldBeTrue("off is off, even for what was not measured");
        foreach (var recipe in BuiltInRecipes.All.Concat(PriorSystems.Recipes))
        {
            recipe.Gates.ShouldAllBe(g => g.Id != "blur", recipe.Name);
        }

        PriorSystems.VideoSamplerHash.Gates.ShouldBeEmpty("the published sampler drops for blur unless told otherwise");
    }

    [Fact]
    public void Another_score_of_sharpness_can_be_named()
    {
        var gate = NoServices.Catalog.Build<IGate>(new PartSpec("blur").With("score", "edge-strength").With("minimum", 5));

        gate.Check(Made.Frame(0, 0, 0, ("edge-strength", 4))).Reason.ShouldBe("blurred: edge-strength 4 is below 5");
    }
}

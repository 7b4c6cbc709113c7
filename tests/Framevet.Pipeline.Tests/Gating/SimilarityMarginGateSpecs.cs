using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class SimilarityMarginGateSpecs
{
    // Any scores do; these exist already.
    private const string Cat = "contrast";
    private const string Dog = "entropy";
    private const string Text = "sharpness";

    [Theory]
    [InlineData(0.20, 0.29, null)]
    [InlineData(0.19, 0.29, "contrast 0.19 is below 0.2")]
    [InlineData(0.20, 0.30, "unwanted: sharpness 0.3 is not below 0.3")]
    [InlineData(0.10, 0.90, "unwanted: sharpness 0.9 is not below 0.3; contrast 0.1 is below 0.2")]
    public void A_frame_stays_when_it_is_wanted_enough_and_unwanted_little_enough(double cat, double text, string? reason) =>
        Gate([(Cat, 0.2)], [(Text, 0.3)]).Check(Made.Frame(0, 0, 0, (Cat, cat), (Text, text))).Reason.ShouldBe(reason);

    [Fact]
    public void One_wanted_thing_is_enough()
    {
        var gate = Gate([(Cat, 0.2), (Dog, 0.25)], []);

        gate.Check(Made.Frame(0, 0, 0, (Cat, 0.1), (Dog, 0.3))).Pass.ShouldBeTrue();
        gate.Check(Made.Frame(0, 0, 0, (Cat, 0.1), (Dog, 0.2))).Reason.ShouldBe("contrast 0.1 is below 0.2 and entropy 0.2 is below 0.25");
    }

    [Fact]
    public void Trap_16_A_side_without_scores_rejects_nothing()
    {
        Gate([], []).Check(Made.Frame(0, 0)).Pass.ShouldBeTrue();
        Gate([], [(Text, 0.3)]).Check(Made.Frame(0, 0, 0, (Text, 0.1))).Pass.ShouldBeTrue();
        Gate([(Cat, 0.2)], []).Check(Made.Frame(0, 0, 0, (Cat, 0.2))).Pass.ShouldBeTrue();
    }

    [Fact]
    public void What_was_not_measured_counts_against_the_frame()
    {
        Gate([(Cat, 0.2)], []).Check(Made.Frame(0, 0)).Reason.ShouldBe("contrast was not measured");
        Gate([], [(Text, 0.3)]).Check(Made.Frame(0, 0)).Reason.ShouldBe("sharpness was not measured");
        Gate([(Cat, 0.2), (Dog, 0.2)], []).Check(Made.Frame(0, 0, 0, (Dog, 0.3))).Pass.ShouldBeTrue("another wanted thing was seen");
    }

    private static IGate Gate((string Score, double Margin)[] wanted, (string Score, double Margin)[] unwanted) => NoServices.Catalog.Build<IGate>(
        new PartSpec("similarity-margin").With("wanted", wanted.ToDictionary(w => w.Score, w => w.Margin)).With("unwanted", unwanted.ToDictionary(u => u.Score, u => u.Margin)));
}

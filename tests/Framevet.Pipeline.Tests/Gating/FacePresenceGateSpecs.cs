using Framevet.Pipeline.Gating;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class FacePresenceGateSpecs
{
    [Theory]
    [InlineData(0, 0.99f, 20f, 1f, 0f, "no face, at least 1 wanted")]
    [InlineData(3, 0.99f, 20f, 1f, 0f, "3 faces, at most 2 wanted")]
    [InlineData(1, 0.5f, 20f, 1f, 0f, "face-confidence 0.5 is below 0.9")]
    [InlineData(1, 0.99f, 4f, 1f, 0f, "face-area 4 is below 5")]
    [InlineData(1, 0.99f, 20f, 0.2f, 0f, "eyes-open 0.2 is below 0.5")]
    [InlineData(1, 0.99f, 20f, 1f, 40f, "head-turn 40 is above 25")]
    [InlineData(2, 0.5f, 4f, 1f, 0f, "face-area 4 is below 5; face-confidence 0.5 is below 0.9")]
    [InlineData(2, 0.9f, 5f, 0.5f, 25f, null)]
    public void It_names_everything_that_is_not_as_wanted(int count, float confidence, float area, float eyes, float turn, string? reason)
    {
        var gate = new FacePresenceGate(new FacePresenceGateOptions { MaxCount = 2, MinConfidence = 0.9, MinArea = 5, MinEyesOpen = 0.5, MaxTurn = 25 });

        var result = gate.Check(Made.Frame(0, 0, 0, ("face-count", count), ("face-confidence", confidence), ("face-area", area), ("eyes-open", eyes), ("head-turn", turn)));

        (result.Pass, result.Reason).ShouldBe((reason is null, reason));
    }

    [Fact]
    public void What_nobody_measured_is_not_passed()
    {
        new FacePresenceGate(new FacePresenceGateOptions()).Check(Made.Frame(0, 0, 0)).Pass.ShouldBeFalse();
        new FacePresenceGate(new FacePresenceGateOptions { MinConfidence = 0.9 }).Check(Made.Frame(0, 0, 0, ("face-count", 1))).Pass.ShouldBeFalse();
        new FacePresenceGate(new FacePresenceGateOptions()).Check(Made.Frame(0, 0, 0, ("face-count", 1))).Pass.ShouldBeTrue("size and certainty are not asked for");
    }
}

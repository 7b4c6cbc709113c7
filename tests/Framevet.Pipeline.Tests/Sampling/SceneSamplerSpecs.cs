using Framevet.Pipeline.Recipes;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Sampling;

public sealed class SceneSamplerSpecs
{
    // Scenes of 20, 31, 25 and 60 frames.
    private static readonly int[] Starts = [0, 20, 51, 76, 136];

    [Theory]
    [InlineData("content")]
    [InlineData("adaptive")]
    public void The_first_frames_of_every_scene_are_taken(string detector) =>
        Sampled.By(Sampled.Build(new PartSpec("scene").With("detector", detector).With("frames", 2)), Film()).ShouldBe([0, 1, 20, 21, 51, 52, 76, 77]);

    [Theory]
    [InlineData("content")]
    [InlineData("adaptive")]
    public void The_middle_is_within_a_sixteenth_of_the_scene(string detector)
    {
        var taken = Sampled.By(Sampled.Build(new PartSpec("scene").With("detector", detector).With("place", "middle")), Film());

        taken.Count.ShouldBe(4);
        for (var i = 0; i < taken.Count; i++)
        {
            var length = Starts[i + 1] - Starts[i];
            Math.Abs(taken[i] - (Starts[i] + ((length - 1) / 2.0))).ShouldBeLessThanOrEqualTo(0.5 + (length / 16.0));
        }
    }

    [Fact]
    public void A_shortest_scene_hides_cuts_that_come_sooner() =>
        Sampled.By(Sampled.Build(new PartSpec("scene").With("minSceneSeconds", 1.1)), Film()).ShouldBe([0, 51]);

    private static IEnumerable<Framevet.Pipeline.Frames.Frame> Film() => Enumerable.Range(0, Starts[^1]).Select(i =>
    {
        var scene = Starts.Count(s => s <= i);
        return Sampled.Frame(i, Pictures.Scene(96, 54, 10).Brighter((i % 3) + (scene % 2 * 60)), (byte)(scene * 50), 140);
    });
}

using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Sampling;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Sampling;

public sealed class SuspicionSpecs
{
    [Fact]
    public void Trap_30_motion_never_outweighs_the_screen_score_and_only_settles_ties()
    {
        // Frames 3 and 7 have a little skin; the others black and white in turn, the most motion there is.
        var frames = Enumerable.Range(0, 12).Select(i => i is 3 or 7 ? Skin(i, i == 3 ? 1 : 2) : Sampled.Frame(i, Pictures.Flat(64, 64, (byte)(i % 2 == 0 ? 0 : 255)))).ToList();

        Sampled.By(Sampler(2), frames).ShouldBe([3, 7]);
        Sampled.By(Sampler(1), frames).ShouldBe([7]);

        // Without any skin the motion decides, and of equal motion the earlier frame.
        var gray = Enumerable.Range(0, 12).Select(i => Sampled.Frame(i, Pictures.Flat(64, 64, (byte)(i is 5 or 9 ? 200 : 100)))).ToList();
        Sampled.By(Sampler(3), gray).ShouldBe([5, 6, 9]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public void Trap_30_the_chosen_are_the_first_by_share_then_motion_then_time_whatever_the_frames(int budget)
    {
        var chosenBySum = 0;
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            var frames = Enumerable.Range(0, 40).Select(i => Skin(i, random.Next(4), (byte)random.Next(140, 160))).ToList();
            var motion = new FrameMotion();
            var keys = frames.Select(f => (f.Index, Share: SuspicionSampler.SkinShare(in f), Motion: motion.Next(in f))).ToList();

            var taken = Sampled.By(Sampler(budget), frames);

            taken.ShouldBe(keys.OrderByDescending(k => k.Share).ThenByDescending(k => k.Motion).ThenBy(k => k.Index).Take(budget).Select(k => k.Index).Order().ToList(), $"seed {seed}");
            var bySum = keys.OrderByDescending(k => k.Share + k.Motion).ThenBy(k => k.Index).Take(budget).Select(k => k.Index).Order();
            chosenBySum += taken.SequenceEqual(bySum) ? 1 : 0;
        }

        chosenBySum.ShouldBeLessThan(25, "else adding share and motion up would do as well, and nothing was tested");
    }

    [Fact]
    public void The_share_is_that_of_the_skin_screen()
    {
        var frame = Skin(0, 5);
        FrameColours.Rgb(150, 110, 150).ShouldSatisfyAllConditions(c => SkinRegions.IsSkin(c.Red, c.Green, c.Blue).ShouldBeTrue());

        SuspicionSampler.SkinShare(in frame).ShouldBe(5 / 32.0);
    }

    private static SuspicionSampler Sampler(int budget) => (SuspicionSampler)Sampled.Build(new PartSpec("suspicion").With("budget", budget).With("seconds", 0));

    /// <summary>So many of 32 rows of colour are skin.</summary>
    private static Frame Skin(int index, int rows, byte light = 150)
    {
        var frame = Sampled.Frame(index, Pictures.Flat(64, 64, light));
        var pixels = frame.Pixels.ToArray();
        pixels.AsSpan(frame.Layout.LumaBytes, rows * 32).Fill(110);
        pixels.AsSpan(frame.Layout.LumaBytes + frame.Layout.ChromaBytes, rows * 32).Fill(150);
        return frame with { Pixels = pixels };
    }
}

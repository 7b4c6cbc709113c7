using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Tests.Selection;

/// <summary>Stacks of near duplicates.</summary>
public sealed class FrameStacksSpecs
{
    [Fact]
    public void Frames_that_look_alike_are_one_stack_with_the_best_on_top()
    {
        StackFrame[] frames = [new(0, 0b0000, 1, 5), new(1, 0b0001, 1, 9), new(2, ulong.MaxValue, 1, 7), new(3, 0b0011, 1, double.NaN)];

        FrameStacks.Find(frames, 4).Select(s => string.Join(',', s)).ShouldBe(["1,0,3", "2"]);
    }

    [Fact]
    public void A_stack_never_crosses_a_scene_unless_asked()
    {
        StackFrame[] frames = [new(0, 7, 1, 1), new(1, 7, 1, 2), new(2, 7, 2, 3)];

        FrameStacks.Find(frames, 8).Select(s => s.Length).ShouldBe([2, 1]);
        FrameStacks.Find(frames, 8, acrossScenes: true).ShouldHaveSingleItem()[0].ShouldBe(2);
    }

    [Fact]
    public void A_slow_change_makes_no_chain_of_strangers()
    {
        // Each frame differs from the one before by one bit; ends differ by 40.
        var frames = Enumerable.Range(0, 41).Select(i => new StackFrame(i, (1UL << i) - 1, 1, i)).ToArray();

        var stacks = FrameStacks.Find(frames, 8);

        stacks.ShouldAllBe(s => s.Max() - s.Min() <= 16);
        stacks.Length.ShouldBeGreaterThan(2);
    }

    [Fact]
    public void A_labelled_set_of_near_duplicates_is_told_apart()
    {
        // 50 looks, drawn at random and so some 32 bits apart, each in 6 frames with up to 3 bits of noise, two looks in turn.
        var random = new Random(11);
        var looks = Enumerable.Range(0, 50).Select(_ => unchecked((ulong)random.NextInt64(long.MinValue, long.MaxValue))).ToArray();
        var labelled = Enumerable.Range(0, 300).Select(i => (Look: (i / 12 * 2) + (i % 2), Frame: i)).ToArray();
        var frames = labelled.Select(l => new StackFrame(l.Frame, Noisy(looks[l.Look], random), 1, random.NextDouble())).ToArray();

        var stacks = FrameStacks.Find(frames, 8);

        var pure = stacks.Sum(s => s.GroupBy(i => labelled[i].Look).Max(g => g.Count()));
        (pure / 300.0).ShouldBeGreaterThanOrEqualTo(0.95);
        stacks.Length.ShouldBe(50);
        stacks.SelectMany(s => s).Order().ShouldBe(Enumerable.Range(0, 300));
    }

    private static ulong Noisy(ulong look, Random random)
    {
        for (var n = random.Next(4); n > 0; n--)
        {
            look ^= 1UL << random.Next(64);
        }

        return look;
    }
}

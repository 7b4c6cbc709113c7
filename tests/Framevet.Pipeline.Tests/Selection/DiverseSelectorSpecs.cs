using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Gating;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Selection;

public sealed class DiverseSelectorSpecs
{
    private const ulong Street = 0;
    private const ulong Beach = 0xFFFF_FFFF;

    [Fact]
    public void A_new_look_wins_over_a_slightly_better_repetition()
    {
        var picks = Pick(2, Frame(0, 90, Street), Frame(10, 89, Street), Frame(14, 80, Beach), Frame(20, 10, Beach));

        picks.Select(p => p.Candidate.Index).ShouldBe([0, 14]);
        picks[0].Reason.ShouldBe("best quality 90.0");
        picks[1].Reason.ShouldBe("adds a new look at 0:14.0 (quality 80.0)");
    }

    [Fact]
    public void With_a_weight_of_one_only_the_score_counts()
    {
        var spec = new PartSpec("diverse").With("count", 2).With("lambda", 1);

        NoServices.Catalog.Build<ISelector>(spec).Pick([Frame(0, 90, Street), Frame(10, 89, Street), Frame(14, 80, Beach)])
            .Select(p => p.Candidate.Index).ShouldBe([0, 10]);
    }

    [Fact]
    public void Every_scene_is_represented_before_one_is_repeated()
    {
        // Four scenes of ten seconds, unlike each other, the third one weaker.
        ulong[] looks = [0, 0xFFFF_FFFF, 0xFFFF_0000_FFFF_0000, 0xFF00_FF00_FF00_FF00];
        var frames = Enumerable.Range(0, 40).Select(s => Frame(s, s / 10 == 2 ? 50 : 80 + (s % 10), looks[s / 10])).ToArray();

        Pick(4, frames).Select(p => p.Candidate.Index / 10).Order().ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public void The_gap_is_relaxed_only_when_too_few_frames_are_left()
    {
        var spec = new PartSpec("diverse").With("count", 3).With("minGapSeconds", 8.0);

        var picks = NoServices.Catalog.Build<ISelector>(spec).Pick([Frame(0, 90, Street), Frame(3, 89, Street), Frame(9, 5, Street)]);

        picks.Select(p => p.Candidate.Index).ShouldBe([0, 9, 3]);
        picks[2].Reason.ShouldBe("fills up at 0:03.0, nearer than 8 s to another pick (quality 89.0)");
    }

    private static Candidate Frame(int second, double quality, ulong look) => Made.Frame(second, second, look, ("quality", quality));

    private static System.Collections.Immutable.ImmutableArray<Pick> Pick(int count, params Candidate[] frames) =>
        NoServices.Catalog.Build<ISelector>(new PartSpec("diverse").With("count", count)).Pick([.. frames]);
}

using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Gating;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Selection;

public sealed class TopSelectorSpecs
{
    [Fact]
    public void The_best_come_first_with_rank_and_reason()
    {
        var picks = Top(new PartSpec("top").With("count", 2), Frame(0, 40), Frame(1, 83.12), Frame(2, 60));

        picks.Select(p => p.Candidate.Index).ShouldBe([1, 2]);
        picks.Select(p => p.Rank).ShouldBe([1, 2]);
        picks.Select(p => p.Reason).ShouldBe(["best quality 83.12", "rank 2 by quality 60.0"]);
    }

    [Fact]
    public void Equal_scores_go_to_the_earlier_frame() =>
        Top(new PartSpec("top").With("count", 2), Frame(3, 50), Frame(1, 50), Frame(2, 50)).Select(p => p.Candidate.Index).ShouldBe([1, 2]);

    [Fact]
    public void A_score_where_less_is_better_is_picked_from_its_lower_end()
    {
        var spec = new PartSpec("top").With("score", "motion").With("count", 1);

        Top(spec, Made.Frame(0, 0, 0, ("motion", 9)), Made.Frame(1, 1, 0, ("motion", 2)), Made.Frame(2, 2)).Single().Candidate.Index.ShouldBe(1);
    }

    [Fact]
    public void What_was_not_measured_comes_last()
    {
        var picks = Top(new PartSpec("top"), Made.Frame(0, 0), Frame(1, 1));

        picks.Select(p => p.Candidate.Index).ShouldBe([1, 0]);
        picks[1].Reason.ShouldBe("rank 2 by quality was not measured");
    }

    [Fact]
    public void The_gap_is_held_on_both_sides()
    {
        var spec = new PartSpec("top").With("minGapSeconds", 2.5);

        var picks = Top(spec, Frame(0, 10), Frame(1, 20), Frame(2, 30), Frame(3, 99), Frame(4, 40), Frame(5, 50), Frame(6, 60));

        picks.Select(p => p.Candidate.Index).ShouldBe([3, 6, 0]);
    }

    [Fact]
    public void A_gap_of_exactly_the_limit_is_allowed() =>
        Top(new PartSpec("top").With("minGapSeconds", 1), Frame(0, 1), Frame(1, 2)).Length.ShouldBe(2);

    [Theory]
    [InlineData(100, 10, 10)]
    [InlineData(95, 10, 10)]
    [InlineData(3, 10, 1)]
    [InlineData(0, 10, 0)]
    [InlineData(3, 100, 3)]
    public void The_share_is_rounded_up(int frames, double percent, int expected)
    {
        var spec = new PartSpec("top").With("percent", percent).With("count", 50);

        Top(spec, [.. Enumerable.Range(0, frames).Select(i => Frame(i, i))]).Length.ShouldBe(expected);
    }

    private static Candidate Frame(int second, double quality) => Made.Frame(second, second, 0, ("quality", quality));

    private static System.Collections.Immutable.ImmutableArray<Pick> Top(PartSpec spec, params Candidate[] frames) =>
        NoServices.Catalog.Build<ISelector>(spec).Pick([.. frames]);
}

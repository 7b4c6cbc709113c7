using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Gating;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Selection;

public sealed class GroupAndShareSpecs
{
    [Theory]
    [InlineData(2700, 540)]
    [InlineData(60, 12)]
    [InlineData(103, 21)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void Of_every_five_samples_one_is_picked(int samples, int picked) => Pick(new PartSpec("best-of-group"), Clip(samples)).Length.ShouldBe(picked);

    [Fact]
    public void Trap_21_Groups_run_over_the_whole_run_and_are_not_cut_where_batches_end()
    {
        // Batches of 103 would end in a group of three.
        var clip = Clip(309);

        var picked = Pick(new PartSpec("best-of-group"), clip.Shuffled(1)).Select(p => p.Candidate.Index).ToList();

        picked.ShouldBe(clip.Chunk(5).Select(g => g.MaxBy(f => f.Score("quality"))!.Index), ignoreOrder: true);
        picked.Order().ShouldNotBe(clip.Chunk(103).SelectMany(b => b.Chunk(5)).Select(g => g.MaxBy(f => f.Score("quality"))!.Index).Order());
    }

    [Fact]
    public void The_best_of_a_group_says_of_which_and_equal_ones_go_to_the_earlier()
    {
        var picks = Pick(new PartSpec("best-of-group").With("groupSize", 2), [Frame(0, 10), Frame(1, 10), Frame(2, 30)]);

        picks.Select(p => (p.Candidate.Index, p.Rank, p.Reason)).ShouldBe([(2, 1, "alone in its group (quality 30.0)"), (0, 2, "best of 2 frames from 0:00.0 to 0:01.0 (quality 10.0)")]);
    }

    [Fact]
    public void With_a_limit_the_best_of_the_winners_are_picked() =>
        Pick(new PartSpec("best-of-group").With("groupSize", 2).With("count", 1), [Frame(0, 10), Frame(1, 20), Frame(2, 30), Frame(3, 5)]).Single().Candidate.Index.ShouldBe(2);

    [Theory]
    [InlineData("top-percent", 100, 10)]
    [InlineData("top-percent", 250, 25)]
    [InlineData("percentile", 100, 10)]
    [InlineData("percentile", 250, 25)]
    public void Trap_22_Ten_percent_means_the_best_tenth_of_the_run(string id, int frames, int picked)
    {
        var clip = Clip(frames);

        var picks = Pick(new PartSpec(id), clip);

        picks.Select(p => p.Candidate).ShouldBe(clip.OrderByDescending(f => f.Score("quality")).Take(picked));
    }

    [Theory]
    [InlineData("top-percent")]
    [InlineData("percentile")]
    public void Trap_21_A_share_is_of_the_whole_run_and_no_order_or_batch_changes_it(string id)
    {
        var clip = Clip(250);

        var whole = Pick(new PartSpec(id), clip).Select(p => p.Candidate.Index).ToList();

        var perBatch = clip.Chunk(100).SelectMany(b => Pick(new PartSpec(id), [.. b])).Select(p => p.Candidate.Index).ToList();
        perBatch.Count.ShouldBe(25);
        perBatch.Order().ShouldNotBe(whole.Order());
        Pick(new PartSpec(id), clip.Shuffled(3)).Select(p => p.Candidate.Index).ShouldBe(whole);
    }

    [Fact]
    public void A_percentile_takes_all_equal_frames_at_the_limit_and_a_share_the_earliest()
    {
        ImmutableArray<Candidate> clip = [.. Enumerable.Range(0, 20).Select(i => Frame(i, i < 10 ? 50 : 10))];

        Pick(new PartSpec("percentile").With("percentile", 80), clip).Length.ShouldBe(10);
        Pick(new PartSpec("top-percent").With("percent", 20), clip).Select(p => p.Candidate.Index).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public void What_was_not_measured_is_in_no_percentile() => Pick(new PartSpec("percentile").With("percentile", 0), [Made.Frame(0, 0), Frame(1, 3)]).Single().Candidate.Index.ShouldBe(1);

    private static Candidate Frame(int second, double quality) => Made.Frame(second, second, 0, ("quality", quality));

    // Every quality once, scattered, rising a little so that batches differ.
    private static ImmutableArray<Candidate> Clip(int frames) => [.. Enumerable.Range(0, frames).Select(i => Frame(i, ((i * 37) % frames) + (i / 10_000.0)))];

    private static ImmutableArray<Pick> Pick(PartSpec spec, ImmutableArray<Candidate> frames) => NoServices.Catalog.Build<ISelector>(spec).Pick(frames);
}

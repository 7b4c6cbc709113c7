using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Gating;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Selection;

public sealed class CoverageSelectorSpecs
{
    [Fact]
    public void A_clip_of_three_frames_is_picked_whole_with_a_top_tenth_and_eight_stretches()
    {
        var spec = new PartSpec("coverage").With("topPercent", 10.0).With("windows", 8).With("minGapSeconds", 5.0);

        Pick(spec, Frame(0, 10), Frame(1, 30), Frame(2, 20)).Select(p => p.Candidate.Index).ShouldBe([1, 2, 0]);
    }

    [Fact]
    public void The_top_comes_first_and_then_the_best_of_each_stretch()
    {
        // The best lie together; each of four stretches of ten seconds has a best of its own.
        var frames = Enumerable.Range(0, 40).Select(i => Frame(i, i is 12 or 14 ? 90 + i : i % 10 == 5 ? 50 : 10)).ToArray();

        var picks = Pick(new PartSpec("coverage").With("windows", 4).With("atLeast", 0), frames);

        picks.Select(p => p.Candidate.Index).ShouldBe([14, 12, 5, 15, 25, 35]);
        picks[0].Reason.ShouldBe("in the top tier (quality 104.0)");
        picks[2].Reason.ShouldBe("best of stretch 1 of 4 (quality 50.0)");
    }

    [Fact]
    public void A_share_instead_of_a_percentile_is_rounded_up() =>
        Pick(new PartSpec("coverage").With("topPercent", 10.0).With("windows", 0).With("atLeast", 0), [.. Enumerable.Range(0, 25).Select(i => Frame(2 * i, i))])
            .Select(p => p.Candidate.Index).ShouldBe([48, 46, 44]);

    [Fact]
    public void Top_and_stretches_keep_the_gap_and_filling_up_halves_it_as_often_as_needed()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var frames = Enumerable.Range(0, 60).Select(i => Frame(i, random.Next(30))).ToArray();

            var strict = Pick(new PartSpec("coverage").With("minGapSeconds", 4.0).With("atLeast", 0), frames);
            var filled = Pick(new PartSpec("coverage").With("minGapSeconds", 4.0).With("atLeast", 25), frames);

            Nearest(strict).ShouldBeGreaterThanOrEqualTo(4, $"seed {seed}");
            filled.Take(strict.Length).Select(p => p.Candidate).ShouldBe(strict.Select(p => p.Candidate), $"seed {seed}");
            filled.Length.ShouldBe(25, $"seed {seed}");
            Nearest(filled).ShouldBeGreaterThanOrEqualTo(1, $"seed {seed}");
        }
    }

    [Fact]
    public void Every_stretch_with_a_frame_far_enough_from_others_is_represented()
    {
        var frames = Enumerable.Range(0, 80).Select(i => Frame(i, i / 10 == 3 ? 1 : 60 + (i % 10))).ToArray();

        Pick(new PartSpec("coverage"), frames).Select(p => p.Candidate.Index / 10).Distinct().Count().ShouldBe(8);
    }

    [Fact]
    public void Frames_of_one_moment_and_no_frames_are_no_trouble()
    {
        Pick(new PartSpec("coverage"), Frame(4, 1)).Length.ShouldBe(1);
        Pick(new PartSpec("coverage"), Made.Frame(0, 0), Made.Frame(1, 0.1)).Length.ShouldBe(2);
        Pick(new PartSpec("coverage")).ShouldBeEmpty();
    }

    private static double Nearest(ImmutableArray<Pick> picks)
    {
        var times = picks.Select(p => p.Candidate.Pts.Seconds).Order().ToArray();
        return times.Zip(times.Skip(1), (a, b) => b - a).DefaultIfEmpty(double.MaxValue).Min();
    }

    private static Candidate Frame(int second, double quality) => Made.Frame(second, second, 0, ("quality", quality));

    private static ImmutableArray<Pick> Pick(PartSpec spec, params Candidate[] frames) => NoServices.Catalog.Build<ISelector>(spec).Pick([.. frames]);
}

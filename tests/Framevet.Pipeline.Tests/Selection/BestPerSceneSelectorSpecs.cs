using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Gating;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Selection;

public sealed class BestPerSceneSelectorSpecs
{
    private static readonly Candidate[] TwoScenes = [Frame(0, 10, 1), Frame(1, 90, 1), Frame(2, 80, 1), Frame(3, 20, 2), Frame(4, 30, 2)];

    [Fact]
    public void The_best_of_each_scene_is_picked_the_better_scene_first()
    {
        var picks = Pick(new PartSpec("best-per-scene"), TwoScenes);

        picks.Select(p => (p.Candidate.Index, p.Rank, p.Reason)).ShouldBe([(1, 1, "best of scene 1 (quality 90.0)"), (4, 2, "best of scene 2 (quality 30.0)")]);
    }

    [Fact]
    public void Each_scenes_best_comes_before_any_second_best()
    {
        var picks = Pick(new PartSpec("best-per-scene").With("perScene", 2).With("count", 3), TwoScenes);

        picks.Select(p => p.Candidate.Index).ShouldBe([1, 4, 2]);
        picks[2].Reason.ShouldBe("rank 2 of scene 1 (quality 80.0)");
    }

    [Fact]
    public void Scenes_that_are_too_short_are_left_out() =>
        Pick(new PartSpec("best-per-scene").With("minSceneSeconds", 1.5), TwoScenes).Select(p => p.Candidate.Index).ShouldBe([1]);

    [Fact]
    public void Without_a_scene_list_the_run_is_one_scene()
    {
        var picks = Pick(new PartSpec("best-per-scene"), Frame(0, 10, null), Frame(1, 90, null));

        picks.Single().Reason.ShouldBe("best of the run, which has no scene list (quality 90.0)");
    }

    private static Candidate Frame(int second, double quality, int? scene) => Made.Frame(second, second, 0, ("quality", quality)) with { Scene = scene };

    private static ImmutableArray<Pick> Pick(PartSpec spec, params Candidate[] frames) => NoServices.Catalog.Build<ISelector>(spec).Pick([.. frames]);
}

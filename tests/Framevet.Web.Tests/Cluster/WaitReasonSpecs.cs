using System.Collections.Immutable;
using Framevet.Data.Cluster;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Web.Jobs;

namespace Framevet.Web.Tests.Cluster;

/// <summary>Where a run waits, and what is said about that.</summary>
public sealed class WaitReasonSpecs
{
    private static readonly TurnRules Rules = TurnRules.Default with { MostPerOwner = 2 };

    [Fact]
    public void Runs_with_models_go_to_the_cards_while_a_node_works_with_them_and_others_never_do()
    {
        ImmutableArray<NodeRow> all = [Node("web", ""), Node("cpu-1", "io 1, cpu 2"), Node("gpu-1", "gpu 1")];

        WorkRouting.GroupOf(true, all, waitForGpu: false).ShouldBe("gpu");
        WorkRouting.GroupOf(false, all, waitForGpu: true).ShouldBe("cpu");
    }

    [Theory]
    [InlineData(NodeWish.Drain, 1)]
    [InlineData(NodeWish.Pause, 1)]
    [InlineData(NodeWish.Work, 60)]
    public void Without_a_card_at_work_they_go_to_the_processors_or_wait_as_configured(NodeWish wish, int silence)
    {
        ImmutableArray<NodeRow> all = [Node("cpu-1", "io 1, cpu 2"), Node("gpu-1", "gpu 1", wish, silence)];

        WorkRouting.GroupOf(true, all, waitForGpu: false).ShouldBe("cpu");
        WorkRouting.GroupOf(true, all, waitForGpu: true).ShouldBe("gpu");
    }

    [Fact]
    public void A_run_that_nobody_takes_says_what_is_missing()
    {
        ImmutableArray<NodeRow> all = [Node("cpu-1", "io 1, cpu 2", NodeWish.Drain), Node("cpu-2", "cpu 1", NodeWish.Pause), Node("gpu-1", "gpu 1", NodeWish.Work, 60)];

        Say(new Waiting("cpu", null, 0, 3), all).ShouldBe("Every node of the group cpu is draining or paused: cpu-1, cpu-2.");
        Say(new Waiting("gpu", null, 0, 3), all).ShouldBe("No node with a graphics card (group gpu) is running.");
        Say(new Waiting(null, null, 0, 3), all).ShouldBe("A worker has not seen it yet.");
    }

    [Fact]
    public void A_run_that_will_be_taken_says_what_comes_first()
    {
        ImmutableArray<NodeRow> all = [Node("cpu-1", "io 1, cpu 2"), Node("cpu-2", "cpu 1"), Node("gpu-1", "gpu 1")];

        Say(new Waiting("cpu", TimeSpan.FromSeconds(7.2), 0, 3), all).ShouldBe("It is tried again in about 8 seconds.");
        Say(new Waiting("cpu", null, 2, 3), all).ShouldBe("2 runs of its owner are being vetted, as many as one person may have at a time.");
        Say(new Waiting("cpu", null, 1, 3), all).ShouldBe("3 other runs wait as well; 3 runs may be vetted at a time, and everybody gets a turn.");
        Say(new Waiting("gpu", null, 1, 0), all).ShouldBe("It is the next on nodes with a graphics card: 1 run may be vetted at a time.");
    }

    private static string Say(Waiting waiting, ImmutableArray<NodeRow> all) => WaitReason.Say(waiting, all, Rules);

    private static NodeRow Node(string id, string groups, NodeWish wish = NodeWish.Work, int silence = 1) =>
        new(id, "worker", groups, "1.0", default, default, TimeSpan.FromSeconds(silence), 0, wish);
}

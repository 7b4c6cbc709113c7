using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;

namespace Framevet.Data.Tests;

public class SceneStoreSpecs
{
    private static readonly TimeBase Unit = new(1, 12800);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_scene_list_is_replaced_as_it_grows_and_comes_back_by_number()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now);
        await store.AddAsync(run, Ct);
        (await store.ScenesAsync(run.Id, Ct)).ShouldBeEmpty();

        var before = await store.SaveScenesAsync(run.Id, [Scene(1, 0, 40)], Ct);
        var after = await store.SaveScenesAsync(run.Id, [Scene(1, 0, 24), Scene(2, 25, 60)], Ct);

        after.ShouldBeGreaterThan(before);
        (await store.ScenesAsync(run.Id, Ct)).ShouldBe([Scene(1, 0, 24), Scene(2, 25, 60)]);

        await store.SaveScenesAsync(run.Id, [Scene(1, 0, 60)], Ct);
        (await store.ScenesAsync(run.Id, Ct)).ShouldBe([Scene(1, 0, 60)]);
    }

    [Fact]
    public async Task Scenes_go_with_a_cleared_run_and_belong_to_one_run_only()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var (one, two) = (Make.Run(database.Clock.Now), Make.Run(database.Clock.Now));
        await store.AddAsync(one, Ct);
        await store.AddAsync(two, Ct);
        await store.SaveScenesAsync(one.Id, [Scene(1, 0, 5)], Ct);
        await store.SaveScenesAsync(two.Id, [Scene(1, 0, 9)], Ct);

        await store.ClearAsync(one.Id, Ct);

        (await store.ScenesAsync(one.Id, Ct)).ShouldBeEmpty();
        (await store.ScenesAsync(two.Id, Ct)).ShouldBe([Scene(1, 0, 9)]);
    }

    [Fact]
    public async Task Late_gate_answers_replace_gating_losses_and_nothing_else()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now);
        await store.AddAsync(run, Ct);
        ImmutableArray<Candidate> frames =
        [
            Make.Candidate(0, gateLoss: "too dark"), Make.Candidate(1000), Make.Candidate(2000, verdict: Make.Block) with { Losses = [new Loss(LossStage.Moderation, "people", "blocked")] },
        ];
        await store.SaveCandidatesAsync(run.Id, frames, new Funnel(), Ct);

        var percentile = new Loss(LossStage.Gating, "percentile", "below the 90th percentile");
        var funnel = new Funnel(Decoded: 9, Sampled: 3, PassedGates: 1);
        await store.SaveGatingAsync(run.Id, [(frames[0].Pts, []), (frames[1].Pts, [percentile]), (frames[2].Pts, [percentile])], funnel, Ct);

        var after = await store.CandidatesAsync(run.Id, Ct);
        after[0].Losses.ShouldBeEmpty();
        after[1].Losses.ShouldBe([percentile]);
        after[2].Losses.ShouldBe([percentile, frames[2].Losses[0]]);
        (await store.GetAsync(run.Id, Ct))!.Funnel.ShouldBe(funnel);
    }

    private static Scene Scene(int number, int first, int last) => new(number, Stamp(first), Stamp(last));

    private static FrameStamp Stamp(int index) => new(index, new Pts(index * 512, Unit));
}

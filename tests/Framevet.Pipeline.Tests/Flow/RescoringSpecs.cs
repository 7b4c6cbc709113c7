using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>Judging stored frames anew.</summary>
public sealed class RescoringSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_recipe_of_the_run_gives_what_the_run_gave()
    {
        await using var rig = new FlowRig(60, sum => sum % 3 == 0 ? 0.95 : 0.0);
        var (run, frames) = await DoneAsync(rig);

        var again = await rig.Get<Rescoring>().ApplyAsync(frames, run.Recipe, run.Funnel, Ct);

        again.Frames.Select(f => (f.Pts, f.Rank, f.PickReason)).ShouldBe(frames.Select(f => (f.Pts, f.Rank, f.PickReason)));
        again.Frames.Select(f => string.Join('|', f.Losses)).ShouldBe(frames.Select(f => string.Join('|', f.Losses)));
        again.Frames.ShouldAllBe(f => frames.Any(o => ReferenceEquals(o.Scores, f.Scores)));
        again.Funnel.ShouldBe(run.Funnel);
    }

    [Fact]
    public async Task Other_weights_gates_and_counts_give_what_a_run_with_them_gives()
    {
        await using var rig = new FlowRig();
        var (run, frames) = await DoneAsync(rig);
        var other = FlowRig.Recipe with
        {
            Metrics = [.. FlowRig.Recipe.Metrics.Where(m => m.Id != "quality"), new PartSpec("quality").With("weights", new Dictionary<string, double> { ["brightness"] = 1 })],
            Gates = [new PartSpec("threshold").With("min", new Dictionary<string, double> { ["brightness"] = 40 })],
            Selector = new PartSpec("top").With("count", 3),
        };
        var fresh = await rig.Desk.SubmitAsync(new SubmitRequest(rig.Folder.Write("other", [1, 2, 3]), "other.mp4", other), FlowRig.Owner, Ct);
        await rig.Desk.WorkAsync(fresh.Id, Ct);
        var expected = await rig.FramesAsync(fresh.Id);

        var outcome = await rig.Get<Rescoring>().ApplyAsync(frames, other, run.Funnel, Ct);

        outcome.Picks.Length.ShouldBe(3);
        outcome.Frames.Select(f => (f.Pts, f.Rank, f.Score("quality"), f.PassedGates)).ShouldBe(expected.Select(f => (f.Pts, f.Rank, f.Score("quality"), f.PassedGates)));
        outcome.Funnel.Selected.ShouldBe(3);
        outcome.Funnel.PassedGates.ShouldBeLessThan(run.Funnel.Sampled);
    }

    [Fact]
    public async Task A_blocked_frame_is_never_picked_whatever_the_weights()
    {
        await using var rig = new FlowRig(60, sum => sum % 3 == 0 ? 0.95 : 0.0);
        var (run, frames) = await DoneAsync(rig);
        frames.ShouldContain(f => !f.IsAllowed);

        var outcome = await rig.Get<Rescoring>().ApplyAsync(frames, FlowRig.Recipe with { Gates = [], Selector = new PartSpec("top").With("count", 10_000) }, run.Funnel, Ct);

        outcome.Picks.Length.ShouldBe(frames.Count(f => f.IsAllowed));
        outcome.Picks.ShouldAllBe(p => p.Candidate.IsAllowed);
    }

    [Fact]
    public async Task A_recipe_that_cannot_be_is_refused_with_its_fault()
    {
        await using var rig = new FlowRig();
        var (run, frames) = await DoneAsync(rig);

        (await Should.ThrowAsync<VettingException>(() => rig.Get<Rescoring>().ApplyAsync(frames, FlowRig.Recipe with { Gates = [new PartSpec("no-such")] }, run.Funnel, Ct))).Message.ShouldContain("no-such");
    }

    [Fact]
    public void A_change_names_what_came_what_went_and_what_moved()
    {
        ImmutableArray<VersionPick> before = [new(10, 1, ""), new(20, 2, ""), new(30, 3, "")], after = [new(20, 1, ""), new(40, 2, ""), new(30, 3, "")];

        var change = SelectionChange.Between(before, after);

        change.Gained.Select(p => p.Pts).ShouldBe([40]);
        change.Lost.Select(p => p.Pts).ShouldBe([10]);
        change.Moved.ShouldBe([new MovedPick(20, 2, 1)]);
        change.Same.ShouldBe(1);
    }

    [Fact]
    public async Task Presets_of_every_kind_of_content_are_valid_and_have_names_of_their_own()
    {
        await using var rig = new FlowRig();

        ContentRecipes.All.ShouldAllBe(r => rig.Catalog.Validate(r).IsEmpty, string.Join('\n', ContentRecipes.All.SelectMany(r => rig.Catalog.Validate(r).Select(f => $"{r.Name}: {f}"))));
        ContentRecipes.All.Concat(BuiltInRecipes.All).Select(r => r.Name).ShouldBeUnique();
        ContentRecipes.All.Select(r => r.Name).ShouldBe(["Interview", "Sport", "Animation", "Screen capture", "Photo set"]);
    }

    private static async Task<(Run Run, ImmutableArray<Candidate> Frames)> DoneAsync(FlowRig rig)
    {
        var run = await rig.SubmitAsync(Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);
        return (await rig.RunAsync(run.Id), await rig.FramesAsync(run.Id));
    }
}

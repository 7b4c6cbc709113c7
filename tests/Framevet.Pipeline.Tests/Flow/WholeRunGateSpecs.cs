using System.Collections.Immutable;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>Gates that need the whole run, from film to stored rows.</summary>
public sealed class WholeRunGateSpecs
{
    public static TheoryData<string> Remembering =>
        [.. NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Gate).Select(p => p.Id).Where(id => NoServices.Catalog.Build<IGate>(new PartSpec(id)).Remembers)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Remembering))]
    public async Task Trap_26_A_frame_that_fails_a_filter_leaves_its_copy_alone(string id)
    {
        // The first frame has no motion score and fails; frame 2 is its very copy. Frame 6 is a copy of frame 4, which passes.
        // Other frames of the film are alike as well, but none so much.
        var hasDistance = NoServices.Catalog.Parts.Single(p => p.Kind == PartKind.Gate && p.Id == id).Options.Any(o => o.Name == "maxDistance");
        var gate = hasDistance ? new PartSpec(id).With("maxDistance", 0) : new PartSpec(id);

        var frames = await VettedAsync([gate, new PartSpec("threshold").With("min", new Dictionary<string, double> { ["motion"] = 0 })]);

        Losses(frames, 0).ShouldBe(["threshold: motion was not measured"]);
        Losses(frames, 2).ShouldBeEmpty();
        Losses(frames, 4).ShouldBeEmpty();
        Losses(frames, 6).ShouldHaveSingleItem().ShouldContain("frame #4 at 0:00.4 (");
    }

    [Fact]
    public async Task A_percentile_of_the_run_comes_before_repetitions_are_dropped()
    {
        var frames = await VettedAsync([new PartSpec("duplicate-global"), new PartSpec("percentile").With("percentile", 50)]);

        var cut = frames.Select(f => f.Score("quality")!.Value).Order().Skip((frames.Count - 1) / 2).First();
        frames.ShouldAllBe(f => f.Losses.Any(l => l.Part == "percentile") == (f.Score("quality") < cut));
        frames.ShouldAllBe(f => f.Losses.Length <= 1);
    }

    [Theory]
    [InlineData("faces-walking.gif")]
    [InlineData("person-signing-640x480.mkv")]
    public async Task A_real_film_is_judged_by_pictures_and_shares_the_same_way_twice(string name)
    {
        var film = TestMedia.Path(name);
        var recipe = FlowRig.Recipe with
        {
            Gates = [new("ssim"), new("phash-ssim"), new("duplicate-scene"), new PartSpec("percentile").With("percentile", 20)],
            Moderation = BuiltInRecipes.All[0].Moderation,
            Selector = new("coverage"),
        };

        var first = await RowsAsync(film, recipe);

        first.Count(f => f.PassedGates).ShouldBeInRange(1, first.Length - 1);
        first.Count(f => f.Losses.Any(l => l.Part == "percentile")).ShouldBe((int)Math.Ceiling((first.Length - 1) * 0.2), "scores of a film are seldom equal");
        first.SelectMany(f => f.Losses).ShouldContain(l => l.Part == "ssim" && l.Reason.Contains("similarity", StringComparison.Ordinal));
        (await RowsAsync(film, recipe)).Select(FrameRows.Text).ShouldBe(first.Select(FrameRows.Text));
    }

    private static async Task<ImmutableArray<Candidate>> RowsAsync(string film, Recipe recipe)
    {
        await using var rig = new FlowRig(isReal: true);
        var run = await rig.SubmitFileAsync(film, recipe, Ct);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);
        return await rig.FramesAsync(run.Id);
    }

    private static IEnumerable<string> Losses(IReadOnlyList<Candidate> frames, int index) =>
        frames.Single(f => f.Index == index).Losses.Where(l => l.Stage == LossStage.Gating).Select(l => $"{l.Part}: {l.Reason}");

    private static async Task<IReadOnlyList<Candidate>> VettedAsync(PartSpec[] gates)
    {
        await using var rig = new FlowRig(42);
        rig.Source.IsRepeat = i => i is 2 or 6;
        var recipe = FlowRig.Recipe with { Gates = [.. gates] };
        var run = await rig.Desk.SubmitAsync(new SubmitRequest(rig.Folder.Write("film", [1, 2, 3]), "clip.mp4", recipe), FlowRig.Owner, Ct);

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);

        return await rig.FramesAsync(run.Id) is var frames && frames.Any(f => f.Losses.Any(l => l.Stage == LossStage.Selection))
            ? [.. frames.Select(f => f with { Losses = [.. f.Losses.Where(l => l.Stage == LossStage.Gating)] })]
            : frames;
    }
}

using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

/// <summary>What every gate promises that is asked about a whole run or drops repetitions.</summary>
public sealed class RunGateContractSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> RunGates => [.. Ids.Where(id => Build(id) is IRunGate)];

    public static TheoryData<string> Remembering => [.. Ids.Where(id => Build(id).Remembers)];

    private static IEnumerable<string> Ids => NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Gate).Select(p => p.Id);

    [Theory]
    [MemberData(nameof(RunGates))]
    public async Task Each_frame_gets_one_answer_with_a_reason_when_it_fails_and_the_same_again(string id)
    {
        var frames = Made.Clip(1, 200);

        var answers = await AskAsync(id, frames);

        answers.Length.ShouldBe(frames.Length);
        answers.ShouldAllBe(a => a.Pass == (a.Reason == null));
        (await AskAsync(id, frames)).ShouldBe(answers);
    }

    [Theory]
    [MemberData(nameof(RunGates))]
    public async Task A_run_without_frames_gets_no_answers(string id) => (await AskAsync(id, [])).ShouldBeEmpty();

    [Fact]
    public async Task Trap_16_no_gate_sampler_or_selector_falls_over_an_end_without_frames()
    {
        var gates = RunParts.InOrder(Ids.Select(id => new NamedGate(id, Build(id))));
        (await RunGating.JudgeAsync([], gates, new MadeLooks(), Ct)).ShouldBeEmpty();
        foreach (var part in NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Sampler))
        {
            var sampler = NoServices.Catalog.Build<ISampler>(new PartSpec(part.Id));
            using var end = sampler as IDisposable;
            (sampler as IHoldingSampler)?.Complete((in Frame frame) => Assert.Fail($"{part.Id} gave frame {frame.Index} of none"));
        }

        foreach (var part in NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Selector))
        {
            NoServices.Catalog.Build<ISelector>(new PartSpec(part.Id)).Pick([]).ShouldBeEmpty(part.Id);
        }
    }

    [Theory]
    [MemberData(nameof(RunGates))]
    public async Task A_frame_alone_is_repeated_by_nothing_and_below_nothing(string id) =>
        (await AskAsync(id, [Made.Frame(0, 0, 7, ("quality", 40), ("sharpness", 40))])).ShouldHaveSingleItem().Pass.ShouldBeTrue();

    [Theory]
    [MemberData(nameof(Remembering))]
    public async Task Trap_26_A_frame_that_fails_a_filter_never_removes_one_that_passes(string id)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            // Few looks, so nearly every frame repeats another one; half of them fail the floor.
            var random = new Random(seed);
            ImmutableArray<Candidate> frames = [.. Enumerable.Range(0, 60).Select(i => Made.Frame(i, i, 0xFFUL << (8 * random.Next(8)), ("quality", random.Next(100)), ("brightness", random.Next(100))))];

            var all = await JudgeAsync(id, frames);
            var passing = await JudgeAsync(id, [.. frames.Where(f => f.Score("brightness") >= 50)]);

            all.Where(f => f.PassedGates).Select(f => f.Index).ShouldBe(passing.Where(f => f.PassedGates).Select(f => f.Index), $"seed {seed}");
            all.Count(f => f.Losses.Any(l => l.Part == id)).ShouldBeGreaterThan(0, $"seed {seed}");
            all.Where(f => f.Score("brightness") < 50).ShouldAllBe(f => f.Losses.Single().Part == "threshold", $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Remembering))]
    public async Task Of_repetitions_one_always_stays(string id)
    {
        var frames = Enumerable.Range(0, 30).Select(i => Made.Frame(i, i, 0xF0F0, ("quality", i % 7))).ToImmutableArray();

        (await JudgeAsync(id, frames, floor: 0)).Count(f => f.PassedGates).ShouldBe(1);
    }

    private static async Task<ImmutableArray<GateResult>> AskAsync(string id, ImmutableArray<Candidate> frames) =>
        await ((IRunGate)Build(id)).CheckAllAsync(frames, new MadeLooks(), Ct);

    private static Task<ImmutableArray<Candidate>> JudgeAsync(string id, ImmutableArray<Candidate> frames, double floor = 50)
    {
        // Named first on purpose: the order of a recipe must not matter.
        var threshold = new PartSpec("threshold").With("min", floor == 0 ? [] : new Dictionary<string, double> { ["brightness"] = floor });
        return RunGating.JudgeAsync(frames, [new NamedGate(id, Build(id)), new NamedGate("threshold", NoServices.Catalog.Build<IGate>(threshold))], new MadeLooks(), Ct);
    }

    private static IGate Build(string id) => NoServices.Catalog.Build<IGate>(new PartSpec(id));
}

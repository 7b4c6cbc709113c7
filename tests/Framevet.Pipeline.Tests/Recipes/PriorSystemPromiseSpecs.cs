using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Gating;
using Framevet.Pipeline.Tests.Sampling;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Recipes;

/// <summary>The published constants, orders and ties of each earlier system, asked of its recipe: whoever changes a recipe, or a default that one relies on, meets them here.</summary>
public sealed class PriorSystemPromiseSpecs
{
    private static readonly string[] Classical = ["sharpness", "edge-strength", "contrast", "brightness", "entropy", "motion", "quality"];

    [Fact]
    public void Pyframe_takes_the_first_liveliest_frame_of_each_of_ten_equal_stretches_and_picks_all_ten()
    {
        var random = new Random(5);
        var frames = Enumerable.Range(0, 150).Select(i => Sampled.Frame(i, Pictures.Flat(64, 64, (byte)random.Next(256)))).ToList();
        var motion = frames.Select((f, i) => i == 0 ? 0 : Math.Abs(f.Luma[0] - frames[i - 1].Luma[0])).ToArray();

        var taken = Sampled.By(Sampled.Build(PriorSystems.PyFrame.Sampler), frames, 150);

        taken.ShouldBe(Enumerable.Range(0, 10).Select(b => Enumerable.Range(b * 15, 15).MaxBy(i => motion[i])));
        Picked(PriorSystems.PyFrame, [.. taken.Select(i => Frame(i, i))]).Length.ShouldBe(10);
        Spelled(PriorSystems.PyFrame).ShouldBe(
        [
            """sampler motion-buckets {"budget":10,"floorFps":0,"withLast":false}""",
            """selector top {"count":10,"minGapSeconds":0,"percent":100,"score":"quality"}""",
        ]);
    }

    [Fact]
    public void Pyframe_s_cascade_looks_at_two_frames_a_second_and_sends_four_in_two_calls()
    {
        Spelled(PriorSystems.PyFrameCascade).ShouldBe(["""sampler dense {"fps":2}""", """selector top {"count":10,"minGapSeconds":0,"percent":100,"score":"quality"}"""]);
        PriorSystems.PyFrameCascade.Moderation.Backends.Select(b => b.Id).ShouldBe(["local-model", "skin-region", "aws-rekognition"]);
        PriorSystems.PyFrameCascade.Moderation.Cascade.ShouldBe(new CascadeRecipe(MaxCalls: 2, FramesPerGrid: 2, MaxCallsAlone: 10));
    }

    [Theory]
    [InlineData(2700, 540)]
    [InlineData(60, 12)]
    [InlineData(103, 21)]
    public void Perfectframe_scores_a_frame_a_second_and_picks_the_first_best_of_every_five(int samples, int picked)
    {
        ImmutableArray<Candidate> clip = [.. Enumerable.Range(0, samples).Select(i => Frame(i, i * 37 % 4))];

        Sampled.Plan(PriorSystems.PerfectFrame.Sampler).ShouldBe(new DecodePlan.Interval(TimeSpan.FromSeconds(1)));
        Picked(PriorSystems.PerfectFrame, clip).ShouldBe(clip.Chunk(5).Select(g => g.MaxBy(f => f.Score("quality"))!.Index));
        Picked(PriorSystems.PerfectFrame, clip).Length.ShouldBe(picked);
        Spelled(PriorSystems.PerfectFrame).ShouldBe(["""sampler interval {"seconds":1}""", """selector best-of-group {"count":10000,"groupSize":5,"score":"quality"}"""]);
    }

    [Fact]
    public void Perfectframe_nima_is_the_same_by_the_aesthetic_score_of_native_pictures()
    {
        var recipe = PriorSystems.PerfectFrameNima;

        recipe.AnalysisSide.ShouldBe(0, "its resampler wants native pixels");
        recipe.Metrics.Select(m => m.Id).ShouldContain("nima-aesthetic");
        (recipe.Sampler, recipe.Selector.Id).ShouldBe((PriorSystems.PerfectFrame.Sampler, "best-of-group"));
        (recipe.Selector.Options["groupSize"].GetInt32(), recipe.Selector.Options["score"].GetString()).ShouldBe((5, "nima-aesthetic"));
    }

    [Fact]
    public void Video_sampler_hash_looks_at_keyframes_a_second_apart_and_keeps_the_first_of_each_look()
    {
        // Looks come again within the window (dropped, and remembered longer), and after 31 others (new again).
        var looks = (int[])[0, 1, 0, .. Enumerable.Range(2, 31), 1, 0];
        var frames = looks.Select((look, i) => Sampled.Frame(i * 25, Pictures.Noise(64, 64, look))).ToList();

        Sampled.Plan(PriorSystems.VideoSamplerHash.Sampler).ShouldBe(new DecodePlan.Keyframes(TimeSpan.FromSeconds(1)));
        Sampled.By(Sampled.Build(PriorSystems.VideoSamplerHash.Sampler), frames).Select(i => looks[i / 25]).ShouldBe([0, 1, .. Enumerable.Range(2, 31), 1, 0]);
        Spelled(PriorSystems.VideoSamplerHash).ShouldBe(
        [
            """sampler hash-buffer {"compatible":false,"hashSize":8,"keyframesOnly":true,"seconds":1,"size":30,"tolerance":0.08}""",
            """selector top {"count":10000,"minGapSeconds":0,"percent":100,"score":"quality"}""",
        ]);
    }

    [Fact]
    public async Task Subject_frames_filters_keep_the_better_of_look_alikes_by_the_published_formula_and_write_png()
    {
        var recipe = PriorSystems.SubjectFrames;
        var quality = NoServices.Catalog.Build<IDerivedMetric>(recipe.Metrics.Single(m => m.Id == "quality"));
        var derived = new float[1];
        quality.Derive(new Dictionary<string, float> { ["sharpness"] = 500, ["edge-strength"] = 25, ["contrast"] = 40, ["brightness"] = 50, ["entropy"] = 4 }, derived);

        derived[0].ShouldBe((float)((30 * 0.5) + (20 * 0.25) + (20 * 0.4) + (10 * 0.5) + (20 * 0.5)), 1e-4f);
        Sampled.Plan(recipe.Sampler).ShouldBe(new DecodePlan.Interval(TimeSpan.FromSeconds(5)));
        ImmutableArray<Candidate> clip = [Frame(0, 10, 0), Frame(1, 90, 0b11111), Frame(2, 50, ulong.MaxValue), Frame(3, 20, 0b111111UL << 20)];
        var gate = (IRunGate)NoServices.Catalog.Build<IGate>(recipe.Gates.Single());
        (await gate.CheckAllAsync(clip, new MadeLooks(), TestContext.Current.CancellationToken)).Select(a => a.Pass).ShouldBe([false, true, true, true], "five bits are a duplicate, six are none");
        Picked(recipe, clip).Length.ShouldBe(4);
        Spelled(recipe).ShouldBe(
        [
            """sampler interval {"seconds":5}""",
            """gate duplicate-global {"maxDistance":5,"score":"quality"}""",
            """selector top {"count":10000,"minGapSeconds":0,"percent":100,"score":"quality"}""",
        ]);
        recipe.Metrics.Select(m => m.Id).ShouldBe(Classical, ignoreOrder: true);
        (recipe.Exporters.Single().Id, recipe.Exporters.Single().Options["format"].GetString()).ShouldBe(("zip", "png"));
    }

    [Fact]
    public void Subject_frames_people_adds_faces_and_the_subject_before_look_alikes_are_dropped()
    {
        var recipe = PriorSystems.SubjectFramesPeople;

        recipe.Gates.Select(g => g.Id).ShouldBe(["face-presence", "duplicate-global"], "who fails a filter removes nobody");
        recipe.Metrics.Select(m => m.Id).ShouldBe([.. PriorSystems.SubjectFrames.Metrics.Select(m => m.Id), "faces", "face-likeness", "face-details", "person-mask", "subject"]);
        recipe.Sampler.ShouldBe(PriorSystems.SubjectFrames.Sampler);

        var gate = NoServices.Catalog.Build<IGate>(recipe.Gates[0]);
        bool Passes(float confidence, float area) => gate.Check(Made.Frame(0, 0, 0, ("face-count", 1), ("face-confidence", confidence), ("face-area", area))).Pass;
        Passes(0.9f, 5).ShouldBeTrue("its presence filter: certainty 0.9, 5 % of the frame");
        Passes(0.89f, 5).ShouldBeFalse();
        Passes(0.9f, 4.9f).ShouldBeFalse();
    }

    [Fact]
    public void Score_every_frame_picks_the_top_twentieth_and_the_best_of_each_eighth_and_fills_short_clips_up()
    {
        ImmutableArray<Candidate> clip = [.. Enumerable.Range(0, 200).Select(i => Made.Frame(i, i * 2, 0, ("quality", i * 73 % 200)))];

        Sampled.Plan(PriorSystems.ScoreEveryFrame.Sampler).ShouldBe(new DecodePlan.EveryFrame());
        var picked = Picked(PriorSystems.ScoreEveryFrame, clip);
        picked.Take(10).ShouldBe(clip.OrderByDescending(f => f.Score("quality")).Take(10).Select(f => f.Index), ignoreOrder: true);
        foreach (var eighth in clip.Chunk(25))
        {
            picked.ShouldContain(eighth.MaxBy(f => f.Score("quality"))!.Index);
        }

        Picked(PriorSystems.ScoreEveryFrame, [Frame(0, 1), Frame(1, 3), Frame(2, 2)]).ShouldBe([0, 1, 2], ignoreOrder: true);
        Spelled(PriorSystems.ScoreEveryFrame).ShouldBe(
        [
            "sampler all {}",
            """selector coverage {"atLeast":8,"count":10000,"minGapSeconds":1,"percentile":95,"score":"quality","topPercent":0,"windows":8}""",
        ]);
    }

    [Fact]
    public void All_of_them_measure_what_is_classical_and_look_at_a_view_of_one_size() =>
        PriorSystems.Recipes.Where(r => r.Name is not ("perfectframe-nima" or "subject-frames-people")).ShouldAllBe(r => r.AnalysisSide == 512 && r.Range == null && r.Metrics.All(m => Classical.Contains(m.Id)));

    private static Candidate Frame(int index, double quality, ulong look = 0) => Made.Frame(index, index, look, ("quality", quality));

    private static int[] Picked(Recipe recipe, ImmutableArray<Candidate> frames) => [.. NoServices.Catalog.Build<ISelector>(recipe.Selector).Pick(frames).Select(p => p.Candidate.Index)];

    /// <summary>What chooses frames, with every option spelled out.</summary>
    private static IEnumerable<string> Spelled(Recipe recipe) =>
        [Spelled("sampler", PartKind.Sampler, recipe.Sampler), .. recipe.Gates.Select(g => Spelled("gate", PartKind.Gate, g)), Spelled("selector", PartKind.Selector, recipe.Selector)];

    private static string Spelled(string word, PartKind kind, PartSpec spec)
    {
        var options = NoServices.Catalog.Parts.Single(p => p.Kind == kind && p.Id == spec.Id).Options.ToImmutableSortedDictionary(o => o.Name, o => spec.Options.GetValueOrDefault(o.Name) is { ValueKind: not JsonValueKind.Undefined } set ? set : o.Default);
        return $"{word} {spec.Id} {JsonSerializer.Serialize(options)}";
    }
}

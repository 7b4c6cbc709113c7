using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Onnx;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>What each head promises, with made models of known arithmetic in the real runtime.</summary>
public sealed class HeadSpecs
{
    private static readonly float[] Zeros = new float[30];

    private static readonly DistributionHead Ten = new() { Output = "out" };

    [Fact]
    public void A_distribution_gives_its_mean_and_its_spread()
    {
        using var models = new TinyModels();
        models.Add("made", TinyModels.Linear(Zeros, [0.1f, 0.05f, 0.05f, 0.1f, 0.2f, 0.15f, 0.1f, 0.1f, 0.1f, 0.05f]), Ten);

        var scores = Measure(models, "made", Pictures.Flat(32, 18, 90));

        scores.ShouldBe([5.55f, MathF.Sqrt(37.15f - (5.55f * 5.55f))], 1e-4f);
    }

    [Fact]
    public void Raw_numbers_become_probabilities_where_the_entry_says_so()
    {
        using var models = new TinyModels();
        var head = new LabelsHead { Output = "out", Labels = ["Safe for all", "bad"], Activation = ModelActivation.Softmax };
        models.Add("soft", TinyModels.Linear(new float[6], [0, MathF.Log(3)]), head, ModelTask.Safety);
        models.Add("sigmoid", TinyModels.Linear(new float[6], [0, MathF.Log(3)]), head with { Activation = ModelActivation.Sigmoid }, ModelTask.Safety);

        Measure(models, "soft", Pictures.Flat(32, 18, 90)).ShouldBe([0.25f, 0.75f], 1e-5f);
        Measure(models, "sigmoid", Pictures.Flat(32, 18, 90)).ShouldBe([0.5f, 0.75f], 1e-5f);
        new ModelMetric(models.Stack.Catalog.Get("soft")).Outputs.Select(o => o.Id).ShouldBe(["soft-safe-for-all", "soft-bad"]);
        new ModelMetric(models.Stack.Catalog.Get("soft")).Outputs.ShouldAllBe(o => !o.HigherIsBetter);
    }

    [Fact]
    public void A_number_is_kept_within_the_range_of_the_entry()
    {
        using var models = new TinyModels();
        var head = new ScalarHead { Output = "out", Min = 0, Max = 100 };
        models.Add("red", TinyModels.Linear([200, 0, 0], [0]), head);

        // Gray pictures: red = gray.
        Measure(models, "red", Pictures.Flat(32, 18, 51)).ShouldBe([40], 0.2f);
        Measure(models, "red", Pictures.Flat(32, 18, 250)).ShouldBe([100], 1e-3f);
    }

    [Fact]
    public void What_is_no_number_is_not_measured()
    {
        using var models = new TinyModels();
        models.Add("broken", TinyModels.Linear([0, 0, 0], [float.NaN]), new ScalarHead { Output = "out", Min = 0, Max = 1 });
        models.Add("empty", TinyModels.Linear(Zeros, new float[10]), Ten);

        Measure(models, "broken", Pictures.Flat(32, 18, 51)).ShouldBe([float.NaN]);
        Measure(models, "empty", Pictures.Flat(32, 18, 51)).ShouldBe([float.NaN, float.NaN]);
    }

    [Fact]
    public void Models_in_half_precision_take_and_give_single_precision()
    {
        using var models = new TinyModels();
        var graph = TinyModels.Means(TinyType.Half).Constant("w", [(Half)1, (Half)0, (Half)0], 3, 1).Node("MatMul", "means w", "out").Output("out", TinyType.Half, -1, 1);
        models.Add("half", graph, new ScalarHead { Output = "out", Min = 0, Max = 1 }, input: TinyModels.Small with { Type = ModelValueType.HalfPrecision });

        Measure(models, "half", Pictures.Flat(32, 18, 102)).ShouldBe([0.4f], 2e-3f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void Scores_do_not_depend_on_batch_size_or_neighbours(int batch)
    {
        using var models = new TinyModels(new InferenceOptions { MaxBatch = batch });
        models.Add("made", TinyModels.Linear([1, 2, 3], [0.5f]), new ScalarHead { Output = "out", Min = 0, Max = 10 });
        var pictures = Enumerable.Range(0, 7).Select(seed => Pictures.Scene(64, 36, seed)).ToList();

        var together = Measure(models, "made", [.. pictures]);
        var reversed = Measure(models, "made", [.. Enumerable.Reverse(pictures)]);

        together.ShouldBe(pictures.SelectMany(p => Measure(models, "made", p)), 1e-5f);
        together.ShouldBe(Enumerable.Reverse(reversed), 1e-5f);
        together.Distinct().Count().ShouldBe(7);
    }

    [Fact]
    public void Models_that_take_the_same_share_one_input()
    {
        using var batch = Pictures.Scene(64, 36, 1).ToBatch(new FramePool());

        var first = PictureTensor.Of(batch, TinyModels.Small, 0);

        PictureTensor.Of(batch, TinyModels.Small with { Tensor = "other", Mean = [0, 0, 0] }, 512).ShouldBeSameAs(first);
        PictureTensor.Of(batch, TinyModels.Small with { Resampler = ModelResampler.Area }, 0).ShouldNotBeSameAs(first);
        PictureTensor.Of(batch, TinyModels.Small with { Mean = [0.5, 0, 0] }, 0).ShouldNotBeSameAs(first);
        batch.Compact((in Frame _) => true);
        PictureTensor.Of(batch, TinyModels.Small, 0).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void A_new_entry_is_a_new_score_without_code()
    {
        using var models = new TinyModels();
        var catalog = new PartCatalog(new OnlyModels(models));
        catalog.Parts.ShouldNotContain(p => p.Id == "mine");

        models.Add("mine", TinyModels.Linear([1, 0, 0], [0]), new ScalarHead { Output = "out", Min = 0, Max = 1, HigherIsBetter = false, Meaning = "0 dark, 1 red" });

        var part = catalog.Parts.Single(p => p.Id == "mine");
        part.Outputs.ShouldBe([new MetricSpec("mine", "Made mine", 0, 1, false, "", "0 dark, 1 red; Made mine, tests")]);
        catalog.Metrics.ShouldContain(m => m.Id == "mine");
        var metric = (ModelMetric)catalog.Build<IMetric>(new PartSpec("mine"));
        metric.ModelIds.ShouldBe(["mine"]);
        metric.ReadModel();
        Measure(metric, Pictures.Flat(16, 16, 51)).ShouldBe([0.2f], 1e-2f);
    }

    internal static float[] Measure(TinyModels models, string id, params Picture[] pictures)
    {
        var metric = new ModelMetric(models.Stack.Catalog.Get(id), models.Stack.Runtime);
        metric.ReadModel();
        return Measure(metric, pictures);
    }

    internal static float[] Measure(IFrameMetric metric, params Picture[] pictures)
    {
        using var batch = Picture.Batch(new FramePool(), pictures);
        var scores = new float[pictures.Length * metric.Outputs.Length];
        metric.Measure(batch, scores);
        return scores;
    }

    private sealed class OnlyModels(TinyModels models) : IServiceProvider
    {
        private readonly Recipes.NoServices _others = new Recipes.NoServices();

        public object? GetService(Type serviceType) =>
            serviceType == typeof(ModelCatalog) ? models.Stack.Catalog : serviceType == typeof(OnnxModels) ? models.Stack.Runtime : _others.GetService(serviceType);
    }
}

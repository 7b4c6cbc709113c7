using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>What every metric of the catalogue promises.</summary>
public sealed class MetricContractSpecs
{
    private static readonly (int Width, int Height)[] Sizes = [(64, 36), (161, 91), (17, 3), (3, 17), (1, 1), (2, 2), (33, 33), (512, 288), (640, 5)];

    public static TheoryData<string> PlaneMetrics =>
        [.. NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Metric && Build<IMetric>(p.Id) is PlaneMetric).Select(p => p.Id)];

    public static TheoryData<string> FrameMetrics =>
        [.. NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Metric && Build<IMetric>(p.Id) is IFrameMetric).Select(p => p.Id)];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Scores_lie_in_their_range_or_are_NaN(int seed)
    {
        var (width, height) = Sizes[seed % Sizes.Length];
        var scores = Scored.Of(Pictures.Noise(width, height, seed), Pictures.Scene(width, height, seed), Pictures.Checker(width, height, 1 + (seed % 3)), Pictures.Flat(width, height, (byte)(seed * 5)));

        foreach (var spec in NoServices.Catalog.Metrics)
        {
            scores.ShouldAllBe(s => float.IsNaN(s[spec.Id]) || (s[spec.Id] >= spec.Min && s[spec.Id] <= spec.Max), $"{spec.Id}, seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(PlaneMetrics))]
    public void The_fast_form_equals_the_formula_pixel_by_pixel(string id)
    {
        var metric = Build<PlaneMetric>(id);
        foreach (var (width, height) in Sizes)
        {
            foreach (var picture in new[] { Pictures.Noise(width, height, 1), Pictures.Checker(width, height), Pictures.Scene(width, height, 2) })
            {
                var fast = new PlaneStats();
                fast.Fill(picture.Pixels, width, height, metric.Groups);
                var plain = new PlaneStats();
                plain.FillPlain(picture.Pixels, width, height);

                // Sums of integers are exact; only Sobel's roots are added in another order.
                foreach (var (a, b) in Scores(metric, fast).Zip(Scores(metric, plain)))
                {
                    (float.IsNaN(a) == float.IsNaN(b) && !(Math.Abs(a - b) > 1e-5 * Math.Abs(b))).ShouldBeTrue($"{id} {width}x{height}: {a} {b}");
                }
            }
        }
    }

    [Fact]
    public void Measuring_a_frame_allocates_nothing()
    {
        using var batch = Pictures.Scene(192, 108, 1).ToBatch(new FramePool());
        foreach (var id in NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Metric).Select(p => p.Id))
        {
            var scores = new float[8];
            Action measure = Build<IMetric>(id) switch
            {
                IFrameMetric frames => () => frames.Measure(batch, scores),
                IStreamMetric stream => () => stream.Measure(batch[0], scores),
                _ => () => { },
            };
            measure();
            measure();
            var before = GC.GetAllocatedBytesForCurrentThread();

            measure();

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0, id);
        }
    }

    [Theory]
    [MemberData(nameof(FrameMetrics))]
    public void A_score_does_not_depend_on_batch_size_or_neighbours(string id)
    {
        var pictures = Enumerable.Range(0, 5).Select(seed => Pictures.Scene(97, 55, seed)).ToList();

        var together = Measure(id, pictures);
        var alone = pictures.SelectMany(p => Measure(id, [p])).ToList();
        var reversed = Measure(id, Enumerable.Reverse(pictures).ToList()).Chunk(together.Length / pictures.Count).Reverse().SelectMany(c => c);

        together.ShouldBe(alone);
        together.ShouldBe(reversed);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void More_blur_never_raises_sharpness(int seed)
    {
        var picture = seed % 2 == 0 ? Pictures.Scene(80, 45, seed) : Pictures.Noise(80, 45, seed);

        var sharpness = Enumerable.Range(0, 4).Select(radius => Scored.Of(picture.Blurred(radius), "sharpness")).ToList();

        sharpness.ShouldBeInOrder(SortDirection.Descending, $"seed {seed}");
        sharpness[0].ShouldBeGreaterThan(2 * sharpness[1], $"seed {seed}");
    }

    [Fact]
    public void Every_metric_is_of_exactly_one_sort() =>
        NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Metric).Select(p => Build<IMetric>(p.Id))
            .ShouldAllBe(m => (m is IFrameMetric ? 1 : 0) + (m is IStreamMetric ? 1 : 0) + (m is IDerivedMetric ? 1 : 0) == 1);

    private static T Build<T>(string id)
        where T : class, IMetric => (T)NoServices.Catalog.Build<IMetric>(new PartSpec(id));

    private static float[] Scores(PlaneMetric metric, PlaneStats stats)
    {
        var scores = new float[metric.Outputs.Length];
        metric.Score(stats, scores);
        return scores;
    }

    private static float[] Measure(string id, List<Picture> pictures)
    {
        var metric = Build<IFrameMetric>(id);
        using var batch = Picture.Batch(new FramePool(), pictures);
        var scores = new float[pictures.Count * metric.Outputs.Length];
        metric.Measure(batch, scores);
        return scores;
    }
}

using BenchmarkDotNet.Attributes;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Metrics;
using Framevet.TestKit;

namespace Framevet.Benchmarks;

/// <summary>
/// The shared sums of one plane by group, beside their plain form; per frame. Run in process with
/// <c>dotnet run -c Release --project tests/Framevet.Benchmarks -- -i --filter "*Metric*"</c>; add <c>--warmupCount 2 --iterationCount 3 --iterationTime 100</c> for a quick look.
/// </summary>
[MemoryDiagnoser]
public class MetricSumsBenchmarks
{
    private readonly PlaneStats _stats = new();
    private byte[] _luma = [];

    /// <summary>Long side of a 16:9 frame.</summary>
    [Params(320, 1920)]
    public int Side { get; set; }

    /// <summary>Draws the frame: a scene with a little noise.</summary>
    [GlobalSetup]
    public void Draw() => _luma = [.. Pictures.Scene(Side, Side * 9 / 16, 1).Pixels.Zip(Pictures.Noise(Side, Side * 9 / 16, 1).Pixels, (s, n) => (byte)Math.Clamp(s + (n % 3) - 1, 0, 255))];

    /// <summary>Everything, pixel by pixel.</summary>
    [Benchmark(Baseline = true)]
    public double Plain()
    {
        _stats.FillPlain(_luma, Side, Side * 9 / 16);
        return _stats.Windows.SobelLengths;
    }

    /// <summary>Histogram: brightness, contrast, entropy, clipping.</summary>
    [Benchmark]
    public double Levels() => Fill(PlaneGroups.Levels);

    /// <summary>3x3 windows: sharpness, edge strength, Tenengrad, noise.</summary>
    [Benchmark]
    public double Windows() => Fill(PlaneGroups.Windows);

    /// <summary>Differences of neighbours: blockiness.</summary>
    [Benchmark]
    public double Grid() => Fill(PlaneGroups.Grid);

    /// <summary>Histogram and windows in one pass.</summary>
    [Benchmark]
    public double LevelsAndWindows() => Fill(PlaneGroups.Levels | PlaneGroups.Windows);

    private double Fill(PlaneGroups groups)
    {
        _stats.Clear();
        _stats.Fill(_luma, Side, Side * 9 / 16, groups);
        return _stats.Windows.SobelLengths;
    }
}

/// <summary>100,000 fingerprints: for each the nearest among all earlier ones, as a gate asks, and the nearest among all others.</summary>
public class MetricFingerprintBenchmarks
{
    private const int Count = 100_000;

    private readonly ulong[] _prints = [.. Enumerable.Range(0, Count).Select(_ => 0UL)];

    /// <summary>Random fingerprints.</summary>
    [GlobalSetup]
    public void Draw()
    {
        var random = new Random(1);
        for (var i = 0; i < Count; i++)
        {
            _prints[i] = (ulong)random.NextInt64() ^ ((ulong)random.NextInt64() << 1);
        }
    }

    /// <summary>Each against all before it.</summary>
    [Benchmark]
    public int NearestBefore()
    {
        var (set, found) = (new FingerprintSet(), 0);
        foreach (var print in _prints)
        {
            found += set.Nearest(print, 64)?.Distance ?? 0;
            set.Add(print);
        }

        return found;
    }

    /// <summary>Each against all others.</summary>
    [Benchmark]
    public int NearestOfAll()
    {
        var set = new FingerprintSet();
        foreach (var print in _prints)
        {
            set.Add(print);
        }

        return set.NearestOfAll(CancellationToken.None).Sum(n => n?.Distance ?? 0);
    }
}

/// <summary>What has no plain form beside it: fingerprint, motion, and everything for one frame; per frame.</summary>
[MemoryDiagnoser]
public class MetricFrameBenchmarks
{
    private readonly FramePool _pool = new();
    private readonly float[] _scores = new float[2];
    private readonly IFrameMetric[] _all =
    [
        new SharpnessMetric(), new EdgeStrengthMetric(), new TenengradMetric(), new NoiseMetric(), new ContrastMetric(), new BrightnessMetric(), new EntropyMetric(),
        new ClippingMetric(new ClippingMetricOptions()),
    ];

    private readonly PlaneGroups _groups = PlaneGroups.Levels | PlaneGroups.Windows;
    private readonly MotionMetric _motion = new();
    private readonly SimilarityMetric _similarity = new();
    private readonly ColorfulnessMetric _colorfulness = new();
    private readonly SpectralSharpnessMetric _spectral = new();
    private FrameBatch _batch = null!;

    /// <summary>Long side of a 16:9 frame.</summary>
    [Params(320, 1920)]
    public int Side { get; set; }

    /// <summary>Draws the frame.</summary>
    [GlobalSetup]
    public void Draw() => _batch = Pictures.Scene(Side, Side * 9 / 16, 1).ToBatch(_pool);

    /// <summary>Returns the buffer.</summary>
    [GlobalCleanup]
    public void Return() => _batch.Dispose();

    /// <summary>64-bit perceptual hash.</summary>
    [Benchmark]
    public ulong FingerprintOfFrame() => Fingerprint.Of(_batch[0]);

    /// <summary>Difference to the frame before.</summary>
    [Benchmark]
    public float Motion()
    {
        _motion.Measure(_batch[0], _scores);
        return _scores[0];
    }

    /// <summary>Structural similarity to the frame before.</summary>
    [Benchmark]
    public float Similarity()
    {
        _similarity.Measure(_batch[0], _scores);
        return _scores[0];
    }

    /// <summary>Colourfulness.</summary>
    [Benchmark]
    public float Colorfulness()
    {
        _colorfulness.Measure(_batch, _scores);
        return _scores[0];
    }

    /// <summary>Fourier transform of up to nine tiles.</summary>
    [Benchmark]
    public float SpectralSharpness()
    {
        _spectral.Measure(_batch, _scores);
        return _scores[0];
    }

    /// <summary>All classical scores of the Y plane on one thread, from the first look on.</summary>
    [Benchmark]
    public float AllClassical()
    {
        _batch.ForgetStats();
        _batch.Stats(0, _groups);
        foreach (var metric in _all)
        {
            metric.Measure(_batch, _scores);
        }

        return _scores[0];
    }
}

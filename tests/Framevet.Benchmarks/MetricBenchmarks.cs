using BenchmarkDotNet.Attributes;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Metrics;
using Framevet.TestKit;

namespace Framevet.Benchmarks;

/// <summary>
/// Time per pixel of each metric on one plane, beside its own plain form. Run in process with
/// <c>dotnet run -c Release --project tests/Framevet.Benchmarks -- -i --filter "*Metric*"</c>; add <c>--warmupCount 2 --iterationCount 3 --iterationTime 100</c> for a quick look.
/// </summary>
public abstract class MetricBenchmarks(int width, int height)
{
    private readonly PlaneMetric[] _metrics = [new SharpnessMetric(), new EdgeStrengthMetric(), new ContrastMetric(), new BrightnessMetric(), new EntropyMetric()];
    private readonly byte[] _luma = Pictures.Scene(width, height, 1).Pixels.Zip(Pictures.Noise(width, height, 1).Pixels, (s, n) => (byte)Math.Clamp(s + (n % 3) - 1, 0, 255)).ToArray();
    private PlaneMetric _metric = null!;

    /// <summary>Ids of the metrics that have a plain form.</summary>
    public IEnumerable<string> Ids => _metrics.Select(m => m.Outputs[0].Id);

    /// <summary>The metric that is measured.</summary>
    [ParamsSource(nameof(Ids))]
    public string Metric { get; set; } = "";

    /// <summary>Chooses the metric.</summary>
    [GlobalSetup]
    public void Choose() => _metric = _metrics.Single(m => m.Outputs[0].Id == Metric);

    /// <summary>The plain form.</summary>
    protected double RunPlain() => _metric.OfPlaneScalar(_luma, width, height);

    /// <summary>The form that runs.</summary>
    protected double RunFast() => _metric.OfPlane(_luma, width, height);
}

/// <summary>At the size of the analysis view; all times are per pixel.</summary>
[MemoryDiagnoser]
public class Metric512Benchmarks() : MetricBenchmarks(512, 288)
{
    /// <summary>The plain form.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = 512 * 288)]
    public double Plain() => RunPlain();

    /// <summary>The form that runs.</summary>
    [Benchmark(OperationsPerInvoke = 512 * 288)]
    public double Fast() => RunFast();
}

/// <summary>At full HD; all times are per pixel.</summary>
[MemoryDiagnoser]
public class Metric1080Benchmarks() : MetricBenchmarks(1920, 1080)
{
    /// <summary>The plain form.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = 1920 * 1080)]
    public double Plain() => RunPlain();

    /// <summary>The form that runs.</summary>
    [Benchmark(OperationsPerInvoke = 1920 * 1080)]
    public double Fast() => RunFast();
}

/// <summary>What has no plain form beside it: fingerprint, motion, and everything for one frame; per frame.</summary>
[MemoryDiagnoser]
public class MetricFrameBenchmarks
{
    private readonly FramePool _pool = new();
    private readonly float[] _scores = new float[1];
    private readonly IFrameMetric[] _all = [new SharpnessMetric(), new EdgeStrengthMetric(), new ContrastMetric(), new BrightnessMetric(), new EntropyMetric()];
    private readonly MotionMetric _motion = new();
    private FrameBatch _batch = null!;

    /// <summary>Long side of a 16:9 frame.</summary>
    [Params(512, 1920)]
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

    /// <summary>The five classical metrics one after the other on one thread.</summary>
    [Benchmark]
    public float AllClassical()
    {
        foreach (var metric in _all)
        {
            metric.Measure(_batch, _scores);
        }

        return _scores[0];
    }
}

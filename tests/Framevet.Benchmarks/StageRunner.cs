using System.Diagnostics;
using System.Globalization;
using Framevet.Pipeline.Decode.Library;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Metrics;
using Framevet.TestKit;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>stages [--side N]</c>: what each step of one frame costs on one thread, ms, the least of many: from a decoded 1080p picture to its scores. Frames lie in a
/// batch as they do in a run, so pixels come from memory and not from the cache.
/// </summary>
internal static class StageRunner
{
    private const int Rounds = 40;
    private const int Frames = 5;

    public static int Run(string[] arguments)
    {
        var side = arguments is ["--side", var text, ..] ? int.Parse(text, CultureInfo.InvariantCulture) : 1920;
        var (width, height) = (1920, 1080);
        var layout = new FrameLayout(side, side * 9 / 16);
        var scene = Pictures.Scene(width, height, 1).Pixels;
        var noise = Pictures.Noise(width, height, 1).Pixels;
        var sources = Enumerable.Range(0, Frames).Select(n => scene.Select((s, i) => (byte)Math.Clamp(s + (noise[(i + n) % noise.Length] % 3) - 1, 16, 235)).ToArray()).ToArray();
        var chroma = noise.Take(width * height / 4).Select(v => (byte)(120 + (v & 15))).ToArray();
        var pool = new FramePool();
        using var batch = pool.Rent(layout, Frames);
        var scaler = new ViewScaler(layout, "bt709");
        for (var i = 0; i < Frames; i++)
        {
            scaler.Write(Picture(sources[i], chroma, width, height), batch.Add(i, new Pts(i, new TimeBase(1, 30))).Span);
        }

        var stats = new PlaneStats();
        var motion = new MotionMetric();
        var target = new byte[layout.FrameBytes * Frames];
        Time("view", i => scaler.Write(Picture(sources[i], chroma, width, height), target.AsSpan(i * layout.FrameBytes, layout.FrameBytes)));
        Time("histogram", i => Fill(stats, batch, i, PlaneGroups.Levels));
        Time("3x3 windows", i => Fill(stats, batch, i, PlaneGroups.Windows));
        Time("grid", i => Fill(stats, batch, i, PlaneGroups.Grid));
        Time("the three together", i => Fill(stats, batch, i, PlaneGroups.Levels | PlaneGroups.Windows | PlaneGroups.Grid));
        Time("motion", i =>
        {
            var frame = batch[i];
            Span<float> one = stackalloc float[1];
            motion.Measure(in frame, one);
        });
        Time("fingerprint", i =>
        {
            var frame = batch[i];
            _ = Fingerprint.Of(in frame);
        });
        Time("colourfulness", i =>
        {
            var frame = batch[i];
            _ = ColorfulnessMetric.Of(in frame, isPlain: false);
        });
        return 0;
    }

    private static void Fill(PlaneStats stats, FrameBatch batch, int i, PlaneGroups groups)
    {
        stats.Clear();
        stats.Fill(batch[i].Luma, batch.Layout.Width, batch.Layout.Height, groups);
    }

    private static PlanarPicture Picture(byte[] luma, byte[] chroma, int width, int height) => new()
    {
        Y = luma,
        Cb = chroma,
        Cr = chroma,
        LumaStride = width,
        ChromaStride = width / 2,
        Width = width,
        Height = height,
        IsFullRange = false,
    };

    private static void Time(string name, Action<int> step)
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Frames; i++)
            {
                step(i);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds / Frames);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} {best:0.000} ms"));
    }
}

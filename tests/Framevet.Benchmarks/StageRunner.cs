using System.Diagnostics;
using System.Globalization;
using Framevet.Pipeline.Decode.Library;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>stages [--side N]</c>: what each step of one frame costs on one thread, ms, the least of many: from a decoded 1080p picture to its scores. Frames lie in a
/// batch as they do in a run, so pixels come from memory and not from the cache.
/// </summary>
internal static class StageRunner
{
    private const int Rounds = 40;
    private const int Frames = 5;
    private const PlaneGroups All = PlaneGroups.Levels | PlaneGroups.Windows | PlaneGroups.Grid | PlaneGroups.Tiles | PlaneGroups.Colors;

    public static int Run(string[] arguments)
    {
        var side = arguments is ["--side", var text, ..] ? int.Parse(text, CultureInfo.InvariantCulture) : 1920;
        var (width, height) = (1920, 1080);
        var layout = new FrameLayout(side, side * 9 / 16);
        var (sources, chroma) = Decoded(width, height);
        var pool = new FramePool();
        using var batch = pool.Rent(layout, Frames);
        var scaler = new ViewScaler(layout, "bt709");
        for (var i = 0; i < Frames; i++)
        {
            scaler.Write(Picture(sources[i], chroma[i], width, height), batch.Add(i, new Pts(i, new TimeBase(1, 30))).Span);
        }

        var stats = new PlaneStats();
        var target = new byte[layout.FrameBytes * Frames];
        Time("view", i => scaler.Write(Picture(sources[i], chroma[i], width, height), target.AsSpan(i * layout.FrameBytes, layout.FrameBytes)));
        Time("histogram", i => Fill(stats, batch, i, PlaneGroups.Levels));
        Time("3x3 windows", i => Fill(stats, batch, i, PlaneGroups.Windows));
        Time("grid", i => Fill(stats, batch, i, PlaneGroups.Grid));
        Time("tiles", i => Fill(stats, batch, i, PlaneGroups.Tiles));
        Time("all sums together", i =>
        {
            stats.Clear();
            var frame = batch[i];
            stats.Fill(in frame, All);
        });
        Time("sums without view", i =>
        {
            stats.Clear();
            scaler.Sum(Picture(sources[i], chroma[i], width, height), stats, All);
        });
        _ = batch.Stats(0, PlaneGroups.Tiles);
        Time("fingerprint", _ => Fingerprint.Of(batch, 0));
        Time("colourfulness", i =>
        {
            stats.Clear();
            var frame = batch[i];
            stats.Fill(in frame, PlaneGroups.Colors);
        });
        return 0;
    }

    // One frame every four seconds of the clip that the engine is measured on.
    private static (byte[][] Luma, byte[][] Chroma) Decoded(int width, int height)
    {
        var clip = Path.Combine(TestMedia.Folder ?? throw new InvalidOperationException("Set FRAMEVET_TEST_MEDIA to the folder of test clips."), "bench-1080p30-20s.mp4");
        var start = new ProcessStartInfo("ffmpeg", ["-nostdin", "-v", "error", "-i", clip, "-vf", "fps=1/4", "-frames:v", $"{Frames}", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var frames = Enumerable.Range(0, Frames).Select(_ =>
        {
            var (luma, chroma) = (new byte[width * height], new byte[width * height / 2]);
            process.StandardOutput.BaseStream.ReadExactly(luma);
            process.StandardOutput.BaseStream.ReadExactly(chroma);
            return (luma, chroma);
        }).ToArray();
        process.WaitForExit();
        return ([.. frames.Select(f => f.luma)], [.. frames.Select(f => f.chroma)]);
    }

    private static void Fill(PlaneStats stats, FrameBatch batch, int i, PlaneGroups groups)
    {
        stats.Clear();
        stats.Fill(batch[i].Luma, batch.Layout.Width, batch.Layout.Height, groups);
    }

    private static PlanarPicture Picture(byte[] luma, byte[] chroma, int width, int height) => new()
    {
        Y = luma,
        Cb = chroma.AsSpan(0, chroma.Length / 2),
        Cr = chroma.AsSpan(chroma.Length / 2),
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

using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>stills [--rounds N]</c>: stills of a minute (the 20 s clip three times over, joined without encoding) beside a bare decode of it, beside one ffmpeg that writes the same files, and beside
/// the mere writing of the same pictures, one after the other in each round. Prints medians of the ratios within the rounds.
/// </summary>
internal static class StillsRunner
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var folder = new TemporaryFolder();
        using var stack = new MediaStack(tools: new ToolOptions { LowPriority = false });
        var clip = Path.Combine(TestMedia.Folder ?? throw new InvalidOperationException("Set FRAMEVET_TEST_MEDIA to the folder of test clips."), "bench-1080p30-20s.mp4");
        var media = await stack.ProbeAsync(EngineRunner.Repeated(clip, 3, folder["minute.mp4"]), CancellationToken.None);
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, CancellationToken.None);
        Console.WriteLine("| stills | wall s | over a bare decode | without the writing | over one ffmpeg |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var count in (int[])[10, 100])
        {
            // From the middle of each of equal parts, so that none is a keyframe by design.
            ImmutableArray<Pts> wanted = [.. Enumerable.Range(0, count).Select(i => new Pts(frames[((2 * i) + 1) * frames.Length / (2 * count)].Pts, media.TimeBase))];
            var raw = folder[$"{count}.yuv"];
            await ReferenceTools.FfmpegAsync([.. Selecting(media, wanted), "-f", "rawvideo", "-pix_fmt", "yuv420p", raw], CancellationToken.None);
            foreach (var format in (StillFormat[])[StillFormat.Jpeg, StillFormat.Png])
            {
                var rounds = new List<(double Ours, double Bare, double Writing, double One)>();
                for (var round = 0; round < arguments.Number("--rounds", 3); round++)
                {
                    rounds.Add((
                        await TimedAsync(folder, place => stack.Extractor.ExtractAsync(media, wanted, new StillOptions(format), place, new Progress<double>(), CancellationToken.None)),
                        await TimedAsync(folder, _ => ReferenceTools.FfmpegAsync(["-i", media.File.Path, "-map", "0:v:0", "-f", "null", "-"], CancellationToken.None)),
                        await TimedAsync(folder, place => ReferenceTools.FfmpegAsync(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{media.Width}x{media.Height}", "-i", raw, .. Written(format, place)], CancellationToken.None)),
                        await TimedAsync(folder, place => ReferenceTools.FfmpegAsync([.. Selecting(media, wanted), .. Written(format, place)], CancellationToken.None))));
                }

                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {count} as {format} | {Median(rounds.Select(r => r.Ours)):0.00} | {Spread(rounds.Select(r => r.Ours / r.Bare))} | {Spread(rounds.Select(r => Math.Max(0, r.Ours - r.Writing) / r.Bare))} | {Spread(rounds.Select(r => r.Ours / r.One))} |"));
            }
        }

        return 0;
    }

    private static string[] Selecting(MediaInfo media, ImmutableArray<Pts> frames) =>
        ["-copyts", "-i", media.File.Path, "-map", "0:v:0", "-vf", $"select='{string.Join('+', frames.Select(f => $"eq(pts,{f.Value})"))}'", "-fps_mode", "passthrough"];

    private static string[] Written(StillFormat format, string folder) =>
        format == StillFormat.Jpeg ? ["-q:v", "2", Path.Combine(folder, "%04d.jpg")] : ["-c:v", "png", Path.Combine(folder, "%04d.png")];

    private static async Task<double> TimedAsync(TemporaryFolder folder, Func<string, Task> work)
    {
        var place = Directory.CreateDirectory(folder[Guid.NewGuid().ToString("N")]).FullName;
        var clock = Stopwatch.StartNew();
        await work(place);
        var seconds = clock.Elapsed.TotalSeconds;
        Directory.Delete(place, recursive: true);
        return seconds;
    }

    private static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{Median(sorted):0.00} ({sorted[0]:0.00}–{sorted[^1]:0.00})");
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is { Length: > 0 } sorted ? sorted[sorted.Length / 2] : double.NaN;
}

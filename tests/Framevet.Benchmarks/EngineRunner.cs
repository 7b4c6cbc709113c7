using System.Globalization;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>engine [--clip FILE] [--rounds N] [--only TEXT] [--long] [--cli FILE]</c>: whole processes of the verb <c>score</c> beside <c>ffmpeg -f null</c> of the same file, one after the
/// other in each round, so that a busy machine slows both. Prints the median of the ratios of the pairs (above 1 = faster than a bare decode).
/// </summary>
internal static class EngineRunner
{
    /// <summary>Runs the table and prints it; 0 when every process ended well.</summary>
    public static int Run(string[] arguments)
    {
        var rounds = Value(arguments, "--rounds") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 5;
        var cli = Value(arguments, "--cli") ?? Cli();
        var folder = Directory.CreateTempSubdirectory("framevet-engine-").FullName;
        try
        {
            var clip = Value(arguments, "--clip") ?? Clip("bench-1080p30-20s.mp4");
            var minute = Repeated(clip, 3, Path.Combine(folder, "minute.mp4"));
            var parts = Output(cli, ["parts"]);
            Row[] rows =
            [
                new("every frame, 320 px, 1080p, 60 s", minute, 0.90, ["--every", "0", "--side", "320"]),
                new("every frame, 320 px, 1080p, 20 s", clip, 0.90, ["--every", "0", "--side", "320"]),
                new("every frame, 320 px, 480p", Clip("bbb-480p-30s.mp4"), 0.75, ["--every", "0", "--side", "320"]),
                new("every frame, 320 px, 480p, 90 s", Repeated(Clip("bbb-480p-30s.mp4"), 3, Path.Combine(folder, "small.mp4")), 0.75, ["--every", "0", "--side", "320"]),
                new("every frame, native, 1080p, 60 s", minute, 0.80, ["--every", "0", "--side", "0"]),
                new("keyframes, 60 s", minute, 10, ["--sampler", "keyframe", "--side", "320"]),
                new("keyframes, 20 s", clip, 6, ["--sampler", "keyframe", "--side", "320"]),
                new("1 frame per second, 60 s", minute, 0.95, ["--every", "1", "--side", "320"]),
                .. parts.Contains(" motion-buckets ", StringComparison.Ordinal) ? new Row[] { new("motion buckets, 60 s", minute, 0.92, ["--sampler", "motion-buckets", "--side", "320"]) } : [],
                .. parts.Contains(" content ", StringComparison.Ordinal) ? new Row[] { new("scene list, 60 s", minute, 0.85, ["--every", "1", "--scenes", "content", "--side", "320"]) } : [],
            ];
            Console.WriteLine("| work | ratio (pairs) | target | wall s | CPU s | CPU of reference s | peak MB |");
            Console.WriteLine("|---|---|---|---|---|---|---|");
            foreach (var row in rows.Where(r => Value(arguments, "--only") is not { } only || r.Work.Contains(only, StringComparison.Ordinal)))
            {
                Measure(row, cli, rounds);
            }

            if (arguments.Contains("--long"))
            {
                Long(cli, folder);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(Row row, string cli, int rounds)
    {
        var pairs = new List<(Measured Ours, Measured Reference)>();

        // Without a choice of metrics all classical ones are measured, and the fingerprint always is.
        string[] score = ["score", row.File, .. row.Options];
        for (var i = 0; i < rounds; i++)
        {
            var reference = Measured.Run(Ffmpeg, ["-nostdin", "-v", "error", "-i", row.File, "-an", "-f", "null", "-"]);
            pairs.Add((Measured.Run(cli, score), reference));
        }

        var ratios = pairs.Select(p => p.Reference.Wall / p.Ours.Wall).Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {row.Work} | {Median(ratios):0.00} ({ratios[0]:0.00}-{ratios[^1]:0.00}) | {row.Target:0.00} | {Median(pairs.Select(p => p.Ours.Wall)):0.00} | {Median(pairs.Select(p => p.Ours.Cpu)):0.00} | {Median(pairs.Select(p => p.Reference.Cpu)):0.00} | {pairs.Max(p => p.Ours.PeakMegabytes):0} |"));
    }

    // Three hours at 30 frames a second: ten minutes of a scene that is quick to make and to decode, eighteen times, so that the start is a small part of the first third.
    private static void Long(string cli, string folder)
    {
        var piece = Path.Combine(folder, "piece.mp4");
        _ = Output(Ffmpeg, ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=320x180:r=30", "-t", "600", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "40", "-g", "250", piece]);
        var path = Repeated(piece, 18, Path.Combine(folder, "long.mp4"));
        var run = Measured.Run(cli, ["score", path, "--every", "0", "--side", "320", "--out", Path.Combine(folder, "long.csv")]);
        var third = run.Megabytes.Count / 3;
        var (first, last) = (Median(run.Megabytes.Take(third)), Median(run.Megabytes.Skip(2 * third)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n3 hours: {run.Wall:0.0} s, memory in the first third {first:0} MB, in the last {last:0} MB ({last / first:0.00} times), peak {run.PeakMegabytes:0} MB"));
        var tenth = run.Megabytes.Count / 10;
        Console.WriteLine($"tenths: {string.Join(", ", Enumerable.Range(0, 10).Select(i => Median(run.Megabytes.Skip(i * tenth).Take(tenth)).ToString("0", CultureInfo.InvariantCulture)))} MB");
    }

    /// <summary>The clip so many times over, joined without encoding.</summary>
    internal static string Repeated(string clip, int times, string target)
    {
        var list = target + ".txt";
        File.WriteAllLines(list, Enumerable.Repeat($"file '{Path.GetFullPath(clip)}'", times));
        _ = Output(Ffmpeg, ["-nostdin", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", list, "-c", "copy", target]);
        return target;
    }

    private static string Output(string program, IEnumerable<string> arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    private static string Ffmpeg => ToolLocator.Find("ffmpeg") ?? throw new InvalidOperationException("ffmpeg is missing.");

    private static string Clip(string name) => Path.Combine(TestMedia.Folder ?? throw new InvalidOperationException("Set FRAMEVET_TEST_MEDIA to the folder of test clips."), name);

    // The Release build of the command line in this checkout.
    private static string Cli()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "src/Framevet.Cli/bin/Release/net10.0/framevet");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new InvalidOperationException("Build src/Framevet.Cli in Release first, or give its program with --cli.");
    }

    private static string? Value(string[] arguments, string name) => Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    private sealed record Row(string Work, string File, double Target, string[] Options);
}

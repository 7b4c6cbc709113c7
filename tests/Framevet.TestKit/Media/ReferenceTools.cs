using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;
using Xunit;

namespace Framevet.TestKit.Media;

/// <summary>Plain ffmpeg and ffprobe calls: the reference that our decoder is compared with, and the maker of test clips.</summary>
public static class ReferenceTools
{
    private static readonly ToolLocator Locator = new(Options.Create(new ToolOptions()));

    /// <summary>Runs ffmpeg; its stdout. Fails the test when it fails.</summary>
    public static Task<byte[]> FfmpegAsync(IEnumerable<string> arguments, CancellationToken ct) => RunAsync(Locator.Ffmpeg, ["-nostdin", "-v", "error", "-y", .. arguments], ct);

    /// <summary>Runs ffprobe; its stdout as text.</summary>
    public static async Task<string> FfprobeAsync(IEnumerable<string> arguments, CancellationToken ct) =>
        Encoding.UTF8.GetString(await RunAsync(Locator.Ffprobe, ["-v", "error", .. arguments], ct));

    /// <summary>Stamp and keyframe flag of every frame of a stream as ffprobe decodes it.</summary>
    public static async Task<ImmutableArray<(long Pts, bool IsKey)>> FramesAsync(string path, int stream, CancellationToken ct)
    {
        var csv = await FfprobeAsync(["-select_streams", stream.ToString(CultureInfo.InvariantCulture), "-show_entries", "frame=key_frame,best_effort_timestamp", "-of", "compact=p=0", path], ct);
        var frames = ImmutableArray.CreateBuilder<(long, bool)>();
        foreach (var line in csv.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Trim().Split('|').Select(f => f.Split('=', 2)).Where(f => f.Length == 2).GroupBy(f => f[0]).ToDictionary(g => g.Key, g => g.First()[1]);
            if (fields.TryGetValue("best_effort_timestamp", out var pts))
            {
                frames.Add((long.Parse(pts, CultureInfo.InvariantCulture), fields["key_frame"] == "1"));
            }
        }

        return frames.ToImmutable();
    }

    private static async Task<byte[]> RunAsync(string program, ImmutableArray<string> arguments, CancellationToken ct)
    {
        var process = ToolProcess.Start(new ToolCommand(program, arguments) { LowPriority = false }, null, TimeProvider.System, ct);
        await using (process)
        {
            using var output = new MemoryStream();
            var buffer = new byte[1 << 20];
            while (await process.ReadAsync(buffer) is var read and > 0)
            {
                output.Write(buffer, 0, read);
            }

            var exitCode = await process.WaitForExitAsync();
            Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {string.Join('\n', process.TailLines)}");
            return output.ToArray();
        }
    }
}

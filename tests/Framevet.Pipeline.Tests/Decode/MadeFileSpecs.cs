using System.Collections.Immutable;
using System.Text;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Decode.Library;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Decode;

/// <summary>
/// Containers and codings that the folder of real clips lacks: stamps that the container does not write, B-frames packed into their neighbours, lists of edits, trimmed and
/// joined files. Frames, numbers and pixels are those of a plain decode, by both engines.
/// </summary>
public sealed class MadeFileSpecs : IDisposable
{
    private const string Source = "testsrc2=s=160x120:r=25:d=12";

    private static readonly Dictionary<string, string[]> Made = new()
    {
        ["mpeg4-bframes.avi"] = ["-c:v", "mpeg4", "-bf", "2", "-q:v", "4"],
        ["mpeg4-packed.avi"] = ["-c:v", "libxvid", "-bf", "2", "-q:v", "4"],
        ["h264-bframes.avi"] = ["-c:v", "libx264", "-bf", "3", "-preset", "veryfast", "-g", "30"],
        ["msmpeg4.avi"] = ["-c:v", "msmpeg4", "-q:v", "4"],
        ["mjpeg.avi"] = ["-c:v", "mjpeg", "-q:v", "4"],
        ["mpeg1.mpg"] = ["-c:v", "mpeg1video", "-bf", "2", "-q:v", "4", "-f", "mpeg"],
        ["mpeg2.mpg"] = ["-c:v", "mpeg2video", "-bf", "2", "-q:v", "4", "-f", "vob"],
        ["mpeg2.ts"] = ["-c:v", "mpeg2video", "-bf", "2", "-q:v", "4"],
        ["h264.ts"] = ["-c:v", "libx264", "-bf", "3", "-preset", "veryfast", "-g", "30"],
        ["wmv2.wmv"] = ["-c:v", "wmv2", "-q:v", "4"],
        ["flv1.flv"] = ["-c:v", "flv", "-q:v", "4"],
        ["theora.ogv"] = ["-c:v", "libtheora", "-q:v", "6"],
        ["prores.mov"] = ["-c:v", "prores", "-profile:v", "0"],
        ["open-gop-hevc.mp4"] = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=25:min-keyint=25:scenecut=0:open-gop=1:bframes=3:b-adapt=0"],
        ["open-gop-leading.mkv"] = ["-c:v", "libx264", "-preset", "veryfast", "-g", "26", "-bf", "3", "-x264-params", "open-gop=1:b-adapt=0:scenecut=0"],
        ["open-gop.mkv"] = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "3", "-x264-params", "open-gop=1:b-adapt=0:scenecut=0"],
    };

    // One of each trouble: packed B-frames, stamps that the container lacks, open groups, lists of edits, a file that begins in the middle.
    private static readonly string[] Everyday = ["mpeg4-packed.avi", "h264-bframes.avi", "mpeg2.ts", "open-gop-leading.mkv", "edited.mp4", "empty-edit.mp4", "copied-from-the-middle.ts"];

    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    public static TheoryData<string> Names => [.. Made.Keys, "edited.mp4", "empty-edit.mp4", "copied-from-the-middle.ts"];

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Names))]
    public async Task Frames_numbers_and_stills_are_those_of_a_plain_decode(string name)
    {
        LongTests.Only(!Everyday.Contains(name), "One of nineteen codings.");
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(await MakeAsync(name, ct), ct);
        var frames = await FramesAsync(media, ct);
        frames.Length.ShouldBeGreaterThan(200);
        frames.Zip(frames.Skip(1)).ShouldAllBe(p => p.First.Pts < p.Second.Pts, "the reference itself rises");

        foreach (var plan in new DecodePlan[]
        {
            new DecodePlan.EveryFrame(), new DecodePlan.Keyframes(null), new DecodePlan.Interval(TimeSpan.FromMilliseconds(330)), new DecodePlan.Nth(7, AndKeyframes: true) { WithLast = true },
            new DecodePlan.EveryFrame { Within = [new TimeRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), new TimeRange(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(9.5))] },
            new DecodePlan.Keyframes(null) { Within = [new TimeRange(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(10))] },
        })
        {
            var expected = PlanReference.Kept(frames, media.TimeBase, plan);
            var request = new DecodeRequest(media, plan, 64);

            (await _stack.ReadAsync(request, ct)).Select(f => (f.Index, f.Pts)).ShouldBe(expected, $"program, {plan}");
            if (LibavFrameSource.Serves(request))
            {
                (await LibraryAsync(request, ct)).ShouldBe(expected, $"library, {plan}");
            }
        }

        await CompareStillsAsync(media, frames, ct);
    }

    private async Task CompareStillsAsync(MediaInfo media, ImmutableArray<(long Pts, bool IsKey)> frames, CancellationToken ct)
    {
        var hashes = await HashesAsync(["-i", media.File.Path, "-map", $"0:{media.StreamIndex}", "-fps_mode", "passthrough"], ct);
        int[] asked = [frames.Length - 1, 0, frames.Length / 2, 1, frames.Length / 3, (frames.Length / 2) + 1];
        hashes.Length.ShouldBe(frames.Length);

        var stills = await _stack.Extractor.ExtractAsync(media, [.. asked.Select(i => new Pts(frames[i].Pts, media.TimeBase))], new StillOptions(), _clips.Folder, new Progress<double>(), ct);

        for (var i = 0; i < stills.Length; i++)
        {
            File.Copy(stills[i].Path, Path.Combine(_clips.Folder, $"seq{i:000}.png"));
        }

        (await HashesAsync(["-f", "image2", "-i", Path.Combine(_clips.Folder, "seq%03d.png")], ct)).ShouldBe(asked.Select(i => hashes[i]));
    }

    private async Task<string> MakeAsync(string name, CancellationToken ct)
    {
        if (Made.TryGetValue(name, out var options))
        {
            return await _clips.MakeAsync(name, Source, options, ct);
        }

        var whole = await _clips.MakeAsync("whole.mp4", Source, ["-c:v", "libx264", "-preset", "veryfast", "-g", "20", "-bf", "2"], ct);
        var path = Path.Combine(_clips.Folder, name);
        string[] cut = name switch
        {
            // Begins between keyframes: the frames before are in the file, but the list of edits leaves them out.
            "edited.mp4" => ["-ss", "1.3", "-i", whole, "-c", "copy", "-avoid_negative_ts", "disabled", path],
            // Begins with nothing for half a second.
            "empty-edit.mp4" => ["-itsoffset", "0.5", "-i", whole, "-c", "copy", path],
            _ => ["-ss", "1.3", "-i", whole, "-c", "copy", path],
        };
        await ReferenceTools.FfmpegAsync(cut, ct);
        return path;
    }

    private async Task<(int Index, long Pts)[]> LibraryAsync(DecodeRequest request, CancellationToken ct)
    {
        var options = Options.Create(new ToolOptions { Engine = DecodeEngine.Library });
        var source = new EngineFrameSource(new LibavFrameSource(_stack.Pool, options, Options.Create(new MediaLimits())), (FfmpegFrameSource)_stack.Source, options);
        var frames = new List<(int, long)>();
        await foreach (var batch in source.ReadAsync(request, new Progress<DecodeProgress>(), ct))
        {
            using (batch)
            {
                frames.AddRange(Enumerable.Range(0, batch.Count).Select(i => (batch[i].Index, batch[i].Pts.Value)));
            }
        }

        return [.. frames];
    }

    /// <summary>Stamps as the ffmpeg program gives them to the frames of a plain decode, also where the container has none and ffprobe says so; keyframes from ffprobe, in their order.</summary>
    private static async Task<ImmutableArray<(long Pts, bool IsKey)>> FramesAsync(MediaInfo media, CancellationToken ct)
    {
        var lines = await LinesAsync(["-copyts", "-i", media.File.Path, "-map", $"0:{media.StreamIndex}", "-fps_mode", "passthrough", "-enc_time_base", $"{media.TimeBase.Num}:{media.TimeBase.Den}"], ct);
        var keys = (await ReferenceTools.FfprobeAsync(["-select_streams", "v:0", "-show_entries", "frame=key_frame", "-of", "csv=p=0", media.File.Path], ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        keys.Length.ShouldBe(lines.Length);
        return [.. lines.Zip(keys, (l, k) => (long.Parse(l[2], System.Globalization.CultureInfo.InvariantCulture), k.StartsWith('1')))];
    }

    private static async Task<string[][]> LinesAsync(string[] input, CancellationToken ct) =>
        [.. Encoding.UTF8.GetString(await ReferenceTools.FfmpegAsync([.. input, "-pix_fmt", "rgb24", "-f", "framemd5", "-"], ct))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#')).Select(l => l.Split(',', StringSplitOptions.TrimEntries))];

    private static async Task<string[]> HashesAsync(string[] input, CancellationToken ct) => [.. (await LinesAsync(input, ct)).Select(l => l[^1])];
}

using System.Collections.Immutable;
using System.Text;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Export;

public sealed class BatchSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _work = new();

    public void Dispose()
    {
        _work.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 240_000)]
    [InlineData("flower-960x540.mp4")]
    [InlineData("vfr-mixed-640x360.mp4")]
    [InlineData("h264-10bit-360p.mp4")]
    public async Task Trap_07_batches_of_1_99_100_and_101_frames_have_the_pixels_of_the_decoder(string name)
    {
        LongTests.Only(name is not "h264-10bit-360p.mp4", "Hundreds of stills of more clips.");
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        foreach (var count in (int[])[1, 99, 100, 101])
        {
            await MustMatchAsync(media, count, ct);
        }
    }

    [Theory(Timeout = 500_000)]
    [InlineData("-bf 3 -g 50", 399)]
    [InlineData("-bf 3 -g 50", 1000)]
    [InlineData("-bf 2 -g 250", 3500)]
    public async Task Trap_07_batches_of_hundreds_and_thousands_are_complete_and_exact(string coding, int count)
    {
        LongTests.Only(count > 1000, "Thousands of stills.");
        var ct = TestContext.Current.CancellationToken;
        var path = await _work.MakeAsync("long.mp4", "testsrc2=s=64x48:r=25:d=160", ["-c:v", "libx264", "-preset", "ultrafast", .. coding.Split(' ')], ct);

        await MustMatchAsync(await _stack.ProbeAsync(path, ct), count, ct);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("rotated")]
    [InlineData("edit-list")]
    public async Task Far_apart_frames_of_awkward_files_have_the_pixels_of_the_decoder(string kind)
    {
        var ct = TestContext.Current.CancellationToken;
        var path = await _work.MakeAsync("base.mp4", "testsrc2=s=160x96:r=25:d=30", ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "48"], ct);
        var made = Path.Combine(_work.Folder, $"{kind}.mp4");
        await ReferenceTools.FfmpegAsync(kind == "rotated" ? ["-i", path, "-c", "copy", "-metadata:s:v", "rotate=90", made] : ["-ss", "1.3", "-i", path, "-c", "copy", made], ct);

        await MustMatchAsync(await _stack.ProbeAsync(made, ct), 12, ct);
    }

    [Fact(Timeout = 120_000)]
    public async Task Trap_08_each_still_belongs_to_its_stamp_whatever_the_order_of_the_list()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("flower-960x540.mp4"), ct);
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        var (late, early) = (new Pts(frames[77].Pts, media.TimeBase), new Pts(frames[10].Pts, media.TimeBase));

        var stills = await TakeAsync(_stack.Extractor, media, [late, early], ct);

        File.ReadAllBytes(stills[0].Path).ShouldBe(await _stack.Extractor.ExtractOneAsync(media, late, new StillOptions(), ct));
        File.ReadAllBytes(stills[1].Path).ShouldBe(await _stack.Extractor.ExtractOneAsync(media, early, new StillOptions(), ct));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("rm -f \"$first\"")]
    [InlineData("cp \"$first\" \"${first%-*}-999999.png\"")]
    [InlineData(": > \"$first\"")]
    [InlineData("exit 1")]
    public async Task A_batch_whose_files_are_not_as_many_as_its_stamps_is_thrown_away_and_taken_again(string harm)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The tool that does harm is a shell script.");
        }

        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("tiny-320x240.mp4"), ct);
        var extractor = Extractor(Harmful(harm));
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        ImmutableArray<Pts> asked = [.. frames.Take(8).Reverse().Select(f => new Pts(f.Pts, media.TimeBase))];

        var stills = await TakeAsync(extractor, media, asked, ct);

        File.Exists(Path.Combine(_work.Folder, "harmed")).ShouldBeTrue("else nothing was tested");
        var right = await TakeAsync(_stack.Extractor, media, asked, ct);
        stills.Zip(right).ShouldAllBe(p => File.ReadAllBytes(p.First.Path).SequenceEqual(File.ReadAllBytes(p.Second.Path)));
        Directory.EnumerateFiles(Path.GetDirectoryName(stills[0].Path)!).Order().ShouldBe(stills.Select(s => s.Path).Order(), "no file of the thrown away batch stays");
    }

    [Fact(Timeout = 120_000)]
    public async Task Frames_far_apart_are_reached_by_seeking_and_close_ones_share_a_decode()
    {
        var ct = TestContext.Current.CancellationToken;
        var path = await _work.MakeAsync("gops.mp4", "testsrc2=s=64x48:r=25:d=60", ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0"], ct);
        var media = await _stack.ProbeAsync(path, ct);
        var frames = await ReferenceTools.FramesAsync(path, 0, ct);
        var plan = new StillPlan(_stack.Locator, new ToolOptions(), new MediaLimits(), TimeProvider.System);

        var far = await plan.GroupsAsync(media, [.. ((int[])[30, 35, 700, 710, 1400]).Select(i => frames[i].Pts)], ct);
        var near = await plan.GroupsAsync(media, [.. Enumerable.Range(0, 100).Select(i => frames[i * 12].Pts)], ct);

        far.Select(g => g.Length).ShouldBe([2, 2, 1]);
        near.Length.ShouldBe(1);
    }

    private async Task MustMatchAsync(MediaInfo media, int count, CancellationToken ct)
    {
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        var hashes = await HashesAsync(["-noautorotate", "-i", media.File.Path, "-map", $"0:{media.StreamIndex}", "-fps_mode", "passthrough", .. media.Rotation switch { 90 => ["-vf", "transpose=clock"], 270 => ["-vf", "transpose=cclock"], _ => Array.Empty<string>() }], ct);
        int[] indices = [.. Enumerable.Range(0, Math.Min(count, frames.Length)).Select(i => (int)((long)i * frames.Length / count)).Distinct()];

        var stills = await TakeAsync(_stack.Extractor, media, [.. indices.Select(i => new Pts(frames[i].Pts, media.TimeBase))], ct);

        stills.Length.ShouldBe(indices.Length);
        var folder = Path.GetDirectoryName(stills[0].Path)!;
        Directory.EnumerateFiles(folder).Count().ShouldBe(indices.Length);
        for (var i = 0; i < stills.Length; i++)
        {
            File.Move(stills[i].Path, Path.Combine(folder, $"seq{i:00000}.png"));
        }

        (await HashesAsync(["-f", "image2", "-i", Path.Combine(folder, "seq%05d.png")], ct)).ShouldBe(indices.Select(i => hashes[i]));
    }

    private Task<ImmutableArray<ExtractedStill>> TakeAsync(FrameExtractor extractor, MediaInfo media, ImmutableArray<Pts> frames, CancellationToken ct) =>
        extractor.ExtractAsync(media, frames, new StillOptions(), Directory.CreateDirectory(Path.Combine(_work.Folder, Guid.NewGuid().ToString("N"))).FullName, new Progress<double>(), ct);

    private FrameExtractor Extractor(string ffmpeg)
    {
        var options = Options.Create(new ToolOptions { FfmpegPath = ffmpeg });
        return new FrameExtractor(_stack.Pool, new ToolLocator(options), new JpegCodec(), options, Options.Create(new MediaLimits()), TimeProvider.System);
    }

    /// <summary>A program that is ffmpeg, but harms the first batch of stills that it writes.</summary>
    private string Harmful(string harm)
    {
        var path = _work.Write("ffmpeg", Encoding.UTF8.GetBytes(
            $$"""
            #!/bin/sh
            "{{_stack.Locator.Ffmpeg}}" "$@"
            code=$?
            for last; do :; done
            first="${last%-*}-000000.png"
            if [ -e "$first" ] && [ ! -e "{{_work.Folder}}/harmed" ]; then
              touch "{{_work.Folder}}/harmed"
              {{harm}}
            fi
            exit $code

            """.Replace("\r", "", StringComparison.Ordinal)));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private static async Task<string[]> HashesAsync(string[] input, CancellationToken ct) =>
        [.. Encoding.UTF8.GetString(await ReferenceTools.FfmpegAsync([.. input, "-pix_fmt", "rgb24", "-f", "framemd5", "-"], ct))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#')).Select(l => l.Split(',')[^1].Trim())];
}

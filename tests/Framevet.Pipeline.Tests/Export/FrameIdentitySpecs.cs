using System.Text;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Tests.Decode;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Export;

public sealed class FrameIdentitySpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _work = new();

    public static TheoryData<string> Videos => [.. FrameSourceSpecs.Videos.Select(v => v.Data), "truncated-moov-first.mp4"];

    public void Dispose()
    {
        _work.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 180_000)]
    [MemberData(nameof(Videos))]
    public async Task An_exported_frame_has_the_very_pixels_of_a_plain_full_decode(string name)
    {
        TestMedia.TwinsAreLong(name);
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);

        // ffmpeg repairs damaged frames differently from run to run unless it decodes in one thread.
        string[] threads = name is "corrupted-720p.mp4" or "truncated-moov-first.mp4" ? ["-threads", "1"] : [];
        // HDR is tone-mapped unless it is kept, and then it has 16 bits.
        var (format, options) = media.ColorTransfer is "smpte2084" ? ("rgb48be", new StillOptions(Hdr: HdrMode.Keep)) : ("rgb24", new StillOptions());
        var hashes = await HashesAsync([.. threads, "-i", media.File.Path, "-map", $"0:{media.StreamIndex}", "-fps_mode", "passthrough"], ct, format);
        hashes.Length.ShouldBe(frames.Length);
        int[] picks = frames.Length <= 30 ? [.. Enumerable.Range(0, frames.Length)] : [0, 1, frames.Length / 4, (frames.Length / 2) - 1, frames.Length / 2, frames.Length * 4 / 5, frames.Length - 2, frames.Length - 1];

        // Asked in another order than that of time: the answer must keep the order asked for.
        int[] asked = [.. picks.OrderBy(i => i * 7919 % 104729)];
        var stills = await _stack.Extractor.ExtractAsync(media, [.. asked.Select(i => new Pts(frames[i].Pts, media.TimeBase))], options, _work.Folder, new Progress<double>(), ct);

        stills.Select(s => s.Pts.Value).ShouldBe(asked.Select(i => frames[i].Pts));
        (await HashesAsync(stills, ct, format)).ShouldBe(asked.Select(i => hashes[i]));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("bbb-480p-30s.mp4", 700)]
    [InlineData("single-gop-640x360.mp4", 470)]
    [InlineData("person-signing-640x480.mkv", 100)]
    [InlineData("no-duration.webm", 70)]
    [InlineData("people-room.gif", 20)]
    public async Task A_single_late_frame_is_the_right_one(string name, int index)
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        var hashes = await HashesAsync(["-i", media.File.Path, "-map", $"0:{media.StreamIndex}", "-fps_mode", "passthrough"], ct);

        var png = await _stack.Extractor.ExtractOneAsync(media, new Pts(frames[index].Pts, media.TimeBase), new StillOptions(), ct);

        var path = _work.Write("one.png", png);
        (await HashesAsync(["-i", path], ct)).ShouldBe([hashes[index]]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Hundreds_of_frames_come_out_of_one_list()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("all-black-25s.mp4"), ct);
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);

        var stills = await _stack.Extractor.ExtractAsync(media, [.. frames.Select(f => new Pts(f.Pts, media.TimeBase)).Reverse()], new StillOptions(StillFormat.Jpeg), _work.Folder, new Progress<double>(), ct);

        stills.Length.ShouldBe(750);
        stills.Select(s => s.Pts.Value).ShouldBe(frames.Select(f => f.Pts).Reverse());
        stills.ShouldAllBe(s => File.Exists(s.Path));
        stills.Select(s => s.Path).Distinct().Count().ShouldBe(750);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stamp_that_no_frame_has_is_named()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("tiny-320x240.mp4"), ct);

        var error = await Should.ThrowAsync<VettingException>(() => _stack.Extractor.ExtractAsync(media, [new Pts(0, media.TimeBase), new Pts(7, media.TimeBase)], new StillOptions(), _work.Folder, new Progress<double>(), ct));

        error.Code.ShouldBe(FailureCode.NotFound);
        error.Message.ShouldStartWith("tiny-320x240.mp4 has no frame with the time stamp 7 ");
    }

    private Task<string[]> HashesAsync(IReadOnlyList<ExtractedStill> stills, CancellationToken ct, string format = "rgb24")
    {
        for (var i = 0; i < stills.Count; i++)
        {
            File.Copy(stills[i].Path, Path.Combine(_work.Folder, $"seq{i:000}.png"));
        }

        return HashesAsync(["-f", "image2", "-i", Path.Combine(_work.Folder, "seq%03d.png")], ct, format);
    }

    /// <summary>MD5 of the raw pixels of every frame.</summary>
    private static async Task<string[]> HashesAsync(string[] input, CancellationToken ct, string format = "rgb24") =>
        [.. Encoding.UTF8.GetString(await ReferenceTools.FfmpegAsync([.. input, "-pix_fmt", format, "-f", "framemd5", "-"], ct))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#')).Select(l => l.Split(',')[^1].Trim())];
}

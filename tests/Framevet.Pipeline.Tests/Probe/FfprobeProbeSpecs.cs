using System.Text;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Probe;

public sealed class FfprobeProbeSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("zero-bytes.mp4", FailureCode.UnsupportedMedia, "zero-bytes.mp4 is empty.")]
    [InlineData("not-a-video.mp4", FailureCode.UnsupportedMedia, "not-a-video.mp4 is a text file, not a picture or video.")]
    [InlineData("truncated-no-moov.mp4", FailureCode.UnsupportedMedia, "truncated-no-moov.mp4 is damaged: its index (moov) is missing, so nothing can be read.")]
    [InlineData("audio-only.mp4", FailureCode.UnsupportedMedia, "audio-only.mp4 has no video stream, only audio (aac).")]
    [InlineData("audio-only-guitar.mp3", FailureCode.UnsupportedMedia, "audio-only-guitar.mp3 has no video stream, only audio (mp3).")]
    [InlineData("subtitles.srt", FailureCode.UnsupportedMedia, "subtitles.srt is a text file, not a picture or video.")]
    public async Task Bad_input_is_refused_with_one_sentence(string name, FailureCode code, string message)
    {
        var path = TestMedia.Path(name);

        var error = await Should.ThrowAsync<VettingException>(() => _stack.ProbeAsync(path, TestContext.Current.CancellationToken));

        error.Code.ShouldBe(code);
        error.Message.ShouldBe(message);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_is_not_there_is_unavailable()
    {
        var error = await Should.ThrowAsync<VettingException>(() => _stack.ProbeAsync(Path.Combine(_clips.Folder, "gone.mp4"), TestContext.Current.CancellationToken));

        error.Code.ShouldBe(FailureCode.SourceUnavailable);
        error.Message.ShouldBe("gone.mp4 cannot be read: it does not exist.");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("hdr10-hevc10-1080p.mp4", 1920, 1080, 0, "yuv420p10le", "smpte2084")]
    [InlineData("rotated-90-bbb-1080p.mp4", 1080, 1920, 90, "yuv420p", "bt709")]
    [InlineData("subtitled-movtext-rotated270.mp4", 360, 640, 270, "yuv420p", "bt709")]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", 1138, 640, 0, "yuv420p", null)]
    [InlineData("odd-dimensions-161x121.webm", 161, 121, 0, "yuv420p", null)]
    [InlineData("exif-orientation-6.jpg", 1800, 1200, 90, "yuvj420p", null)]
    [InlineData("exif-orientation-8.jpg", 1200, 1800, 270, "yuvj420p", null)]
    [InlineData("transparent-lizard.png", 320, 229, 0, "rgba", null)]
    public async Task Size_and_form_are_told(string name, int width, int height, int rotation, string pixelFormat, string? transfer)
    {
        var media = await _stack.ProbeAsync(TestMedia.Path(name), TestContext.Current.CancellationToken);

        (media.Width, media.Height, media.Rotation, media.PixelFormat, media.ColorTransfer).ShouldBe((width, height, rotation, pixelFormat, transfer));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("faces-walking.gif", MediaKind.Animation)]
    [InlineData("photo-surfer.jpg", MediaKind.Still)]
    [InlineData("transparent-beetle.png", MediaKind.Still)]
    [InlineData("tiny-320x240.mp4", MediaKind.Video)]
    [InlineData("one-frame.mp4", MediaKind.Video)]
    public async Task The_kind_is_told(string name, MediaKind kind) =>
        (await _stack.ProbeAsync(TestMedia.Path(name), TestContext.Current.CancellationToken)).Kind.ShouldBe(kind);

    [Fact(Timeout = 60_000)]
    public async Task A_missing_duration_stays_unknown() =>
        (await _stack.ProbeAsync(TestMedia.Path("no-duration.webm"), TestContext.Current.CancellationToken)).Duration.ShouldBeNull();

    [Fact(Timeout = 60_000)]
    public async Task Animated_png_and_one_picture_gif_are_told_apart()
    {
        var apng = await _clips.MakeAsync("a.apng", "testsrc2=s=64x48:d=0.5:r=10", ["-f", "apng"], TestContext.Current.CancellationToken);
        var gif = await _clips.MakeAsync("a.gif", "testsrc2=s=64x48:d=0.1:r=10", ["-frames:v", "1"], TestContext.Current.CancellationToken);

        (await _stack.ProbeAsync(apng, TestContext.Current.CancellationToken)).Kind.ShouldBe(MediaKind.Animation);
        (await _stack.ProbeAsync(gif, TestContext.Current.CancellationToken)).Kind.ShouldBe(MediaKind.Still);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{0}\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile '{0}'\n")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'><image href='{0}'/></svg>")]
    public async Task A_script_in_disguise_is_refused_before_any_tool(string script)
    {
        var path = _clips.Write("innocent.mp4", Encoding.UTF8.GetBytes(script.Replace("{0}", "file:///etc/hostname", StringComparison.Ordinal)));

        // A tool that does not exist: reaching for it would be another failure.
        using var without = new MediaStack(tools: new ToolOptions { FfprobePath = "no-such-ffprobe" });
        var error = await Should.ThrowAsync<VettingException>(() => without.ProbeAsync(path, TestContext.Current.CancellationToken));

        error.Code.ShouldBe(FailureCode.SourceRefused);
        error.Message.ShouldStartWith("innocent.mp4 is ");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_playlist_behind_a_media_header_is_not_followed()
    {
        // An ID3 tag before the playlist fools the header gate; the one allowed demuxer (mp3) finds nothing and no other may try.
        var path = _clips.Write("innocent.mp4", [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0, .. "#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"u8]);

        var error = await Should.ThrowAsync<VettingException>(() => _stack.ProbeAsync(path, TestContext.Current.CancellationToken));

        error.Code.ShouldBe(FailureCode.UnsupportedMedia);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_codec_off_the_list_is_refused_by_name()
    {
        var path = await _clips.MakeAsync("rare.avi", "testsrc2=s=64x48:d=0.2:r=10", ["-c:v", "utvideo"], TestContext.Current.CancellationToken);

        var error = await Should.ThrowAsync<VettingException>(() => _stack.ProbeAsync(path, TestContext.Current.CancellationToken));

        error.Code.ShouldBe(FailureCode.SourceRefused);
        error.Message.ShouldBe("rare.avi uses the codec utvideo, which is not on the list of allowed decoders.");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_video_over_the_limits_is_refused()
    {
        using var strict = new MediaStack(new MediaLimits { MaxSide = 300, MaxHours = 0.01 });

        var path = TestMedia.Path("tiny-320x240.mp4");
        (await Should.ThrowAsync<VettingException>(() => strict.ProbeAsync(path, TestContext.Current.CancellationToken))).Code.ShouldBe(FailureCode.SourceRefused);

        var longClip = await _clips.MakeAsync("long.mp4", "color=s=64x64:d=60:r=1", [], TestContext.Current.CancellationToken);
        var error = await Should.ThrowAsync<VettingException>(() => strict.ProbeAsync(longClip, TestContext.Current.CancellationToken));
        error.Code.ShouldBe(FailureCode.SourceTooLarge);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_name_that_looks_like_an_option_or_a_pattern_is_only_a_name()
    {
        var made = await _clips.MakeAsync("a.mp4", "testsrc2=s=64x48:d=0.2:r=10", [], TestContext.Current.CancellationToken);
        var odd = Path.Combine(_clips.Folder, "-i %03d;$(x) 'ä.mp4");
        File.Move(made, odd);

        (await _stack.ProbeAsync(odd, TestContext.Current.CancellationToken)).Width.ShouldBe(64);
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Decode;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Decode;

/// <summary>Keyframes of codecs that decoders treat differently, and readings that are repeated or damaged.</summary>
public sealed class PlanKeySpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("mpeg4.mp4", "-c:v", "mpeg4", "-g", "12")]
    [InlineData("mpeg4.mkv", "-c:v", "mpeg4", "-g", "9", "-bf", "2")]
    [InlineData("mjpeg.mov", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p")]
    [InlineData("animation.gif", "-c:v", "gif")]
    [InlineData("prores.mov", "-c:v", "prores_ks")]
    [InlineData("svt.mkv", "-c:v", "libsvtav1", "-preset", "12", "-g", "15")]
    [InlineData("aom.webm", "-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "15")]
    [InlineData("vp9.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "14")]
    public async Task Keyframes_are_those_that_ffprobe_marks(string name, params string[] encoder)
    {
        var ct = TestContext.Current.CancellationToken;
        var path = await _clips.MakeAsync(name, "testsrc2=s=128x72:r=25", ["-frames:v", "40", .. encoder], ct);
        var media = await _stack.ProbeAsync(path, ct);
        var all = await ReferenceTools.FramesAsync(path, media.StreamIndex, ct);
        all.Length.ShouldBe(40);
        foreach (var plan in new DecodePlan[]
        {
            new DecodePlan.Keyframes(null), new DecodePlan.Keyframes(TimeSpan.FromMilliseconds(700)), new DecodePlan.Keyframes(null) { WithLast = true },
            new DecodePlan.Keyframes(null) { Within = [new TimeRange(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(1300))] },
        })
        {
            var frames = await _stack.ReadAsync(new DecodeRequest(media, plan, 32), ct);

            frames.Select(f => (f.Index, f.Pts)).ShouldBe(PlanReference.Kept(all, media.TimeBase, plan), $"{plan}");
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("bbb-480p-30s.mp4")]
    [InlineData("street-cars-768x432.mp4")]
    [InlineData("person-signing-640x480.mkv")]
    [InlineData("h264-10bit-360p.mp4")]
    [InlineData("vp9-10bit-240p.webm")]
    [InlineData("hdr10-av1-portrait-720x1280.mp4")]
    [InlineData("alpha-vp9-200x200.webm")]
    [InlineData("people-room.gif")]
    public async Task The_same_reading_twice_gives_the_same_frames_pixel_by_pixel(string name)
    {
        TestMedia.TwinsAreLong(name);
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        var request = new DecodeRequest(media, new DecodePlan.EveryFrame { Within = [new TimeRange(TimeSpan.Zero, TimeSpan.FromSeconds(3))] }, 64);

        var first = await _stack.ReadAsync(request, ct);
        var second = await _stack.ReadAsync(request, ct);

        first.ShouldNotBeEmpty();
        second.Select(f => (f.Index, f.Pts, Convert.ToHexString(SHA256.HashData(f.Pixels))))
            .ShouldBe(first.Select(f => (f.Index, f.Pts, Convert.ToHexString(SHA256.HashData(f.Pixels)))));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_first_damage_says_what_is_damaged_and_where()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("corrupted-720p.mp4"), ct);
        var progress = new LastProgress();

        await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 64), ct, progress);

        progress.Last.Damaged.ShouldBeGreaterThan(0);

        // The place is that of the last frame in the log before the complaint, and decoder threads run a little ahead of it.
        var place = Regex.Match(progress.Last.FirstDamage.ShouldNotBeNull(), @"^near (\d+\.\d{3}) s: \S");
        place.Success.ShouldBeTrue(progress.Last.FirstDamage);
        double.Parse(place.Groups[1].Value, CultureInfo.InvariantCulture).ShouldBeInRange(1.5, 3.5);
    }

    private sealed class LastProgress : IProgress<DecodeProgress>
    {
        public DecodeProgress Last { get; private set; }

        public void Report(DecodeProgress value) => Last = value;
    }
}

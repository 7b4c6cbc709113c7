using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Decode;

public sealed class FrameSourceSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    /// <summary>Every video and animation of the media folder that decodes.</summary>
    public static TheoryData<string> Videos =>
    [
        "all-black-25s.mp4", "all-intra-480p.mkv", "alpha-vp9-200x200.webm", "anamorphic-sar-bframes-800x640.mp4", "bbb-480p-30s.mp4", "blurred-flower.mp4",
        "bug-grayscale-640x360.mp4", "chair-original-portrait-480x720.mp4", "corrupted-720p.mp4", "faces-walking.gif", "flower-fragmented.mp4", "h264-10bit-360p.mp4",
        "hdr10-av1-portrait-720x1280.mp4", "hdr10-hevc10-1080p.mp4", "no-duration.webm", "odd-dimensions-161x121.webm", "old-film-bw-640x360.mp4", "one-frame.mp4",
        "people-room.gif", "person-dog-720p.mp4", "person-signing-640x480.mkv", "portrait-720x1080.mp4", "rotated-90-bbb-1080p.mp4", "single-gop-640x360.mp4",
        "street-cars-768x432.mp4", "subtitled-movtext-rotated270.mp4", "talking-head-1080x720-nostss.mp4", "talking-head-embedded-srt.mkv", "tiny-320x240.mp4",
        "vfr-mixed-640x360.mp4", "vfr-screen-3026x1386.mp4", "vp9-10bit-240p.webm",
    ];

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Videos))]
    public async Task Stamps_and_numbers_equal_those_of_ffprobe(string name)
    {
        TestMedia.TwinsAreLong(name);
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        var reference = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);

        var all = await ReadAsync(media, new DecodePlan.EveryFrame());
        all.Select(f => f.Pts).ShouldBe(reference.Select(f => f.Pts));
        all.Select(f => f.Index).ShouldBe(Enumerable.Range(0, reference.Length));

        var keys = await ReadAsync(media, new DecodePlan.Keyframes(null));
        keys.Select(f => (f.Index, f.Pts)).ShouldBe(reference.Index().Where(f => f.Item.IsKey).Select(f => (f.Index, f.Item.Pts)));

        foreach (var milliseconds in new[] { 100, 333, 1000, 1001 })
        {
            var step = TimeSpan.FromMilliseconds(milliseconds);
            var grid = await ReadAsync(media, new DecodePlan.Interval(step));
            grid.Select(f => (f.Index, f.Pts)).ShouldBe(Grid(reference, media.TimeBase, step), $"{milliseconds} ms");
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("bbb-480p-30s.mp4")]
    [InlineData("person-dog-720p.mp4")]
    [InlineData("vfr-mixed-640x360.mp4")]
    [InlineData("talking-head-embedded-srt.mkv")]
    [InlineData("single-gop-640x360.mp4")]
    [InlineData("rotated-90-bbb-1080p.mp4")]
    [InlineData("people-room.gif")]
    [InlineData("no-duration.webm")]
    public async Task A_resumed_reading_gives_exactly_the_remaining_frames(string name)
    {
        TestMedia.TwinsAreLong(name);
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        foreach (var plan in new DecodePlan[] { new DecodePlan.EveryFrame(), new DecodePlan.Keyframes(null), new DecodePlan.Interval(TimeSpan.FromMilliseconds(400)), new DecodePlan.Keyframes(TimeSpan.FromSeconds(1)) })
        {
            var whole = await _stack.ReadAsync(new DecodeRequest(media, plan, 128), ct);
            foreach (var at in new[] { 0, 1, whole.Length / 3, whole.Length / 2, whole.Length - 1 }.Where(i => i >= 0 && i < whole.Length).Distinct())
            {
                var stamp = new FrameStamp(whole[at].Index, new Pts(whole[at].Pts, media.TimeBase));

                var rest = await _stack.ReadAsync(new DecodeRequest(media, plan, 128, stamp), ct);

                rest.Select(f => (f.Index, f.Pts)).ShouldBe(whole.Skip(at).Select(f => (f.Index, f.Pts)), $"{plan} from {at}");
                rest.Select(f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(f.Pixels))).ShouldBe(whole.Skip(at).Select(f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(f.Pixels))), $"pixels, {plan} from {at}");
            }
        }
    }

    [Theory(Timeout = 180_000)]
    [InlineData(2936, 118)]
    [InlineData(4462, 179)]
    [InlineData(4020, 161)]
    public async Task A_keyframe_each_second_on_a_one_second_grid_gives_one_frame_a_second(int frames, int expected)
    {
        var ct = TestContext.Current.CancellationToken;
        var path = await _clips.MakeAsync("grid.mp4", "testsrc2=s=128x72:r=25", ["-frames:v", $"{frames}", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-keyint_min", "25", "-sc_threshold", "0"], ct);
        var media = await _stack.ProbeAsync(path, ct);

        (await ReadAsync(media, new DecodePlan.Keyframes(TimeSpan.FromSeconds(1)))).Length.ShouldBe(expected);
        (await ReadAsync(media, new DecodePlan.Keyframes(null))).Select(f => f.Index).ShouldBe(Enumerable.Range(0, expected).Select(i => i * 25));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_still_is_one_frame_turned_upright()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("exif-orientation-6.jpg"), ct);

        var frames = await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.Interval(TimeSpan.FromSeconds(1)), 512), ct);

        frames.Length.ShouldBe(1);
        frames[0].Layout.ShouldBe(new FrameLayout(512, 341));
        // The landscape's sky is above the ground: brighter.
        Mean(frames[0], 0, 60).ShouldBeGreaterThan(Mean(frames[0], 280, 341) + 20);
    }

    [Fact(Timeout = 60_000)]
    public async Task Damage_is_counted_and_reading_goes_on()
    {
        var ct = TestContext.Current.CancellationToken;
        var bytes = File.ReadAllBytes(TestMedia.Path("flower-960x540.mp4"));
        var random = new Random(1);
        var start = bytes.AsSpan().IndexOf("mdat"u8) + 1000;
        for (var i = 0; i < 40; i++)
        {
            random.NextBytes(bytes.AsSpan(random.Next(start, bytes.Length - 60_000), 20));
        }

        var media = await _stack.ProbeAsync(_clips.Write("damaged.mp4", bytes), ct);
        var progress = new LastProgress();

        var frames = await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 64), ct, progress);

        frames.Length.ShouldBeGreaterThan(100);
        progress.Last.Damaged.ShouldBeGreaterThan(0);
        progress.Last.FirstDamage.ShouldNotBeNullOrEmpty();
        progress.Last.Decoded.ShouldBe(frames.Length);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_cut_short_gives_the_frames_that_are_there()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("truncated-moov-first.mp4"), ct);
        var progress = new LastProgress();

        var frames = await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 64), ct, progress);

        frames.Length.ShouldBeInRange(60, 70);
        progress.Last.Damaged.ShouldBeGreaterThan(0);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_without_any_frame_is_unsupported_and_says_why()
    {
        var ct = TestContext.Current.CancellationToken;
        var bytes = File.ReadAllBytes(TestMedia.Path("tiny-320x240.mp4"));
        var media = await _stack.ProbeAsync(TestMedia.Path("tiny-320x240.mp4"), ct);
        var mdat = bytes.AsSpan().IndexOf("mdat"u8) + 4;
        var moov = bytes.AsSpan().IndexOf("moov"u8) - 4;
        bytes.AsSpan(mdat, (moov > mdat ? moov : bytes.Length) - mdat).Clear();
        var path = _clips.Write("blank.mp4", bytes);

        var error = await Should.ThrowAsync<VettingException>(() => _stack.ReadAsync(new DecodeRequest(media with { File = media.File with { Path = path, DisplayName = "blank.mp4" } }, new DecodePlan.EveryFrame(), 64), ct));

        error.Code.ShouldBe(FailureCode.UnsupportedMedia);
        error.Message.ShouldStartWith("blank.mp4 holds no picture that can be decoded: ");
    }

    [Fact(Timeout = 60_000)]
    public async Task Cancelling_stops_at_once()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var media = await _stack.ProbeAsync(TestMedia.Path("bench-1080p30-20s.mp4"), stop.Token);

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var batch in _stack.Source.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 256), new LastProgress(), stop.Token).Prefetch(2, stop.Token))
            {
                batch.Dispose();
                await stop.CancelAsync();
            }
        });
    }

    [Fact(Timeout = 60_000)]
    public async Task Leaving_the_loop_returns_every_buffer()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("bbb-480p-30s.mp4"), ct);

        await foreach (var batch in _stack.Source.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 256), new LastProgress(), ct))
        {
            batch.Dispose();
            break;
        }

        _stack.Pool.Outstanding.ShouldBe(0);
    }

    private static IEnumerable<(int Index, long Pts)> Grid(ImmutableArray<(long Pts, bool IsKey)> frames, TimeBase tb, TimeSpan step)
    {
        Int128? before = null;
        for (var i = 0; i < frames.Length; i++)
        {
            var top = (Int128)(frames[i].Pts - frames[0].Pts) * tb.Num * TimeSpan.TicksPerSecond;
            var bottom = (Int128)tb.Den * step.Ticks;
            var cell = top >= 0 ? top / bottom : -((-top + bottom - 1) / bottom);
            if (cell != before)
            {
                yield return (i, frames[i].Pts);
            }

            before = cell;
        }
    }

    private static double Mean(KeptFrame frame, int top, int bottom) => frame.Pixels.Skip(top * frame.Layout.Width).Take((bottom - top) * frame.Layout.Width).Average(p => (double)p);

    private Task<ImmutableArray<KeptFrame>> ReadAsync(MediaInfo media, DecodePlan plan) => _stack.ReadAsync(new DecodeRequest(media, plan, 64), TestContext.Current.CancellationToken);

    private sealed class LastProgress : IProgress<DecodeProgress>
    {
        public DecodeProgress Last { get; private set; }

        public void Report(DecodeProgress value) => Last = value;
    }
}

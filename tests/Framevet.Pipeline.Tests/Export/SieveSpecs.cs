using System.Security.Cryptography;
using Framevet.Pipeline.Decode.Sieve;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Export;

/// <summary>What is skipped on the way to a wanted frame never changes a pixel of it.</summary>
public sealed class SieveSpecs : IDisposable
{
    private const int Parts = 4;

    private readonly MediaStack _stack = new();
    private readonly ClipFactory _work = new();

    /// <summary>Codings whose pictures refer to each other in different ways, and where they are kept.</summary>
    public static TheoryData<string, string> Codings => new()
    {
        { "pyramid.mp4", "-c:v libx264 -preset fast -bf 7 -b-pyramid normal -refs 5 -g 40 -weightp 2" },
        { "slices.mkv", "-c:v libx264 -preset fast -bf 3 -g 25 -x264-params slices=3:aud=1:nal-hrd=vbr:vbv-maxrate=500:vbv-bufsize=500" },
        { "main.mp4", "-c:v libx264 -preset ultrafast -profile:v main -bf 2 -g 30 -sc_threshold 0" },
        { "no-b.mp4", "-c:v libx264 -preset veryfast -bf 0 -refs 4 -g 50" },
        { "intra.mp4", "-c:v libx264 -preset ultrafast -g 1" },
        { "deep.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le -bf 3 -g 30" },
        { "full.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuvj444p -bf 2 -g 30 -colorspace bt709 -color_primaries bt709 -color_trc bt709" },
        { "offset.mp4", "-c:v libx264 -preset ultrafast -bf 3 -g 30 -output_ts_offset 7" },
        { "closed.mp4", "-c:v libx265 -preset ultrafast -tag:v hvc1 -x265-params log-level=none:open-gop=0:bframes=4:b-pyramid=1:keyint=30" },
        { "layers.mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=none:open-gop=0:bframes=4:temporal-layers=1:keyint=30" },
    };

    public void Dispose()
    {
        _work.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 180_000)]
    [MemberData(nameof(Codings))]
    public async Task Frames_of_every_coding_have_the_pixels_of_a_full_decode_whatever_else_is_wanted(string name, string coding)
    {
        LongTests.Only(name is not ("pyramid.mp4" or "closed.mp4"), "Codings that differ less.");
        var ct = TestContext.Current.CancellationToken;
        var path = await _work.MakeAsync(name, "testsrc2=s=160x96:r=25:d=4,noise=alls=12:allf=t", coding.Split(' '), ct);

        await MustMatchAsync(await _stack.ProbeAsync(path, ct), LongTests.AreWanted ? int.MaxValue : Parts, ct);
    }

    [Theory(Timeout = 400_000)]
    [MemberData(nameof(FrameIdentitySpecs.Videos), MemberType = typeof(FrameIdentitySpecs))]
    public async Task Each_frame_of_a_real_clip_has_the_pixels_of_a_full_decode_or_is_left_to_another_way(string name)
    {
        LongTests.Only(name is not "tiny-320x240.mp4", "Every frame of every clip.");
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        if (PacketSieve.Serves(media))
        {
            await MustMatchAsync(media, Parts, ct, mayLeave: name is not "vfr-mixed-640x360.mp4");
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("packets cannot be told apart", "fields.mp4", "-c:v libx264 -preset ultrafast -bf 2 -g 25 -flags +ildct+ilme -x264-params tff=1")]
    [InlineData("groups are open", "open.mp4", "-c:v libx264 -preset ultrafast -bf 3 -g 25 -x264-params open-gop=1")]
    [InlineData("a picture is of an unknown kind", "open-hevc.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:open-gop=1:bframes=4:keyint=25")]
    [InlineData("a packet is not plain", "cut.mp4", "-c:v libx264 -preset ultrafast -bf 3 -g 25")]
    public async Task What_the_sieve_does_not_know_is_left_to_another_way(string reason, string name, string coding)
    {
        LongTests.Only(name is "open-hevc.mp4", "One open group is like another.");
        var ct = TestContext.Current.CancellationToken;
        var path = await _work.MakeAsync(name, "testsrc2=s=160x96:r=25:d=4", coding.Split(' '), ct);
        if (name == "cut.mp4")
        {
            // Begins between keyframes: packets before the first shown frame are hidden by an edit list.
            await ReferenceTools.FfmpegAsync(["-ss", "0.5", "-i", path, "-c", "copy", path = Path.Combine(_work.Folder, "edited.mp4")], ct);
        }

        var media = await _stack.ProbeAsync(path, ct);
        PacketSieve.Serves(media).ShouldBeTrue("else nothing is tested");
        var frames = await ReferenceTools.FramesAsync(path, 0, ct);
        long[] wanted = [frames[10].Pts, frames[40].Pts, frames[80].Pts];

        var sieve = new PacketSieve(media, wanted, _stack.Locator, new ToolOptions(), new MediaLimits(), TimeProvider.System);
        await sieve.FeedAsync(new MemoryStream(), ct);
        (sieve.Reason, sieve.IsSound).ShouldBe((reason, false));
        (await TakeAsync(media, wanted, StillWay.Sieved, ct)).ShouldBeEmpty();
        Directory.EnumerateFiles(_work.Folder, "*.png").ShouldBeEmpty("nothing of a way that gave up stays");
        var stills = await _stack.Extractor.ExtractAsync(media, [.. wanted.Select(p => new Pts(p, media.TimeBase))], new StillOptions(), _work.Folder, new Progress<double>(), ct);
        var all = await TakeAsync(media, [.. frames.Select(f => f.Pts)], StillWay.Whole, ct);
        stills.Select(s => Hash(s.Path)).ShouldBe(wanted.Select(p => all[p]));
    }

    [Fact(Timeout = 60_000)]
    public async Task Pictures_that_no_other_needs_are_not_decoded()
    {
        var ct = TestContext.Current.CancellationToken;
        var path = await _work.MakeAsync("long.mp4", "testsrc2=s=64x48:r=25:d=20", ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-b_strategy", "0", "-g", "50", "-sc_threshold", "0"], ct);
        var media = await _stack.ProbeAsync(path, ct);
        var frames = await ReferenceTools.FramesAsync(path, 0, ct);
        var sieve = new PacketSieve(media, [frames[30].Pts, frames[330].Pts], _stack.Locator, new ToolOptions(), new MediaLimits(), TimeProvider.System);
        using var passed = new MemoryStream();

        await sieve.FeedAsync(passed, ct);

        sieve.IsSound.ShouldBeTrue();
        var file = _work.Write("passed.mp4", passed.ToArray());
        var left = await ReferenceTools.FramesAsync(file, 0, ct);
        left.Select(f => f.Pts).ShouldBeSubsetOf(frames.Select(f => f.Pts));
        left.Select(f => f.Pts).ShouldContain(frames[30].Pts);
        left.Select(f => f.Pts).ShouldContain(frames[330].Pts);

        // Two groups, the way to the frame in each is 30 pictures, of which each second is needed.
        left.Length.ShouldBeLessThan(2 * ((30 / 2) + 4));
    }

    private async Task MustMatchAsync(MediaInfo media, int parts, CancellationToken ct, bool mayLeave = false)
    {
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        var all = await TakeAsync(media, [.. frames.Select(f => f.Pts)], StillWay.Careful, ct);
        parts = Math.Min(parts, frames.Length);
        for (var part = 0; part < parts; part++)
        {
            long[] wanted = [.. frames.Select(f => f.Pts).Where((_, i) => i % parts == part)];

            var some = await TakeAsync(media, wanted, StillWay.Sieved, ct);

            (some.Count == 0 && mayLeave ? wanted : [.. some.Keys.Order()]).ShouldBe(wanted);
            some.ShouldAllBe(s => all[s.Key] == s.Value);
        }
    }

    private async Task<Dictionary<long, string>> TakeAsync(MediaInfo media, long[] sorted, StillWay way, CancellationToken ct)
    {
        var decode = new StillDecode(_stack.Pool, _stack.Locator, new JpegCodec(), new ToolOptions(), new MediaLimits(), TimeProvider.System) { Media = media, Options = new StillOptions(), Folder = _work.Folder };
        var batch = await decode.TakeAsync(sorted, way, 0, _ => { }, ct);
        var hashes = batch.Stills.ToDictionary(s => s.Pts, s => Hash(s.Path));
        foreach (var still in batch.Stills)
        {
            File.Delete(still.Path);
        }

        return hashes;
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}

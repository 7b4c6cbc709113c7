using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Decode;

public sealed class AnalysisViewSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 120_000)]
    [InlineData("yuv420p", "tv", "bt709", "libx264")]
    [InlineData("yuv420p", "pc", "bt709", "libx264")]
    [InlineData("yuv420p", "tv", "smpte170m", "libx264")]
    [InlineData("yuvj420p", "pc", "smpte170m", "libx264")]
    [InlineData("yuv420p10le", "tv", "bt709", "libx264")]
    [InlineData("yuv420p10le", "tv", "bt2020nc", "libx265")]
    [InlineData("yuv444p", "tv", "bt709", "libx264")]
    [InlineData("rgb24", null, null, "png")]
    [InlineData("rgb48be", null, null, "png")]
    [InlineData("gray", null, null, "png")]
    [InlineData("gray16be", null, null, "png")]
    [InlineData("rgba", null, null, "png")]
    public async Task A_flat_colour_has_the_luma_of_its_rgb(string pixelFormat, string? range, string? matrix, string codec)
    {
        var ct = TestContext.Current.CancellationToken;
        // One picture with a field of each colour.
        int[] colors = [0xC83264, 0x808080, 0x20A0F0, 0xFFFFFF, 0x00FF00, 0x000000];
        var filter = range is null ? $"format=gbrp,format={pixelFormat}" : $"format=gbrp,scale=out_range={range}:out_color_matrix={matrix}:flags=accurate_rnd,format={pixelFormat},setparams=range={range}:colorspace={matrix}";
        string[] quality = codec switch { "libx264" => ["-qp", "0"], "libx265" => ["-x265-params", "lossless=1:log-level=none"], _ => [] };
        var path = await _clips.MakeAsync(
            $"fields-{pixelFormat}{(codec == "png" ? ".png" : ".mkv")}",
            string.Concat(colors.Select((c, i) => $"color=c=0x{c:X6}:s=96x120:d=0.1:r=10[c{i}];")) + string.Concat(colors.Select((_, i) => $"[c{i}]")) + $"hstack=inputs={colors.Length}",
            ["-vf", filter, "-frames:v", "1", "-c:v", codec, .. quality, .. range is null ? Array.Empty<string>() : ["-color_range", range, "-colorspace", matrix!]],
            ct);
        var media = await _stack.ProbeAsync(path, ct);
        foreach (var side in new[] { 192, 1024 })
        {
            var frame = (await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), side), ct)).Single();
            foreach (var (color, i) in colors.Select((c, i) => (c, i)))
            {
                var (r, g, b) = (color >> 16, (color >> 8) & 255, color & 255);
                var luma = (0.299 * r) + (0.587 * g) + (0.114 * b);
                var (y, cb, cr) = frame.At(((2 * i) + 1) * frame.Layout.Width / (2 * colors.Length), frame.Layout.Height / 2);

                ((double)y).ShouldBe(luma, 2, $"Y of {color:X6} at {side}");
                if (!pixelFormat.StartsWith("gray", StringComparison.Ordinal))
                {
                    ((double)cb).ShouldBe(Math.Min(255, 128 + ((b - luma) / 1.772)), 2.5, $"Cb of {color:X6} at {side}");
                    ((double)cr).ShouldBe(Math.Min(255, 128 + ((r - luma) / 1.402)), 2.5, $"Cr of {color:X6} at {side}");
                }
            }
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("hdr10-hevc10-1080p.mp4", 512, 288)]
    [InlineData("rotated-90-bbb-1080p.mp4", 288, 512)]
    [InlineData("subtitled-movtext-rotated270.mp4", 288, 512)]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", 512, 288)]
    [InlineData("odd-dimensions-161x121.webm", 161, 121)]
    [InlineData("vfr-screen-3026x1386.mp4", 512, 235)]
    [InlineData("alpha-vp9-200x200.webm", 200, 200)]
    [InlineData("transparent-lizard.png", 320, 229)]
    [InlineData("hdr10-av1-portrait-720x1280.mp4", 288, 512)]
    public async Task The_view_is_upright_square_and_never_enlarged(string name, int width, int height)
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);

        var frames = await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.Keyframes(null), 512), ct);

        frames.ShouldNotBeEmpty();
        frames.ShouldAllBe(f => f.Layout == new FrameLayout(width, height));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(99, 77)]
    [InlineData(100, 77)]
    [InlineData(99, 78)]
    public async Task An_odd_bt709_clip_has_the_right_luma_too(int width, int height)
    {
        var ct = TestContext.Current.CancellationToken;
        var path = await _clips.MakeAsync(
            "odd.mkv",
            "color=c=0x20A0F0:s=128x128:d=0.5:r=10,format=gbrp",
            ["-vf", $"crop={width}:{height}:0:0:exact=1,scale=out_range=tv:out_color_matrix=bt709:flags=accurate_rnd,format=yuv444p", "-c:v", "libx264", "-qp", "0", "-color_range", "tv", "-colorspace", "bt709"],
            ct);

        var frames = await _stack.ReadAsync(new DecodeRequest(await _stack.ProbeAsync(path, ct), new DecodePlan.EveryFrame(), 512), ct);

        frames.Length.ShouldBe(5);
        frames.ShouldAllBe(f => f.Layout == new FrameLayout(width, height) && f.At(width - 1, height - 1).Y >= 129 && f.At(width - 1, height - 1).Y <= 133);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("0", 0, 0)]
    [InlineData("90", 0, 1)]
    [InlineData("180", 1, 1)]
    [InlineData("270", 1, 0)]
    public async Task The_marked_corner_of_a_rotated_clip_lands_where_players_show_it(string rotate, int right, int bottom)
    {
        // A white corner, top left of the stored picture. The rotate tag counts counter-clockwise in this muxer: 90 turns the picture to the left.
        var ct = TestContext.Current.CancellationToken;
        var plain = await _clips.MakeAsync("plain.mp4", "color=c=black:s=320x192:d=0.2:r=10,drawbox=x=0:y=0:w=64:h=64:c=white:t=fill", ["-c:v", "libx264"], ct);
        var path = Path.Combine(_clips.Folder, $"turned-{rotate}.mp4");
        await ReferenceTools.FfmpegAsync(["-i", plain, "-c", "copy", "-metadata:s:v:0", $"rotate={rotate}", path], ct);
        var media = await _stack.ProbeAsync(path, ct);

        var frame = (await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 512), ct))[0];

        var (w, h) = (frame.Layout.Width, frame.Layout.Height);
        (w, h).ShouldBe(rotate is "90" or "270" ? (192, 320) : (320, 192));
        for (var x = 0; x <= 1; x++)
        {
            for (var y = 0; y <= 1; y++)
            {
                var luma = frame.At(x == 0 ? 10 : w - 10, y == 0 ? 10 : h - 10).Y;
                (luma > 128).ShouldBe(x == right && y == bottom, $"corner {x},{y}");
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Transparent_pixels_are_shown_over_white()
    {
        var ct = TestContext.Current.CancellationToken;
        var path = await _clips.MakeAsync("glass.png", "color=c=black@0.0:s=64x64:d=0.1:r=10,format=rgba", ["-frames:v", "1"], ct);
        var half = await _clips.MakeAsync("half.png", "color=c=black@0.5:s=64x64:d=0.1:r=10,format=rgba", ["-frames:v", "1"], ct);

        var clear = await _stack.ReadAsync(new DecodeRequest(await _stack.ProbeAsync(path, ct), new DecodePlan.EveryFrame(), 64), ct);
        var grey = await _stack.ReadAsync(new DecodeRequest(await _stack.ProbeAsync(half, ct), new DecodePlan.EveryFrame(), 64), ct);

        clear.Single().At(30, 30).Y.ShouldBe(255);
        grey.Single().At(30, 30).Y.ShouldBeInRange(125, 130);
    }
}

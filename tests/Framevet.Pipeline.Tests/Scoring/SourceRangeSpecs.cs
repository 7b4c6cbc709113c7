using Framevet.Pipeline.Decode;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>The same picture must score the same, however its file codes it.</summary>
public sealed class SourceRangeSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Limited_and_full_range_files_of_one_picture_score_alike()
    {
        var limited = Scored.Of(await LumaAsync("tv"))[0];
        var full = Scored.Of(await LumaAsync("pc"))[0];

        foreach (var score in new[] { "brightness", "contrast", "entropy", "sharpness", "edge-strength", "tenengrad", "spectral-sharpness" })
        {
            Math.Abs(limited[score] - full[score]).ShouldBeLessThanOrEqualTo(0.03f * Math.Abs(full[score]), score);
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("FF0000", 29.9)]
    [InlineData("00FF00", 58.7)]
    [InlineData("0000FF", 11.4)]
    public async Task Trap_12_Red_green_and_blue_have_their_own_weights_in_luma(string colour, double brightness)
    {
        var path = await _clips.MakeAsync($"{colour}.png", $"color=c=0x{colour}:s=64x64:d=0.1:r=10,format=rgb24", ["-frames:v", "1"], TestContext.Current.CancellationToken);

        ((double)Scored.Of(await ReadAsync(path), "brightness")).ShouldBe(brightness, 0.5);
    }

    private async Task<Picture> LumaAsync(string range)
    {
        var path = await _clips.MakeAsync(
            $"{range}.mkv",
            "testsrc2=s=320x180:d=0.2:r=10,format=gbrp",
            ["-vf", $"scale=out_range={range}:out_color_matrix=smpte170m:flags=accurate_rnd,format=yuv420p,setparams=range={range}:colorspace=smpte170m", "-c:v", "libx264", "-qp", "0", "-color_range", range, "-colorspace", "smpte170m"],
            TestContext.Current.CancellationToken);
        return await ReadAsync(path);
    }

    private async Task<Picture> ReadAsync(string path)
    {
        var ct = TestContext.Current.CancellationToken;
        var frame = (await _stack.ReadAsync(new DecodeRequest(await _stack.ProbeAsync(path, ct), new DecodePlan.EveryFrame(), 320), ct))[0];
        return new Picture(frame.Layout.Width, frame.Layout.Height, frame.Pixels[..frame.Layout.LumaBytes]);
    }
}

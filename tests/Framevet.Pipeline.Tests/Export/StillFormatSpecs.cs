using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Export;

public sealed class StillFormatSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _work = new();

    public void Dispose()
    {
        _work.Dispose();
        _stack.Dispose();
    }

    [Theory(Timeout = 120_000)]
    [InlineData(StillFormat.Jpeg, false, 32)]
    [InlineData(StillFormat.WebP, false, 32)]
    [InlineData(StillFormat.WebP, true, 1000)]
    [InlineData(StillFormat.Avif, false, 32)]
    public async Task A_still_decodes_to_the_pixels_of_the_png_of_the_same_frame(StillFormat format, bool isLossless, double leastPsnr)
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("flower-960x540.mp4"), ct);
        var png = await PixelsAsync(await StillAsync(media, 60, new StillOptions(), ct), ct);

        var other = await PixelsAsync(await StillAsync(media, 60, new StillOptions(format, Lossless: isLossless), ct), ct);

        Psnr(png, other).ShouldBeGreaterThan(leastPsnr);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_lower_quality_makes_a_smaller_file()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("tiny-320x240.mp4"), ct);
        foreach (var format in (StillFormat[])[StillFormat.Jpeg, StillFormat.WebP, StillFormat.Avif])
        {
            var fine = new FileInfo(await StillAsync(media, 3, new StillOptions(format, 95), ct)).Length;
            var coarse = new FileInfo(await StillAsync(media, 3, new StillOptions(format, 30), ct)).Length;

            coarse.ShouldBeLessThan(fine, format.ToString());
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Transparency_survives_in_webp()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("transparent-lizard.png"), ct);

        var png = await PixelsAsync(await StillAsync(media, 0, new StillOptions(), ct), ct, "rgba");
        var webp = await PixelsAsync(await StillAsync(media, 0, new StillOptions(StillFormat.WebP, Lossless: true), ct), ct, "rgba");

        // Where nothing is seen, the encoder may choose any colour.
        var seen = Enumerable.Range(0, png.Length / 4).Where(i => png[(i * 4) + 3] > 0).ToArray();
        seen.Length.ShouldBeInRange(1000, (png.Length / 4) - 1000);
        seen.All(i => png.AsSpan(i * 4, 4).SequenceEqual(webp.AsSpan(i * 4, 4))).ShouldBeTrue();
        Enumerable.Range(0, png.Length / 4).ShouldAllBe(i => png[(i * 4) + 3] == webp[(i * 4) + 3]);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("hdr10-hevc10-1080p.mp4")]
    [InlineData("hdr10-av1-portrait-720x1280.mp4")]
    public async Task Trap_05_hdr_is_shown_in_the_brightness_of_ordinary_screens_unless_it_is_kept(string name)
    {
        TestMedia.LargeOnesAreLong(name);
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);

        var png = await PixelsAsync(await StillAsync(media, 10, new StillOptions(), ct), ct);
        var jpeg = await PixelsAsync(await StillAsync(media, 10, new StillOptions(StillFormat.Jpeg), ct), ct);
        var kept = await StillAsync(media, 10, new StillOptions(Hdr: HdrMode.Keep), ct);
        var washed = await PixelsAsync(kept, ct);
        var reference = await ReferenceTools.FfmpegAsync(
            [
                "-i", media.File.Path, "-vf",
                "select='eq(n,10)',zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv444p",
                "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-",
            ],
            ct);

        Psnr(png, reference).ShouldBeGreaterThan(35);
        Psnr(jpeg, png).ShouldBeGreaterThan(30);
        Psnr(washed, png).ShouldBeLessThan(30, "mapping changes the picture");
        (await FormatAsync(kept, ct)).ShouldBe("rgb48be");
    }

    [Theory(Timeout = 120_000)]
    [InlineData("libx265", "-x265-params", "log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc")]
    [InlineData("libsvtav1", "-svtav1-params", "color-primaries=9:transfer-characteristics=18:matrix-coefficients=9")]
    public async Task Trap_05_hlg_is_mapped_as_pq_is_and_kept_with_the_decoders_own_values(string encoder, string option, string colours)
    {
        var ct = TestContext.Current.CancellationToken;

        // A ramp from black to white beside a moving picture, as a camera that speaks HLG would code them; of colours that BT.709 has as well, since chains cut others in different places.
        var path = await _work.MakeAsync("hlg.mp4", "testsrc2=s=256x128:r=10:d=1.5,format=yuv420p10le,geq=lum='if(lt(Y,64),64+X*876/255,lum(X,Y))':cb='if(lt(Y,32),512,512+(cb(X,Y)-512)*0.3)':cr='if(lt(Y,32),512,512+(cr(X,Y)-512)*0.3)'",
            ["-pix_fmt", "yuv420p10le", "-c:v", encoder, option, colours, "-crf", "10", "-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc"], ct);
        var media = await _stack.ProbeAsync(path, ct);
        media.ColorTransfer.ShouldBe("arib-std-b67");

        var png = await PixelsAsync(await StillAsync(media, 9, new StillOptions(), ct), ct);
        var jpeg = await PixelsAsync(await StillAsync(media, 9, new StillOptions(StillFormat.Jpeg), ct), ct);
        var kept = await StillAsync(media, 9, new StillOptions(Hdr: HdrMode.Keep), ct);
        var plain = await ReferenceTools.FfmpegAsync(["-i", path, "-vf", "select='eq(n,9)'", "-frames:v", "1", "-pix_fmt", "rgb48be", "-f", "rawvideo", "-"], ct);
        var reference = await ReferenceTools.FfmpegAsync(
            ["-i", path, "-vf", "select='eq(n,9)',zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv444p", "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"], ct);

        (await PixelsAsync(kept, ct, "rgb48be")).ShouldBe(plain);
        Psnr(png, reference).ShouldBeGreaterThan(35);
        Psnr(jpeg, png).ShouldBeGreaterThan(25);
        Psnr(await PixelsAsync(kept, ct), png).ShouldBeLessThan(30, "mapping changes the picture");

        // The ramp stays a ramp, black stays black and lights are bright without being cut off early.
        var ramp = Enumerable.Range(0, 256).Select(x => (int)png[(((16 * 256) + x) * 3) + 1]).ToArray();
        ramp.Zip(ramp.Skip(1)).ShouldAllBe(p => p.Second >= p.First - 3);
        ramp[0].ShouldBeLessThan(12);
        ramp[255].ShouldBeGreaterThan(180);
        ramp.Count(v => v >= 254).ShouldBeLessThan(40);
    }

    [Fact(Timeout = 60_000)]
    public async Task Hdr_that_is_to_be_kept_in_8_bits_is_refused_with_a_sentence()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("hdr10-hevc10-1080p.mp4"), ct);

        var error = await Should.ThrowAsync<VettingException>(() => StillAsync(media, 0, new StillOptions(StillFormat.Jpeg, Hdr: HdrMode.Keep), ct));

        error.Code.ShouldBe(FailureCode.InvalidRequest);
        error.Message.ShouldContain("only PNG can keep");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("rotated-90-bbb-1080p.mp4", StillFormat.WebP, 1080, 1920)]
    [InlineData("rotated-90-bbb-1080p.mp4", StillFormat.Avif, 1080, 1920)]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", StillFormat.WebP, 1138, 640)]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", StillFormat.Jpeg, 1138, 640)]
    [InlineData("subtitled-movtext-rotated270.mp4", StillFormat.Png, 0, 0)]
    public async Task Trap_05_stills_are_upright_and_square_whatever_the_format(string name, StillFormat format, int width, int height)
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);

        var still = await StillAsync(media, 1, new StillOptions(format, SquarePixels: true), ct);

        var size = (await ReferenceTools.FfprobeAsync(["-show_entries", "stream=width,height,sample_aspect_ratio", "-of", "csv=p=0", still], ct)).Trim();
        size.ShouldStartWith(width == 0 ? $"{media.Width},{media.Height}" : $"{width},{height}");
        size.Split(',')[2].ShouldBeOneOf("1:1", "N/A", "0:1");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_crop_is_a_part_of_the_stills_own_pixels()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("rotated-90-bbb-1080p.mp4"), ct);
        var whole = await PixelsAsync(await StillAsync(media, 2, new StillOptions(), ct), ct);

        var part = await PixelsAsync(await StillAsync(media, 2, new StillOptions(Crop: new CropBox(101, 203, 301, 155)), ct), ct);

        part.Length.ShouldBe(301 * 155 * 3);
        for (var y = 0; y < 155; y++)
        {
            part.AsSpan(y * 301 * 3, 301 * 3).SequenceEqual(whole.AsSpan((((203 + y) * 1080) + 101) * 3, 301 * 3)).ShouldBeTrue($"row {y}");
        }
    }

    private async Task<string> StillAsync(MediaInfo media, int index, StillOptions options, CancellationToken ct)
    {
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        return _work.Write($"{Guid.NewGuid():N}{options.Extension}", await _stack.Extractor.ExtractOneAsync(media, new Pts(frames[index].Pts, media.TimeBase), options, ct));
    }

    private static Task<byte[]> PixelsAsync(string path, CancellationToken ct, string format = "rgb24") =>
        ReferenceTools.FfmpegAsync(["-i", path, "-frames:v", "1", "-pix_fmt", format, "-f", "rawvideo", "-"], ct);

    private static async Task<string> FormatAsync(string path, CancellationToken ct) => (await ReferenceTools.FfprobeAsync(["-show_entries", "stream=pix_fmt", "-of", "csv=p=0", path], ct)).Trim();

    private static double Psnr(byte[] a, byte[] b)
    {
        a.Length.ShouldBe(b.Length);
        var sum = a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum();
        return sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(255 * 255 / (sum / a.Length));
    }
}

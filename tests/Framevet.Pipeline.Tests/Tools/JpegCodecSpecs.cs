using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Tools;

public sealed class JpegCodecSpecs
{
    private readonly JpegCodec _jpeg = new();

    [Theory]
    [InlineData(64, 48)]
    [InlineData(33, 17)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 7)]
    public void A_flat_frame_comes_back_in_its_colour(int width, int height)
    {
        var pool = new FramePool();
        using (var batch = pool.Rent(new FrameLayout(width, height), 1))
        {
            var memory = batch.Add(0, new Pts(0, new TimeBase(1, 25)));
            var layout = batch.Layout;
            memory.Span[..layout.LumaBytes].Fill(100);
            memory.Span.Slice(layout.LumaBytes, layout.ChromaBytes).Fill(128);
            memory.Span.Slice(layout.LumaBytes + layout.ChromaBytes, layout.ChromaBytes).Fill(199);

            var image = _jpeg.Decode(_jpeg.Encode(batch[0], 95), 4096);

            (image.Width, image.Height).ShouldBe((width, height));
            // BT.601 full range: R = Y + 1.402 (Cr - 128), G = Y - 0.714 (Cr - 128).
            ((int)image.Pixels[0]).ShouldBeInRange(197, 202);
            ((int)image.Pixels[1]).ShouldBeInRange(47, 52);
            ((int)image.Pixels[2]).ShouldBeInRange(98, 102);
        }

        LeakCheck.NoneLeft(pool);
    }

    [Fact]
    public void A_picture_is_decoded_no_larger_than_asked()
    {
        var jpeg = File.ReadAllBytes(TestMedia.Path("photo-family-3072x1780.jpg"));

        var image = _jpeg.Decode(jpeg, 512);

        image.Width.ShouldBe(384);
        image.Pixels.Length.ShouldBe(image.Width * image.Height * 3);
    }

    [Fact]
    public void Something_else_than_a_jpeg_is_refused_with_a_sentence()
    {
        var error = Should.Throw<VettingException>(() => _jpeg.Decode("no jpeg at all"u8, 100));

        error.Code.ShouldBe(FailureCode.UnsupportedMedia);
    }

    [Fact]
    public void No_detail_survives_blurring()
    {
        // Black and white stripes of 16 pixels: finer than a cell of the blur (768 / 12 = 64 pixels).
        var stripes = new RgbImage(768, 768, new byte[768 * 768 * 3]);
        for (var i = 0; i < 768 * 768; i++)
        {
            stripes.Pixels.AsSpan(i * 3, 3).Fill((byte)(i % 768 / 16 % 2 == 0 ? 255 : 0));
        }

        var blurred = _jpeg.Decode(_jpeg.Blur(_jpeg.Encode(stripes, 90)), 4096);

        blurred.Width.ShouldBe(160);
        blurred.Pixels.Max(p => (int)p).ShouldBeLessThan(140);
        blurred.Pixels.Min(p => (int)p).ShouldBeGreaterThan(115);
    }

    [Fact]
    public void Neighbouring_pixels_of_a_blurred_photo_hardly_differ()
    {
        var blurred = _jpeg.Decode(_jpeg.Blur(File.ReadAllBytes(TestMedia.Path("photo-leopard.jpg"))), 4096);

        blurred.Width.ShouldBe(160);
        blurred.Height.ShouldBeInRange(52, 55);
        var steps = Enumerable.Range(0, blurred.Width - 1).Select(x => Math.Abs(blurred.Pixels[((27 * 160) + x) * 3] - blurred.Pixels[((27 * 160) + x + 1) * 3]));
        steps.Max().ShouldBeLessThan(25);
    }

    [Fact]
    public void A_stronger_blur_leaves_less_and_grey_leaves_no_colour()
    {
        // Vertical bars of 48 of 768 pixels: coarser than a cell at half strength, finer than one at full strength.
        var bars = new RgbImage(768, 768, new byte[768 * 768 * 3]);
        for (var i = 0; i < 768 * 768; i++)
        {
            bars.Pixels[(i * 3) + (i % 768 / 48 % 2 == 0 ? 0 : 2)] = 255;
        }

        var jpeg = _jpeg.Encode(bars, 90);
        int Contrast(int strength) => Range(_jpeg.Decode(_jpeg.Blur(jpeg, strength, isGrey: false), 4096).Pixels.Where((_, i) => i % 3 == 0));

        Contrast(0).ShouldBeGreaterThan(Contrast(50));
        Contrast(50).ShouldBeGreaterThan(Contrast(100));
        _jpeg.Blur(jpeg, 100, isGrey: false).ShouldBe(_jpeg.Blur(jpeg));
        var grey = _jpeg.Decode(_jpeg.Blur(jpeg, 50, isGrey: true), 4096).Pixels;
        Enumerable.Range(0, grey.Length / 3).ShouldAllBe(i => Math.Abs(grey[i * 3] - grey[(i * 3) + 1]) <= 2 && Math.Abs(grey[i * 3] - grey[(i * 3) + 2]) <= 2);

        static int Range(IEnumerable<byte> values) => values.Max() - values.Min();
    }
}

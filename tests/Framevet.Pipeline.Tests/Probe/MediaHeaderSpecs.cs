using System.Buffers.Binary;
using System.Text;
using Framevet.Pipeline.Probe;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Probe;

public sealed class MediaHeaderSpecs
{
    /// <summary>A complete GIF of 35 bytes that claims a huge screen.</summary>
    private static byte[] Gif(int width, int height, int pictureWidth = 1, int pictureHeight = 1)
    {
        byte[] gif = [.. "GIF89a"u8, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x2C, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0x44, 1, 0, 0x3B];
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(6), (ushort)width);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(8), (ushort)height);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(24), (ushort)pictureWidth);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(26), (ushort)pictureHeight);
        return gif;
    }

    [Theory]
    [InlineData(65535, 65535, 1, 1)]
    [InlineData(1, 1, 65535, 65535)]
    [InlineData(16385, 10, 1, 1)]
    public void A_gif_that_claims_a_huge_picture_is_refused_without_any_tool(int width, int height, int pictureWidth, int pictureHeight)
    {
        var header = Read(Gif(width, height, pictureWidth, pictureHeight));

        var error = Should.Throw<VettingException>(() => header.Check(new MediaLimits(), "bomb.gif"));

        error.Code.ShouldBe(FailureCode.SourceRefused);
        error.Message.ShouldStartWith("bomb.gif declares a picture of ");
    }

    [Fact]
    public void An_ordinary_gif_passes() => Read(Gif(480, 270)).ShouldSatisfyAllConditions(h => h.Check(new MediaLimits(), "a.gif"), h => h.Width.ShouldBe(480), h => h.Height.ShouldBe(270));

    [Fact]
    public void A_gif_whose_later_picture_outgrows_its_canvas_is_refused_without_any_tool()
    {
        var small = Gif(16, 16);
        byte[] growing = [.. small[..^1], .. Gif(16, 16, 60_000, 60_000).AsSpan(19)];

        Should.Throw<VettingException>(() => Read(growing).Check(new MediaLimits(), "bomb.gif")).Message.ShouldStartWith("bomb.gif declares a picture of 60000x60000");
        Read([.. small[..^1], .. Gif(16, 16).AsSpan(19)]).ShouldSatisfyAllConditions(h => h.Frames.ShouldBe(2), h => h.Check(new MediaLimits(), "a.gif"));
    }

    [Fact]
    public void An_animation_of_too_many_frames_is_refused_without_any_tool()
    {
        byte[] apng = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, .. "acTL"u8, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0];
        var three = Gif(1, 1);
        three = [.. three[..^1], .. three[19..^1], .. three[19..]];

        Should.Throw<VettingException>(() => Read(apng).Check(new MediaLimits(), "bomb.png")).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(FailureCode.SourceTooLarge), e => e.Message.ShouldContain("2147483647 frames"));
        Should.Throw<VettingException>(() => Read(three).Check(new MediaLimits { MaxFrames = 2 }, "three.gif")).Code.ShouldBe(FailureCode.SourceTooLarge);
        Read(three).Check(new MediaLimits { MaxFrames = 3 }, "three.gif");
    }

    [Fact]
    public void A_png_that_claims_a_huge_picture_is_refused()
    {
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 8, 6, 0, 0, 0, 0, 0, 0, 0];

        Should.Throw<VettingException>(() => Read(png).Check(new MediaLimits(), "bomb.png")).Code.ShouldBe(FailureCode.SourceRefused);
    }

    [Theory]
    [InlineData("exif-orientation-6.jpg", 1200, 1800, 6)]
    [InlineData("exif-orientation-8.jpg", 1800, 1200, 8)]
    [InlineData("photo-family-3072x1780.jpg", 3072, 1780, 1)]
    [InlineData("transparent-lizard.png", 320, 229, 1)]
    [InlineData("faces-walking.gif", 480, 270, 1)]
    [InlineData("people-room.gif", 480, 270, 1)]
    public void Declared_size_and_orientation_are_read(string name, int width, int height, int orientation)
    {
        using var stream = File.OpenRead(TestMedia.Path(name));

        var header = MediaHeader.Read(stream, name);

        (header.Width, header.Height, header.Orientation).ShouldBe((width, height, orientation));
    }

    [Fact(Timeout = 60_000)]
    public async Task Sizes_agree_with_what_ffmpeg_wrote()
    {
        using var clips = new ClipFactory();
        foreach (var (name, format) in new[] { ("a.bmp", "BMP"), ("a.tif", "TIFF"), ("a.webp", "WebP"), ("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.gif", "GIF") })
        {
            var path = await clips.MakeAsync(name, "testsrc=s=123x45:d=0.1:r=10", ["-frames:v", "1"], TestContext.Current.CancellationToken);
            using var stream = File.OpenRead(path);

            var header = MediaHeader.Read(stream, name);

            (header.Format.Title, header.Width, header.Height).ShouldBe((format, 123, 45));
        }
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", FailureCode.SourceRefused, "is a playlist (M3U), not a picture or video.")]
    [InlineData("\uFEFF#EXTM3U\n", FailureCode.SourceRefused, "is a playlist (M3U), not a picture or video.")]
    [InlineData("ffconcat version 1.0\nfile '/etc/passwd'\n", FailureCode.SourceRefused, "is an ffmpeg concat script, not a picture or video.")]
    [InlineData("<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", FailureCode.SourceRefused, "is an SVG drawing, not a picture or video.")]
    [InlineData("  <svg onload='x'>", FailureCode.SourceRefused, "is an SVG drawing, not a picture or video.")]
    [InlineData("<!DOCTYPE html><html>", FailureCode.SourceRefused, "is an HTML page, not a picture or video.")]
    [InlineData("<?xml version='1.0'?><MPD/>", FailureCode.SourceRefused, "is an XML document, not a picture or video.")]
    [InlineData("this is plain text, not a video\n", FailureCode.UnsupportedMedia, "is a text file, not a picture or video.")]
    [InlineData("%PDF-1.7", FailureCode.UnsupportedMedia, "is a PDF document, not a picture or video.")]
    [InlineData("\0\u0001\u0002\u0003", FailureCode.UnsupportedMedia, "is a file of unknown format, not a picture or video.")]
    [InlineData("", FailureCode.UnsupportedMedia, "is empty.")]
    public void What_is_no_media_is_named(string content, FailureCode code, string message)
    {
        var error = Should.Throw<VettingException>(() => Read(Encoding.UTF8.GetBytes(content), "clip.mp4"));

        error.Code.ShouldBe(code);
        error.Message.ShouldBe($"clip.mp4 {message}");
    }

    [Fact]
    public void No_prefix_of_a_picture_makes_the_reader_throw_anything_unexpected()
    {
        foreach (var name in new[] { "exif-orientation-6.jpg", "transparent-lizard.png", "people-room.gif" })
        {
            var bytes = File.ReadAllBytes(TestMedia.Path(name));
            for (var length = 0; length < 400; length++)
            {
                Quietly(bytes[..length]);
            }
        }
    }

    [Fact]
    public void Random_damage_makes_the_reader_throw_nothing_unexpected()
    {
        var random = new Random(11);
        foreach (var name in new[] { "exif-orientation-6.jpg", "transparent-lizard.png", "people-room.gif", "tiny-320x240.mp4" })
        {
            var original = File.ReadAllBytes(TestMedia.Path(name)).AsSpan(0, 2000).ToArray();
            for (var round = 0; round < 300; round++)
            {
                var damaged = (byte[])original.Clone();
                for (var i = 0; i < 8; i++)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                Quietly(damaged);
            }
        }
    }

    private static void Quietly(byte[] bytes)
    {
        try
        {
            Read(bytes).Check(new MediaLimits(), "x");
        }
        catch (VettingException)
        {
            // The expected answer to nonsense.
        }
    }

    private static MediaHeader Read(byte[] bytes, string name = "x")
    {
        using var stream = new MemoryStream(bytes);
        return MediaHeader.Read(stream, name);
    }
}

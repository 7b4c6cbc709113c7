using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Xml.Linq;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Export;

public sealed class XmpSpecs : IDisposable
{
    private readonly ClipFactory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(0f, 0)]
    [InlineData(19.99f, 0)]
    [InlineData(20f, 1)]
    [InlineData(40f, 2)]
    [InlineData(60f, 3)]
    [InlineData(79.9f, 3)]
    [InlineData(80f, 4)]
    [InlineData(90f, 5)]
    [InlineData(100f, 5)]
    [InlineData(null, null)]
    public void Stars_follow_the_cuts(float? score, int? stars) => XmpPacket.Stars(score).ShouldBe(stars);

    [Theory]
    [InlineData(Decision.Allow, "Green")]
    [InlineData(Decision.Block, "Red")]
    [InlineData(Decision.Escalate, "Yellow")]
    [InlineData(null, null)]
    public void Labels_follow_the_verdict(Decision? decision, string? label) => XmpPacket.Label(decision).ShouldBe(label);

    [Fact]
    public void A_packet_is_xml_that_tells_score_source_and_stamp()
    {
        var about = Description(XmpPacket.Write(Facts()));

        about.Element((XNamespace)"http://ns.adobe.com/xap/1.0/" + "Rating")!.Value.ShouldBe("4");
        about.Element((XNamespace)"http://ns.adobe.com/xap/1.0/" + "Label")!.Value.ShouldBe("Green");
        about.Element(XmpPacket.Own + "SourceSha256")!.Value.ShouldBe("ab12");
        about.Element(XmpPacket.Own + "Pts")!.Value.ShouldBe("90090");
        about.Element(XmpPacket.Own + "TimeBase")!.Value.ShouldBe("1/30000");
        about.Element(XmpPacket.Own + "Source")!.Value.ShouldBe("a <b> & \"c\".mp4");
        about.Element(XmpPacket.Own + "Scores")!.Descendants().Where(e => e.Name.LocalName == "li").Select(e => e.Value).ShouldBe(["quality=87.25"]);
        about.Element(XmpPacket.Own + "Models")!.Value.ShouldBe("nima 1");
    }

    [Theory(Timeout = 60_000)]
    [InlineData(StillFormat.Jpeg, "-c:v mjpeg", "jpg")]
    [InlineData(StillFormat.Png, "-c:v png", "png")]
    [InlineData(StillFormat.WebP, "-c:v libwebp -pix_fmt yuv420p", "webp")]
    [InlineData(StillFormat.WebP, "-c:v libwebp -lossless 1 -pix_fmt bgra", "webp")]
    public async Task An_embedded_packet_is_found_again_and_no_pixel_changes(StillFormat format, string codec, string extension)
    {
        var ct = TestContext.Current.CancellationToken;
        var plain = await _work.MakeAsync($"plain.{extension}", "testsrc2=s=162x122", ["-frames:v", "1", "-f", "image2", .. codec.Split(' ')], ct);
        var packet = XmpPacket.Write(Facts());

        var marked = _work.Write($"marked.{extension}", XmpEmbedding.Put(File.ReadAllBytes(plain), format, packet));

        Extract(File.ReadAllBytes(marked), format).ShouldBe(packet);
        (await PixelsAsync(marked, ct)).ShouldBe(await PixelsAsync(plain, ct));
    }

    [Fact]
    public void A_packet_too_large_for_a_jpeg_segment_is_left_out_and_the_file_stays_whole()
    {
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xD9];

        XmpEmbedding.Put(jpeg, StillFormat.Jpeg, new byte[70_000]).ShouldBe(jpeg);
    }

    [Theory]
    [InlineData(XmpPlace.NameXmp, "a.b.xmp")]
    [InlineData(XmpPlace.NameExtXmp, "a.b.jpg.xmp")]
    [InlineData(XmpPlace.Embedded, null)]
    [InlineData(XmpPlace.None, null)]
    public void Side_cars_come_in_both_styles(XmpPlace place, string? name) => StillSet.Sidecar("a.b.jpg", place).ShouldBe(name);

    internal static XElement Description(byte[] packet) => XDocument.Parse(Encoding.UTF8.GetString(packet)).Descendants().Single(e => e.Name.LocalName == "Description");

    /// <summary>Reads the packet back by the formats' own structure, not by searching for text.</summary>
    internal static byte[] Extract(byte[] file, StillFormat format)
    {
        var at = format switch { StillFormat.Jpeg => 2, StillFormat.Png => 8, _ => 12 };
        while (at < file.Length)
        {
            var (type, content, next) = format switch
            {
                StillFormat.Jpeg => ($"{file[at + 1]:X2}", file[(at + 4)..(at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2)))], at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2))),
                StillFormat.Png => Png(file, at),
                _ => WebP(file, at),
            };
            var head = format switch { StillFormat.Jpeg => "http://ns.adobe.com/xap/1.0/\0", StillFormat.Png => "XML:com.adobe.xmp\0\0\0\0\0", _ => "" };
            if (type is "E1" or "iTXt" or "XMP " && Encoding.ASCII.GetString(content, 0, head.Length) == head)
            {
                return content[head.Length..];
            }

            at = next;
        }

        throw new InvalidDataException("There is no XMP.");
    }

    private static (string Type, byte[] Content, int Next) Png(byte[] file, int at)
    {
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
        return (Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)], at + 12 + length);
    }

    private static (string Type, byte[] Content, int Next) WebP(byte[] file, int at)
    {
        var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4));
        return (Encoding.ASCII.GetString(file, at, 4), file[(at + 8)..(at + 8 + length)], at + 8 + length + (length & 1));
    }

    private static async Task<string> PixelsAsync(string path, CancellationToken ct) =>
        Encoding.UTF8.GetString(await ReferenceTools.FfmpegAsync(["-i", path, "-pix_fmt", "rgb24", "-f", "framemd5", "-"], ct));

    private static XmpFacts Facts() => new(
        new Candidate(new Pts(90090, new TimeBase(1, 30000)), 90, ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("quality", 87.25f), KeyValuePair.Create("broken", float.NaN)]), 0, null, [],
            new Judgement(new Verdict(Decision.Allow, "Fine.", "test"), [])),
        1,
        "Best \u0001of all.",
        new ExportOrigin("run1", "a <b> & \"c\".mp4", "ab12", "Best") { Models = ["nima 1"] },
        ["framevet 1.0.0", "ffmpeg version 5"]);
}

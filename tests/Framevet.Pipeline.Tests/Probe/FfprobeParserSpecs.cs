using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Tests.Probe;

public sealed class FfprobeParserSpecs
{
    private const string Format = """ "format": { "format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "2.005333" } """;

    private const string Video = """
        "index": 0, "codec_name": "h264", "codec_type": "video", "width": 1920, "height": 1080, "pix_fmt": "yuv420p", "color_space": "bt709", "color_transfer": "bt709",
        "r_frame_rate": "24/1", "avg_frame_rate": "24/1", "time_base": "1/57600", "start_pts": 4800, "duration": "1.875000", "nb_frames": "45"
        """;

    [Fact]
    public void Facts_of_a_rotated_video_are_read()
    {
        // As ffprobe 5.1 writes it for a phone clip.
        const string SideData = """
            "side_data_list": [ { "side_data_type": "Display Matrix",
              "displaymatrix": "\n00000000:            0       65536           0\n00000001:       -65536           0           0\n00000002:            0           0  1073741824\n", "rotation": -90 } ]
            """;

        var media = Parse($$"""{ "streams": [ { {{Video}}, {{SideData}} } ], {{Format}} }""");

        (media.Width, media.Height, media.CodedWidth, media.CodedHeight).ShouldBe((1080, 1920, 1920, 1080));
        (media.Rotation, media.IsMirrored, media.StartPts).ShouldBe((90, false, 4800L));
        media.Duration.ShouldBe(TimeSpan.FromSeconds(1.875));
        (media.FrameRate, media.FrameCountHint, media.ColorTransfer, media.ColorSpace).ShouldBe((24, 45, "bt709", "bt709"));
        (media.TimeBase.Num, media.TimeBase.Den, media.Kind).ShouldBe((1, 57600, MediaKind.Video));
    }

    [Fact]
    public void What_is_not_told_stays_null()
    {
        var media = Parse("""{ "streams": [ { "index": 0, "codec_name": "vp9", "codec_type": "video", "width": 10, "height": 10, "time_base": "1/1000", "avg_frame_rate": "0/0" } ], "format": { "format_name": "matroska,webm" } }""");

        media.Duration.ShouldBeNull();
        media.FrameCountHint.ShouldBeNull();
        media.FrameRate.ShouldBeNull();
        media.StartPts.ShouldBeNull();
        media.PixelFormat.ShouldBeNull();
        media.ColorSpace.ShouldBeNull();
        media.SampleAspect.ShouldBe((1, 1));
    }

    [Fact]
    public void A_container_clock_is_not_a_frame_rate() =>
        Parse("""{ "streams": [ { "codec_type": "video", "width": 10, "height": 10, "time_base": "1/1000", "avg_frame_rate": "1000/1", "tags": { "DURATION": "00:01:03.500000000" } } ] }""")
            .ShouldSatisfyAllConditions(m => m.FrameRate.ShouldBeNull(), m => m.Duration.ShouldBe(TimeSpan.FromSeconds(63.5)));

    [Theory]
    [InlineData("64:45", 1138, 640)]
    [InlineData("1:1", 800, 640)]
    [InlineData("0:1", 800, 640)]
    [InlineData("45:64", 800, 910)]
    public void Square_pixels_grow_the_short_side(string aspect, int width, int height)
    {
        var media = Parse($$"""{ "streams": [ { "codec_type": "video", "width": 800, "height": 640, "time_base": "1/1000", "sample_aspect_ratio": "{{aspect}}" } ] }""");

        (media.Width, media.Height).ShouldBe((width, height));
    }

    [Fact]
    public void Cover_art_is_never_the_video()
    {
        const string Cover = """{ "index": 0, "codec_type": "video", "codec_name": "mjpeg", "width": 3000, "height": 3000, "time_base": "1/90000", "disposition": { "default": 1, "attached_pic": 1 } }""";
        const string Real = """{ "index": 1, "codec_type": "video", "codec_name": "h264", "width": 320, "height": 240, "time_base": "1/90000", "disposition": { "default": 0, "attached_pic": 0 } }""";

        Parse($$"""{ "streams": [ {{Cover}}, {{Real}} ] }""").StreamIndex.ShouldBe(1);
        Should.Throw<VettingException>(() => Parse($$"""{ "streams": [ {{Cover}} ] }""")).Message.ShouldBe("clip.mp4 has no video stream, only cover art.");
    }

    [Fact]
    public void The_default_stream_wins_then_the_largest()
    {
        static string Stream(int index, int width, int isDefault) => $$"""{ "index": {{index}}, "codec_type": "video", "width": {{width}}, "height": 100, "time_base": "1/25", "disposition": { "default": {{isDefault}} } }""";

        Parse($$"""{ "streams": [ {{Stream(0, 400, 0)}}, {{Stream(1, 100, 1)}}, {{Stream(2, 300, 0)}} ] }""").StreamIndex.ShouldBe(1);
        Parse($$"""{ "streams": [ {{Stream(0, 100, 0)}}, {{Stream(1, 400, 0)}}, {{Stream(2, 400, 0)}} ] }""").StreamIndex.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{ "streams": [ { "codec_type": "audio", "codec_name": "aac" } ] }""", "clip.mp4 has no video stream, only audio (aac).")]
    [InlineData("""{ "streams": [ { "codec_type": "subtitle", "codec_name": "subrip" } ] }""", "clip.mp4 has no video stream.")]
    [InlineData("""{ }""", "clip.mp4 has no video stream.")]
    public void Nothing_to_look_at_is_said_in_one_sentence(string json, string message) => Should.Throw<VettingException>(() => Parse(json)).Message.ShouldBe(message);

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(2, 0, true)]
    [InlineData(3, 180, false)]
    [InlineData(4, 180, true)]
    [InlineData(5, 270, true)]
    [InlineData(6, 90, false)]
    [InlineData(7, 90, true)]
    [InlineData(8, 270, false)]
    public void Exif_orientations_are_a_mirror_and_a_turn(int orientation, int rotation, bool isMirrored) => Upright.FromExif(orientation).ShouldBe(new Upright(rotation, isMirrored));

    [Theory]
    [InlineData(1, 0, 0, 1, 0, false)]
    [InlineData(0, 1, -1, 0, 90, false)]
    [InlineData(-1, 0, 0, -1, 180, false)]
    [InlineData(0, -1, 1, 0, 270, false)]
    [InlineData(-1, 0, 0, 1, 0, true)]
    [InlineData(1, 0, 0, -1, 180, true)]
    public void Display_matrices_are_a_mirror_and_a_turn(int a, int b, int c, int d, int rotation, bool isMirrored)
    {
        var text = $"\n00000000: {a * 65536} {b * 65536} 0\n00000001: {c * 65536} {d * 65536} 0\n00000002: 0 0 1073741824\n";

        Upright.FromDisplayMatrix(text).ShouldBe(new Upright(rotation, isMirrored));
    }

    private static MediaInfo Parse(string json) => FfprobeParser.Parse(json, new SourceFile("/somewhere/clip.mp4", "clip.mp4", 1), new MediaHeader(MediaFormat.Mov));
}

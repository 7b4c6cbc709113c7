using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Subtitles;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Sampling;

public sealed class SubtitleKeywordSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("talking-head-embedded-srt.mkv", 0.0, 1.234)]
    [InlineData("talking-head-embedded-ass.mkv", 0.0, 0.433)]
    public async Task Lines_in_the_file_give_their_stretch_from_the_first_frame_on(string name, double start, double end)
    {
        var plan = await PlanAsync(TestMedia.Path(name), new() { Keywords = "subtitles" });

        plan.Within[0].Start.TotalSeconds.ShouldBe(start, 0.0011);
        plan.Within[0].End!.Value.TotalSeconds.ShouldBe(end, 0.0011);
    }

    [Fact]
    public async Task Text_in_a_quicktime_stream_is_found_too()
    {
        var plan = await PlanAsync(TestMedia.Path("subtitled-movtext-rotated270.mp4"), new() { Keywords = "dogs", PaddingBefore = 0.5 });

        plan.ShouldBeOfType<DecodePlan.EveryFrame>();
        plan.Within.ShouldBe([new TimeRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4.5))]);
    }

    [Fact]
    public async Task A_file_beside_the_clip_counts_first_and_the_tagged_one_before_the_other()
    {
        var clip = await ClipAsync();
        _clips.Write("clip.srt", "1\n00:00:02,000 --> 00:00:03,000\ndog\n"u8);
        (await PlanAsync(clip, new() { Keywords = "dog" })).Within[0].Start.ShouldBe(TimeSpan.FromSeconds(2));

        _clips.Write("clip.en.VTT", "WEBVTT\n\n00:01.000 --> 00:02.000\ndog\n"u8);
        (await PlanAsync(clip, new() { Keywords = "dog" })).Within[0].Start.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_first_frame_of_each_stretch_and_step_is_kept_however_short_the_line()
    {
        var clip = await ClipAsync();
        _clips.Write("clip.srt", "1\n00:00:00,550 --> 00:00:00,800\ndog\n\n2\n00:00:02,000 --> 00:00:04,100\ndog\n"u8);
        var media = await _stack.ProbeAsync(clip, Ct);
        var sampler = new SubtitleKeywordSampler(new() { Keywords = "dog" }, Reader());
        await sampler.PlanAsync(media, Ct);

        var kept = (await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 64), Ct))
            .Where(f => sampler.Keep(new Frame(f.Index, new Pts(f.Pts, media.TimeBase), f.Layout, f.Pixels))).Select(f => f.Index);

        kept.ShouldBe([6, 20, 30, 40]);
    }

    [Fact]
    public async Task No_line_with_the_keyword_is_an_error_that_names_file_and_keyword()
    {
        var clip = await ClipAsync();
        _clips.Write("clip.srt", "1\n00:00:02,000 --> 00:00:03,000\ncat\n\n2\nbad --> 00:00:03,000\ncat\n"u8);

        var trouble = await Should.ThrowAsync<VettingException>(() => PlanAsync(clip, new() { Keywords = "dog" }));

        trouble.Code.ShouldBe(FailureCode.InvalidRequest);
        trouble.Message.ShouldBe("clip.mp4: none of the 1 subtitle lines (clip.srt) holds 'dog'; 1 more could not be read.");
    }

    [Fact]
    public async Task No_subtitles_are_an_error_that_says_where_was_looked()
    {
        var trouble = await Should.ThrowAsync<VettingException>(async () => await PlanAsync(await ClipAsync(), new() { Keywords = "dog" }));

        trouble.Code.ShouldBe(FailureCode.UnsupportedMedia);
        trouble.Message.ShouldContain("clip.mp4 has no subtitles; looked for them beside it (clip.en.srt");
        trouble.Message.ShouldContain("in it");
    }

    [Fact]
    public async Task Keywords_are_needed()
    {
        var clip = await ClipAsync();

        (await Should.ThrowAsync<VettingException>(() => PlanAsync(clip, new() { Keywords = " , " }))).Code.ShouldBe(FailureCode.InvalidRequest);
    }

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    private Task<string> ClipAsync() => _clips.MakeAsync("clip.mp4", "testsrc2=s=64x36:r=10:d=6", ["-c:v", "libx264", "-pix_fmt", "yuv420p"], Ct);

    private async Task<DecodePlan> PlanAsync(string path, SubtitleKeywordSamplerOptions options) =>
        await new SubtitleKeywordSampler(options, Reader()).PlanAsync(await _stack.ProbeAsync(path, Ct), Ct);

    private SubtitleReader Reader() => new(_stack.Locator, Options.Create(new ToolOptions()), Options.Create(new MediaLimits()), TimeProvider.System);
}

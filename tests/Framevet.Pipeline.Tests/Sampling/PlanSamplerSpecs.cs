using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Tests.Decode;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Sampling;

/// <summary>Samplers that are a plan and nothing else.</summary>
public sealed class PlanSamplerSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    [Theory]
    [InlineData(30, 2, 15)]
    [InlineData(29.97, 2, 15)]
    [InlineData(24, 5, 5)]
    [InlineData(25, 0.01, 2500)]
    public void Dense_strides_through_a_file_of_constant_rate(double rate, double target, int stride) =>
        new DenseSampler(new DenseSamplerOptions { Fps = target }).Plan(Media() with { FrameRate = rate }).ShouldBe(new DecodePlan.Nth(stride) { WithLast = true });

    [Fact]
    public void Dense_takes_every_frame_of_a_file_that_is_no_faster_than_the_target() =>
        new DenseSampler(new DenseSamplerOptions()).Plan(Media() with { FrameRate = 2.5 }).ShouldBeOfType<DecodePlan.EveryFrame>();

    [Fact]
    public void Dense_goes_by_time_where_the_rate_varies_or_is_unknown()
    {
        var byTime = new DecodePlan.Interval(TimeSpan.FromSeconds(0.5)) { WithLast = true };
        var sampler = new DenseSampler(new DenseSamplerOptions());

        sampler.Plan(Media()).ShouldBe(byTime);
        sampler.Plan(Media() with { FrameRate = 30, IsVariableRate = true }).ShouldBe(byTime);
        sampler.Plan(Media() with { FrameRate = 30, FrameCountHint = 200, Duration = TimeSpan.FromSeconds(10) }).ShouldBe(byTime);
    }

    [Theory]
    [InlineData("0:10-0:20", "10-20")]
    [InlineData("0:10-0:20, 1:02.5-1:30, 2:00-", "10-20 62.5-90 120-")]
    [InlineData("90-100; 1:00:00-1:00:01.25", "90-100 3600-3601.25")]
    [InlineData("0:20-0:30, 0:10-0:20", "10-30")]
    public void Stretches_are_read_as_people_write_them(string text, string expected) =>
        string.Join(' ', TimeRangeText.Parse(text).Select(r => FormattableString.Invariant($"{r.Start.TotalSeconds}-{r.End?.TotalSeconds}"))).ShouldBe(expected);

    [Theory]
    [InlineData("", "No stretch")]
    [InlineData("0:10", "'0:10' is no stretch")]
    [InlineData("0:20-0:10", "ends before it begins")]
    [InlineData("0:75-2:00", "'0:75' in '0:75-2:00' is no time")]
    [InlineData("1:00-abc", "'abc'")]
    [InlineData("1:2:3:4-", "'1:2:3:4'")]
    public void What_is_wrong_with_a_stretch_is_said(string text, string said)
    {
        var options = new TimeRangesSamplerOptions { Ranges = text };
        var faults = options.Validate(new ValidationContext(options)).ToArray();

        faults.ShouldHaveSingleItem().ErrorMessage.ShouldNotBeNull().ShouldContain(said);
        faults[0].MemberNames.ShouldBe([nameof(TimeRangesSamplerOptions.Ranges)]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Trap_01_numbers_count_the_frames_of_the_file_not_those_selected()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(await ClipAsync("25", ct), ct);

        var frames = await ReadAsync(media, new NthSampler(new NthSamplerOptions { N = 7 }));

        frames.Select(f => f.Index).ShouldBe(Enumerable.Range(0, 15).Select(i => i * 7));
    }

    [Fact(Timeout = 60_000)]
    public async Task Trap_02_at_29_97_Hz_no_number_drifts()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(await ClipAsync("30000/1001", ct), ct);

        // A frame's time times the whole-numbered rate is not its number.
        var frames = await ReadAsync(media, new RateSampler(new RateSamplerOptions { Fps = 4 }));

        frames.Select(f => f.Index).ShouldBe(Enumerable.Range(0, 100).Where(i => i == 0 || i * 4004 / 30000 != (i - 1) * 4004 / 30000));
        frames.ShouldAllBe(f => Math.Abs((f.Pts * media.TimeBase.Seconds) - (f.Index * 1001 / 30000.0)) < 0.001);
    }

    [Fact(Timeout = 60_000)]
    public async Task Trap_03_times_of_a_variable_rate_are_those_of_the_stamps()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path("vfr-mixed-640x360.mp4"), ct);
        var all = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);

        media.IsVariableRate.ShouldBeTrue();
        var plan = new DenseSampler(new DenseSamplerOptions()).Plan(media);
        var frames = await ReadAsync(media, new DenseSampler(new DenseSamplerOptions()));

        frames.Select(f => (f.Index, f.Pts)).ShouldBe(PlanReference.Kept(all, media.TimeBase, plan));
        frames[^1].Pts.ShouldBe(all[^1].Pts);
    }

    [Fact(Timeout = 60_000)]
    public async Task Trap_04_sampling_reads_a_file_in_one_pass()
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(await ClipAsync("25", ct), ct);
        var progress = new Most();

        (await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.Nth(10), 32), ct, progress)).Length.ShouldBe(10);

        // A seek for each sample would decode from the keyframe each time: far more than there are frames.
        progress.Decoded.ShouldBe(100);
    }

    private Task<string> ClipAsync(string rate, CancellationToken ct) =>
        _clips.MakeAsync("clip.mp4", $"testsrc2=s=64x48:r={rate}", ["-frames:v", "100", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "100", "-sc_threshold", "0"], ct);

    private async Task<KeptFrame[]> ReadAsync(MediaInfo media, ISampler sampler) =>
        [.. await _stack.ReadAsync(new DecodeRequest(media, sampler.Plan(media), 32), TestContext.Current.CancellationToken)];

    private static MediaInfo Media() => new()
    {
        File = new SourceFile("clip.mp4", "clip.mp4", 1),
        Kind = MediaKind.Video,
        Container = "mov",
        StreamIndex = 0,
        Codec = "h264",
        CodedWidth = 64,
        CodedHeight = 36,
        Width = 64,
        Height = 36,
        TimeBase = new TimeBase(1, 1000),
    };

    private sealed class Most : IProgress<DecodeProgress>
    {
        public long Decoded { get; private set; }

        public void Report(DecodeProgress value) => Decoded = Math.Max(Decoded, value.Decoded);
    }
}

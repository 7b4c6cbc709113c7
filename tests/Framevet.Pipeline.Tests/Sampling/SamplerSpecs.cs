using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Sampling;

public sealed class SamplerSpecs
{
    public static TheoryData<string, MediaKind> EverySamplerOnEveryKind =>
        new(NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Sampler).SelectMany(p => Enum.GetValues<MediaKind>(), (p, kind) => (p.Id, kind)));

    [Theory]
    [MemberData(nameof(EverySamplerOnEveryKind))]
    public void Every_sampler_plans_for_every_kind_of_media_and_always_the_same(string sampler, MediaKind kind)
    {
        var plan = NoServices.Catalog.Build<ISampler>(new PartSpec(sampler)).Plan(Media(kind));

        plan.ShouldNotBeNull();
        NoServices.Catalog.Build<ISampler>(new PartSpec(sampler)).Plan(Media(kind)).ShouldBe(plan);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.04)]
    [InlineData(3600)]
    public void The_interval_becomes_the_step_of_the_grid(double seconds) =>
        Plan(new PartSpec("interval").With("seconds", seconds), MediaKind.Video).ShouldBe(new DecodePlan.Interval(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void An_interval_of_zero_takes_every_frame() =>
        Plan(new PartSpec("interval").With("seconds", 0), MediaKind.Video).ShouldBeOfType<DecodePlan.EveryFrame>();

    [Fact]
    public void Keyframes_of_a_video_are_left_to_the_decoder() =>
        Plan(new PartSpec("keyframe"), MediaKind.Video).ShouldBe(new DecodePlan.Keyframes(TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_gap_of_zero_takes_all_keyframes() =>
        Plan(new PartSpec("keyframe").With("minGapSeconds", 0), MediaKind.Video).ShouldBe(new DecodePlan.Keyframes(null));

    [Theory]
    [InlineData(MediaKind.Still)]
    [InlineData(MediaKind.Animation)]
    public void Stills_and_animations_have_no_keyframes_so_the_gap_decides(MediaKind kind)
    {
        Plan(new PartSpec("keyframe"), kind).ShouldBe(new DecodePlan.Interval(TimeSpan.FromSeconds(1)));
        Plan(new PartSpec("keyframe").With("minGapSeconds", 0), kind).ShouldBeOfType<DecodePlan.EveryFrame>();
    }

    private static DecodePlan Plan(PartSpec spec, MediaKind kind) => NoServices.Catalog.Build<ISampler>(spec).Plan(Media(kind));

    private static MediaInfo Media(MediaKind kind) => new()
    {
        File = new SourceFile("clip.mp4", "clip.mp4", 1),
        Kind = kind,
        Container = "mov",
        StreamIndex = 0,
        Codec = "h264",
        CodedWidth = 64,
        CodedHeight = 36,
        Width = 64,
        Height = 36,
        TimeBase = new TimeBase(1, 1000),
    };
}

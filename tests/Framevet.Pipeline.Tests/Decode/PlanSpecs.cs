using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Decode;

/// <summary>Every plan on every clip, against what ffprobe's list of frames says.</summary>
public sealed class PlanSpecs : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(400);

    private readonly MediaStack _stack = new();

    public static TheoryData<string> Videos => FrameSourceSpecs.Videos;

    public void Dispose() => _stack.Dispose();

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Videos))]
    public async Task Plans_with_counts_and_tails_keep_what_the_list_of_frames_says(string name)
    {
        TestMedia.TwinsAreLong(name);
        var (media, all) = await ListAsync(name);

        await CheckAsync(media, all, new DecodePlan.Nth(7, AndKeyframes: true) { WithLast = true });
        await CheckAsync(media, all, new DecodePlan.Keyframes(null) { WithLast = true });
    }

    [Theory(Timeout = 180_000)]
    [InlineData("bbb-480p-30s.mp4")]
    [InlineData("street-cars-768x432.mp4")]
    [InlineData("all-black-25s.mp4")]
    [InlineData("single-gop-640x360.mp4")]
    [InlineData("vfr-mixed-640x360.mp4")]
    [InlineData("vp9-10bit-240p.webm")]
    [InlineData("people-room.gif")]
    public async Task A_stretch_holds_what_the_plan_keeps_of_the_whole_file(string name)
    {
        TestMedia.TwinsAreLong(name);
        var (media, all) = await ListAsync(name);
        var length = (all[^1].Pts - all[0].Pts) * media.TimeBase.Seconds;
        foreach (var plan in new DecodePlan[]
        {
            new DecodePlan.EveryFrame(), new DecodePlan.Nth(5, AndKeyframes: true), new DecodePlan.Interval(Step) { WithLast = true },
            new DecodePlan.Keyframes(null), new DecodePlan.Keyframes(TimeSpan.FromSeconds(1)),
        })
        {
            await CheckAsync(media, all, plan with { Within = [Part(length, 0.4, 0.45), Part(length, 0.46, 0.5), Part(length, 0.75, 0.8)] });
        }

        await CheckAsync(media, all, new DecodePlan.EveryFrame { Within = [Part(length, 0.4, 0.45)], StartsFast = true });
        await CheckAsync(media, all, new DecodePlan.Interval(Step) { Within = [Part(length, 0.85, null)], StartsFast = true, WithLast = true });
    }

    [Theory(Timeout = 120_000)]
    [InlineData("bbb-480p-30s.mp4")]
    [InlineData("vfr-mixed-640x360.mp4")]
    public async Task A_resumed_reading_of_stretches_gives_exactly_the_remaining_frames(string name)
    {
        TestMedia.TwinsAreLong(name);
        var (media, all) = await ListAsync(name);
        var length = (all[^1].Pts - all[0].Pts) * media.TimeBase.Seconds;
        foreach (var plan in new DecodePlan[] { new DecodePlan.Nth(5) { WithLast = true }, new DecodePlan.Interval(Step), new DecodePlan.Keyframes(null) { WithLast = true } })
        {
            var within = plan with { Within = [Part(length, 0.3, 0.4), Part(length, 0.75, 0.8)] };
            var whole = await ReadAsync(media, within);
            foreach (var at in new[] { 1, whole.Length / 2, whole.Length - 1 }.Where(i => i > 0 && i < whole.Length).Distinct())
            {
                var rest = await _stack.ReadAsync(new DecodeRequest(media, within, 32, new FrameStamp(whole[at].Index, new Pts(whole[at].Pts, media.TimeBase))), TestContext.Current.CancellationToken);

                rest.Select(f => (f.Index, f.Pts)).ShouldBe(whole.Skip(at), $"{within} from {at}");
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Reading_stops_behind_the_last_stretch()
    {
        var (media, _) = await ListAsync("bbb-480p-30s.mp4");
        var progress = new LastProgress();

        await _stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame { Within = [new TimeRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2))] }, 32), TestContext.Current.CancellationToken, progress);

        progress.Last.Decoded.ShouldBeInRange(48, 80);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_filter_over_every_frame_keeps_what_the_decoder_delivers()
    {
        var ct = TestContext.Current.CancellationToken;
        var (media, all) = await ListAsync("anamorphic-sar-bframes-800x640.mp4");
        var length = (all[^1].Pts - all[0].Pts) * media.TimeBase.Seconds;
        foreach (var isFast in new[] { false, true })
        {
            foreach (var kind in new DecodePlan[] { new DecodePlan.Nth(5), new DecodePlan.Interval(Step), new DecodePlan.Keyframes(TimeSpan.FromSeconds(1)) })
            {
                var plan = kind with { Within = [Part(length, 0.403, 0.45), Part(length, 0.8, 0.85)], StartsFast = isFast };
                var filter = new PlanFilter(plan, null, await _stack.Source.BoundsAsync(media, plan, ct));
                var kept = new List<(int Index, long Pts)>();
                await foreach (var batch in _stack.Source.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame { Within = plan.Within, StartsFast = isFast }, 32), new LastProgress(), ct))
                {
                    using (batch)
                    {
                        batch.Compact(filter.Keep);
                        kept.AddRange(Enumerable.Range(0, batch.Count).Select(i => (batch[i].Index, batch[i].Pts.Value)));
                    }
                }

                kept.ToArray().ShouldBe(await ReadAsync(media, plan), $"{plan}");
            }
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("corrupted-720p.mp4")]
    [InlineData("truncated-moov-first.mp4")]
    public async Task Damage_stops_no_plan(string name)
    {
        var media = await _stack.ProbeAsync(TestMedia.Path(name), TestContext.Current.CancellationToken);
        foreach (var plan in new DecodePlan[]
        {
            new DecodePlan.Nth(3) { WithLast = true }, new DecodePlan.Keyframes(null) { WithLast = true },
            new DecodePlan.Interval(Step) { Within = [new TimeRange(TimeSpan.FromSeconds(1), null)], WithLast = true },
        })
        {
            var frames = await ReadAsync(media, plan);

            frames.ShouldNotBeEmpty();
            frames.Select(f => f.Pts).ShouldBe(frames.Select(f => f.Pts).Order());
        }
    }

    private static TimeRange Part(double length, double from, double? to) =>
        new(TimeSpan.FromSeconds(length * from), to is { } end ? TimeSpan.FromSeconds(length * end) : null);

    private async Task<(MediaInfo Media, ImmutableArray<(long Pts, bool IsKey)> All)> ListAsync(string name)
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        return (media, await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct));
    }

    private async Task CheckAsync(MediaInfo media, ImmutableArray<(long Pts, bool IsKey)> all, DecodePlan plan) =>
        (await ReadAsync(media, plan)).ShouldBe(PlanReference.Kept(all, media.TimeBase, plan), $"{media.File.DisplayName}: {plan}");

    private async Task<(int Index, long Pts)[]> ReadAsync(MediaInfo media, DecodePlan plan) =>
        [.. (await _stack.ReadAsync(new DecodeRequest(media, plan, 32), TestContext.Current.CancellationToken)).Select(f => (f.Index, f.Pts))];

    private sealed class LastProgress : IProgress<DecodeProgress>
    {
        public DecodeProgress Last { get; private set; }

        public void Report(DecodeProgress value) => Last = value;
    }
}
